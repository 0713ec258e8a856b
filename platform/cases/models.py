"""What is read: studies, the experts' reports on them, cases and case sets.

A *study* is a de-identified DICOM study: its series and instances as they arrived, and its
*stacks*, the parallel slices of one view and contrast that a reader scrolls through. A *report* is
an expert's free text on a study: the answer, so it lives in a table of its own and no selector for
fellows touches it before they have submitted. A *case* is a study with its report, offered for
reading. An *upload* is a study on its way in.
"""

import uuid

from django.db import models

from domain.findings import Person
from domain.imaging import Contrast, View
from people.models import Programme, User

VIEWS = [view.value for view in View]
CONTRASTS = [contrast.value for contrast in Contrast]
UPLOAD_STATES = ["waiting", "running", "stored", "refused"]


class Study(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="studies")
    study_instance_uid = models.CharField(max_length=64, help_text="(0020,000D), mapped.")
    label = models.CharField(max_length=120)
    imported_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    imported_at = models.DateTimeField()
    patient_age = models.CharField(
        max_length=4, default="", blank=True, help_text="(0010,1010), capped at 89."
    )
    patient_sex = models.CharField(max_length=1, default="", blank=True, help_text="(0010,0040)")
    body_surface_area_m2 = models.FloatField(
        null=True,
        blank=True,
        help_text="From Patient's Size (0010,1020) and Weight (0010,1030), Mosteller.",
    )
    manufacturer = models.CharField(max_length=64, default="", blank=True, help_text="(0008,0070)")
    field_strength_tesla = models.FloatField(null=True, help_text="(0018,0087)")
    gaps = models.JSONField(default=list, blank=True, help_text="Sentences on what is missing.")
    found = models.JSONField(
        default=list, blank=True, help_text="Sentences on what was found at import."
    )
    expected_images = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name_plural = "studies"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "study_instance_uid"], name="one_study_per_uid"
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def person(self) -> Person:
        """Whom the study is of, as far as numbers in its report depend on it."""
        return Person(self.patient_sex, self.body_surface_area_m2)


class Series(models.Model):
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="series")
    series_instance_uid = models.CharField(max_length=64, help_text="(0020,000E), mapped.")
    pack = models.CharField(max_length=200, help_text="Storage key of the frames.")

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(fields=["study", "series_instance_uid"], name="one_series")
        ]

    def __str__(self) -> str:
        return self.series_instance_uid


class Instance(models.Model):
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="instances")
    sop_instance_uid = models.CharField(max_length=64, help_text="(0008,0018), mapped.")
    metadata = models.JSONField(help_text="DICOM JSON (PS3.18 F) without pixels, de-identified.")
    offset = models.BigIntegerField(help_text="Bytes from the start of the series' pack.")
    length = models.PositiveIntegerField(help_text="Bytes of the JPEG-LS frame.")
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "sop_instance_uid"], name="one_instance")
        ]

    def __str__(self) -> str:
        return self.sop_instance_uid


class Stack(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="stacks")
    order = models.PositiveIntegerField()
    view = models.CharField(max_length=10, choices=[(v, v) for v in VIEWS])
    contrast = models.CharField(max_length=10, choices=[(c, c) for c in CONTRASTS])
    suggested_view = models.CharField(max_length=10)
    suggested_contrast = models.CharField(max_length=10)
    reason = models.TextField(default="", blank=True, help_text="Why this view was suggested.")
    confidence = models.FloatField(default=0)
    label = models.CharField(max_length=120)
    geometry = models.JSONField(help_text="The stack as the viewer reads it: slices x phases.")

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.label


class Report(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="reports")
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    text = models.TextField()
    claims = models.JSONField()
    vocabulary_version = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"report on {self.study}"


class Case(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="cases")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="cases")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="cases")
    number = models.PositiveIntegerField(help_text="Shown while the case is an unknown.")
    title = models.CharField(max_length=120)
    history = models.TextField(
        default="", blank=True, help_text="What the fellow is told before reading."
    )
    open = models.BooleanField(default=False, help_text="A reference case: nothing is hidden.")
    published = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="case_number_in_programme")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def unknown_title(self) -> str:
        """The title that gives nothing away."""
        return f"Unknown {self.number:02d}"


class CaseSet(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="case_sets")
    name = models.CharField(max_length=120)
    description = models.TextField(default="", blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="case_set_name_in_programme")
        ]

    def __str__(self) -> str:
        return self.name


class CaseSetItem(models.Model):
    case_set = models.ForeignKey(CaseSet, on_delete=models.CASCADE, related_name="items")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="items")
    order = models.PositiveIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["case_set", "case"], name="case_once_a_set")]

    def __str__(self) -> str:
        return f"{self.case_set} {self.order}"


class Upload(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="uploads")
    uploaded_by = models.ForeignKey(User, on_delete=models.CASCADE)
    created_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in UPLOAD_STATES], default="waiting"
    )
    report_text = models.TextField(default="", blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    sentence = models.TextField(default="", blank=True)
    found = models.JSONField(default=list, blank=True)
    refused_files = models.JSONField(default=list, blank=True)
    study = models.ForeignKey(Study, null=True, blank=True, on_delete=models.SET_NULL)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"upload {self.id} {self.state}"
