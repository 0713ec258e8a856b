"""The shapes of studies, cases and sets on the wire."""

from typing import Any

from rest_framework import serializers

from cases.models import CONTRASTS, UPLOAD_STATES, VIEWS, Case, Stack, Study
from cases.selectors import count_images


class PhaseOut(serializers.Serializer):
    sop_instance_uid = serializers.CharField()
    frame_number = serializers.IntegerField()
    trigger_time_ms = serializers.FloatField(allow_null=True)


class SliceOut(serializers.Serializer):
    index = serializers.IntegerField()
    series_instance_uid = serializers.CharField()
    image_position = serializers.ListField(child=serializers.FloatField())
    image_orientation = serializers.ListField(child=serializers.FloatField())
    rr_ms = serializers.FloatField(allow_null=True)
    phases = serializers.ListField(child=PhaseOut(allow_null=True))


class StackOut(serializers.Serializer):
    id = serializers.UUIDField()
    view = serializers.ChoiceField(choices=VIEWS)
    contrast = serializers.ChoiceField(choices=CONTRASTS)
    suggested_view = serializers.ChoiceField(choices=VIEWS)
    suggested_contrast = serializers.ChoiceField(choices=CONTRASTS)
    reason = serializers.CharField()
    confidence = serializers.FloatField()
    label = serializers.CharField()
    slice_count = serializers.IntegerField()
    phase_count = serializers.IntegerField()
    slice_spacing_mm = serializers.FloatField(allow_null=True)
    pixel_spacing_mm = serializers.ListField(child=serializers.FloatField())
    rows = serializers.IntegerField()
    columns = serializers.IntegerField()
    rr_ms = serializers.FloatField(allow_null=True)
    frame_times_ms = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    complete = serializers.BooleanField()
    slices = SliceOut(many=True)


def stack_body(stack: Stack) -> dict[str, Any]:
    """What StackOut describes: the stored geometry under the stack's present names."""
    names = ("id", "view", "contrast", "suggested_view", "suggested_contrast", "reason")
    return {
        **stack.geometry,
        **{name: getattr(stack, name) for name in names},
        "confidence": stack.confidence,
        "label": stack.label,
    }


class StudyDetailOut(serializers.Serializer):
    id = serializers.UUIDField()
    study_instance_uid = serializers.CharField()
    dicomweb_url = serializers.CharField()
    patient_age = serializers.CharField(allow_blank=True)
    patient_sex = serializers.CharField(allow_blank=True)
    manufacturer = serializers.CharField(allow_blank=True)
    field_strength_tesla = serializers.FloatField(allow_null=True)
    stacks = StackOut(many=True)
    gaps = serializers.ListField(child=serializers.CharField())
    shown_images = serializers.IntegerField()
    expected_images = serializers.IntegerField(allow_null=True)


def study_body(study: Study) -> dict[str, Any]:
    """What StudyDetailOut describes."""
    names = ("id", "study_instance_uid", "patient_age", "patient_sex", "manufacturer")
    return {
        **{name: getattr(study, name) for name in names},
        "field_strength_tesla": study.field_strength_tesla,
        "dicomweb_url": f"/dicomweb/studies/{study.study_instance_uid}",
        "stacks": [stack_body(stack) for stack in study.stacks.all()],
        "gaps": study.gaps,
        "shown_images": count_images(study),
        "expected_images": study.expected_images,
    }


class ClaimOut(serializers.Serializer):
    concept = serializers.CharField()
    assertion = serializers.ChoiceField(
        choices=["present", "probable", "possible", "unlikely", "absent"]
    )
    severity = serializers.CharField(allow_null=True)
    layers = serializers.ListField(child=serializers.CharField())
    patterns = serializers.ListField(child=serializers.CharField())
    segments = serializers.ListField(child=serializers.IntegerField())
    spans = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    derived = serializers.BooleanField()


class MeasureOut(serializers.Serializer):
    value = serializers.FloatField()
    unit = serializers.CharField()
    span = serializers.ListField(child=serializers.IntegerField(), allow_null=True)


class ClaimsOut(serializers.Serializer):
    claims = ClaimOut(many=True)
    measures = serializers.DictField(child=MeasureOut())
    unparsed = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class ReportOut(serializers.Serializer):
    id = serializers.UUIDField()
    text = serializers.CharField()
    created_at = serializers.DateTimeField()
    claims = ClaimsOut()


class CaseNameOut(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    published = serializers.BooleanField()


class StackLineOut(serializers.Serializer):
    view = serializers.ChoiceField(choices=VIEWS)
    contrast = serializers.ChoiceField(choices=CONTRASTS)
    slice_count = serializers.IntegerField(source="geometry.slice_count")
    phase_count = serializers.IntegerField(source="geometry.phase_count")


class StudySummaryOut(serializers.Serializer):
    id = serializers.UUIDField()
    label = serializers.CharField()
    imported_at = serializers.DateTimeField()
    stacks = StackLineOut(many=True)
    gaps = serializers.SerializerMethodField()
    has_report = serializers.SerializerMethodField()
    case_id = serializers.SerializerMethodField()

    def get_gaps(self, study: Study) -> int:
        return len(study.gaps)

    def get_has_report(self, study: Study) -> bool:
        return bool(study.reports.all())

    def get_case_id(self, study: Study) -> str | None:
        cases = list(study.cases.all())
        return str(cases[0].pk) if cases else None


class StudyPageOut(StudyDetailOut):
    label = serializers.CharField()
    found = serializers.ListField(child=serializers.CharField())
    reports = ReportOut(many=True)
    cases = CaseNameOut(many=True)


class StackIn(serializers.Serializer):
    view = serializers.ChoiceField(choices=VIEWS, required=False)
    contrast = serializers.ChoiceField(choices=CONTRASTS, required=False)


class ReportIn(serializers.Serializer):
    text = serializers.CharField(allow_blank=True, max_length=1_000_000)


class CaseIn(serializers.Serializer):
    study_id = serializers.UUIDField()
    report_id = serializers.UUIDField()
    title = serializers.CharField(max_length=120)
    history = serializers.CharField(allow_blank=True, default="")
    open = serializers.BooleanField(default=False)
    published = serializers.BooleanField(default=False)


class CaseChangeIn(serializers.Serializer):
    title = serializers.CharField(max_length=120, required=False)
    history = serializers.CharField(allow_blank=True, required=False)
    open = serializers.BooleanField(required=False)
    published = serializers.BooleanField(required=False)


class CaseSetIn(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(allow_blank=True, default="")


class CaseSetChangeIn(serializers.Serializer):
    name = serializers.CharField(max_length=120, required=False)
    description = serializers.CharField(allow_blank=True, required=False)


class CaseIdsIn(serializers.Serializer):
    case_ids = serializers.ListField(child=serializers.UUIDField(), max_length=1000)


class CaseSetCaseOut(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    open = serializers.BooleanField()
    published = serializers.BooleanField()


class CaseSetOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    cases = CaseSetCaseOut(many=True)


class ProgressOut(serializers.Serializer):
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class RefusedFileOut(serializers.Serializer):
    name = serializers.CharField()
    reason = serializers.CharField()


class ImportOut(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=UPLOAD_STATES)
    progress = ProgressOut(source="*")
    created_at = serializers.DateTimeField()
    sentence = serializers.CharField(allow_blank=True)
    study_id = serializers.UUIDField(allow_null=True)
    found = serializers.ListField(child=serializers.CharField())
    refused_files = RefusedFileOut(many=True)


class ImportIn(serializers.Serializer):
    files = serializers.ListField(child=serializers.FileField())
    report_text = serializers.CharField(allow_blank=True, required=False)


def case_preview_url(case: Case) -> str | None:
    """The rendered middle image of the case's first cine, short axis by choice."""
    stacks = [s for s in case.study.stacks.all() if s.contrast == "cine"]
    stacks.sort(key=lambda s: s.view != "sax")
    for stack in stacks:
        slices = stack.geometry["slices"]
        middle = slices[len(slices) // 2]
        for phase in middle["phases"]:
            if phase is not None:
                return (
                    f"/dicomweb/studies/{case.study.study_instance_uid}/series/"
                    f"{middle['series_instance_uid']}/instances/{phase['sop_instance_uid']}/rendered"
                )
    return None
