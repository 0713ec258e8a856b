"""What fellows write and what came of it. Append-only: reads, grades and overrides never change.

A *draft* is the text being written, one per fellow and case, and carries the id that its read will
have: submitting twice, or after a reload, therefore names the same read. A *read* is submitted
text. A *grade* compares it with the report under one version of vocabulary and rules, and of the
image model where that had an opinion; a later version adds a grade and changes none.

A *question* waits for an educator: a fellow's appeal against a row, or what the image model made of
it. An *override* is the educator's decision on a row, with a reason; it answers the open questions
about that finding, and every later grade of the read carries it.
"""

import uuid

from django.db import models

from cases.models import Case, Report
from people.models import User

READ_STATES = ["waiting", "graded", "failed"]
# An appeal is a fellow's. The image model sides with the read against the report (dispute), or sees
# what the report does not mention (omission).
QUESTION_KINDS = ["appeal", "dispute", "omission"]
# Lapsed: a later grade no longer asks it.
QUESTION_STATES = ["open", "answered", "withdrawn", "lapsed"]


class Draft(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="drafts")
    read_id = models.UUIDField(unique=True, default=uuid.uuid4)
    text = models.TextField(default="", blank=True)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "case"], name="one_draft_per_case")
        ]

    def __str__(self) -> str:
        return f"draft {self.version} of {self.case}"


class Read(models.Model):
    id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reads")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reads")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="reads")
    text = models.TextField()
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["-submitted_at"]
        indexes = [models.Index(fields=["user", "case"], name="reads_of_user_on_case")]

    def __str__(self) -> str:
        return f"read of {self.case}"


class Grade(models.Model):
    read = models.ForeignKey(Read, on_delete=models.CASCADE, related_name="grades")
    score = models.FloatField(null=True)
    raw = models.FloatField(null=True)
    caps = models.JSONField()
    rows = models.JSONField()
    read_claims = models.JSONField()
    report_claims = models.JSONField()
    vocabulary_version = models.CharField(max_length=64)
    rules_version = models.CharField(max_length=64)
    model_version = models.CharField(
        max_length=80,
        default="",
        blank=True,
        help_text="Of the second reader; empty: it was silent.",
    )
    model_agreement = models.JSONField(
        default=dict, help_text="agreed, of: findings on which the image model and the read agree."
    )
    overrides_counted = models.PositiveIntegerField(
        default=0, help_text="How many overrides of the read this grade knew of."
    )
    graded_at = models.DateTimeField()

    class Meta:
        ordering = ["-graded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "read",
                    "vocabulary_version",
                    "rules_version",
                    "model_version",
                    "overrides_counted",
                ],
                name="graded_once_a_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.score} for {self.read}"


class Override(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    read = models.ForeignKey(Read, on_delete=models.CASCADE, related_name="overrides")
    concept = models.CharField(max_length=64, help_text="The finding or measure of the row.")
    share = models.FloatField(
        null=True,
        help_text="Of the row's points, 0..1, that the read earns; empty: as the rules have it.",
    )
    reason = models.TextField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="overrides")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(share__isnull=True) | models.Q(share__gte=0, share__lte=1),
                name="override_share_in_0_to_1",
            )
        ]

    def __str__(self) -> str:
        return f"{self.concept} of {self.read}: {self.share}"


class Question(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    read = models.ForeignKey(Read, on_delete=models.CASCADE, related_name="questions")
    concept = models.CharField(max_length=64, help_text="The finding or measure of the row.")
    kind = models.CharField(max_length=10, choices=[(k, k) for k in QUESTION_KINDS])
    text = models.TextField(default="", blank=True, help_text="The fellow's words, of an appeal.")
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in QUESTION_STATES], default="open"
    )
    raised_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["read", "concept", "kind"],
                condition=models.Q(state="open"),
                name="one_open_question_a_row",
            )
        ]
        indexes = [models.Index(fields=["state", "raised_at"], name="open_questions")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.concept} of {self.read}"
