"""The shapes of cases as they are read, of drafts, reads and grades."""

from typing import Any

from rest_framework import serializers

from cases.models import Case
from cases.selectors import teaches_case
from cases.serializers import ClaimsOut, StudyDetailOut, case_preview_url
from domain.findings import concept_name
from people.models import User
from reads.models import QUESTION_KINDS, QUESTION_STATES, READ_STATES, Draft, Question, Read
from reads.selectors import (
    access_read,
    appeals_of,
    failure_of,
    grade_of,
    neighbours_for,
    reads_of,
    state_of,
)
from similar.roles import ROLES

ROW_KINDS = ["HIT", "MISS", "WRONG-NEGATION", "FALSE", "ATTRIBUTE", "MEASURE", "EXTRA", "CAP"]


class LatestReadOut(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=READ_STATES)
    score = serializers.FloatField(allow_null=True)
    submitted_at = serializers.DateTimeField()


class CaseSummaryOut(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    open = serializers.BooleanField()
    published = serializers.BooleanField()
    history = serializers.CharField(allow_blank=True)
    contrasts = serializers.ListField(child=serializers.CharField())
    views = serializers.ListField(child=serializers.CharField())
    slice_count = serializers.IntegerField()
    phase_count = serializers.IntegerField()
    gaps = serializers.IntegerField()
    preview_url = serializers.CharField(allow_null=True)
    latest_read = LatestReadOut(allow_null=True)


class DraftOut(serializers.Serializer):
    read_id = serializers.UUIDField()
    text = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    saved_at = serializers.DateTimeField()


class DraftConflictOut(serializers.Serializer):
    detail = serializers.CharField()
    code = serializers.CharField()
    draft = DraftOut()


class CaseDetailOut(CaseSummaryOut):
    study = StudyDetailOut()
    draft = DraftOut(allow_null=True)


class DraftIn(serializers.Serializer):
    text = serializers.CharField(allow_blank=True, trim_whitespace=False)
    version = serializers.IntegerField(min_value=0)


class ReadIn(serializers.Serializer):
    read_id = serializers.UUIDField()
    text = serializers.CharField(allow_blank=True, trim_whitespace=False)


class CaseTitleOut(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()


class CapOut(serializers.Serializer):
    limit = serializers.FloatField()
    reason = serializers.CharField()


class RowOut(serializers.Serializer):
    kind = serializers.ChoiceField(choices=ROW_KINDS)
    concept = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    points = serializers.FloatField()
    possible = serializers.FloatField()
    sentence = serializers.CharField()
    report_spans = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField())
    )
    read_spans = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField())
    )
    disputed = serializers.BooleanField(required=False)
    may_be_omitted = serializers.BooleanField(required=False)
    overridden = serializers.BooleanField(required=False)


class AgreementOut(serializers.Serializer):
    agreed = serializers.IntegerField(required=False)
    of = serializers.IntegerField(required=False)


class GradeOut(serializers.Serializer):
    score = serializers.FloatField(allow_null=True)
    raw = serializers.FloatField(allow_null=True)
    caps = CapOut(many=True)
    rows = RowOut(many=True)
    vocabulary_version = serializers.CharField()
    rules_version = serializers.CharField()
    model_version = serializers.CharField(allow_blank=True)
    model_agreement = AgreementOut()
    graded_at = serializers.DateTimeField()
    read_claims = ClaimsOut()
    report_claims = ClaimsOut()


class NeighbourOut(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES)
    score = serializers.FloatField()
    shared_findings = serializers.ListField(child=serializers.CharField())
    other_findings = serializers.ListField(child=serializers.CharField())
    read_id = serializers.UUIDField(allow_null=True)


class NeighboursOut(serializers.Serializer):
    ranked_by = serializers.ChoiceField(choices=["image_model", "report_claims"])
    sentence = serializers.CharField()
    cases = NeighbourOut(many=True)
    hidden_count = serializers.IntegerField()


class ReportTextOut(serializers.Serializer):
    text = serializers.CharField()


class ReadSummaryOut(serializers.Serializer):
    id = serializers.UUIDField()
    case = CaseTitleOut()
    submitted_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=READ_STATES)
    score = serializers.FloatField(allow_null=True)
    appeal = serializers.ChoiceField(
        choices=QUESTION_STATES, allow_null=True, help_text="State of the newest appeal."
    )


class FellowOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class AppealOut(serializers.Serializer):
    id = serializers.UUIDField()
    concept = serializers.CharField()
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=QUESTION_STATES)
    raised_at = serializers.DateTimeField()


class AppealIn(serializers.Serializer):
    concept = serializers.CharField(max_length=64)
    text = serializers.CharField(allow_blank=True)


class OverrideOut(serializers.Serializer):
    concept = serializers.CharField()
    share = serializers.FloatField(allow_null=True)
    reason = serializers.CharField()
    made_by = FellowOut()
    made_at = serializers.DateTimeField()


class OverrideIn(serializers.Serializer):
    concept = serializers.CharField(max_length=64)
    share = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    whole_case = serializers.BooleanField(default=False)


class ReadOut(serializers.Serializer):
    id = serializers.UUIDField()
    case = CaseTitleOut()
    text = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=READ_STATES)
    failure = serializers.CharField(allow_null=True)
    grade = GradeOut(allow_null=True)
    report = ReportTextOut(allow_null=True)
    neighbours = NeighboursOut(allow_null=True)
    fellow = FellowOut()
    may_appeal = serializers.BooleanField()
    may_override = serializers.BooleanField()
    reads_of_case = serializers.IntegerField()
    appeals = AppealOut(many=True)
    overrides = OverrideOut(many=True)


class QuestionOut(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=QUESTION_KINDS)
    concept = serializers.CharField()
    name = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    row = RowOut(allow_null=True)
    raised_at = serializers.DateTimeField()
    read_id = serializers.UUIDField()
    case = CaseTitleOut()
    fellow = FellowOut()


class CohortReadOut(ReadSummaryOut):
    fellow = FellowOut()


class CohortOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    fellows = FellowOut(many=True)
    read_count = serializers.IntegerField()


def score_of(read: Read) -> float | None:
    grade = grade_of(read)
    return grade.score if grade else None


def read_summary(read: Read) -> dict[str, Any]:
    """What ReadSummaryOut describes."""
    return {
        "id": read.pk,
        "case": {"id": read.case_id, "title": read.case.title},
        "submitted_at": read.submitted_at,
        "state": state_of(read),
        "score": score_of(read),
        "appeal": next((appeal.state for appeal in appeals_of(read)), None),
    }


def read_body(user: User, read_id: object) -> dict[str, Any]:
    """What ReadOut describes: the report and the neighbours come with a submitted read alone."""
    read = access_read(user, read_id)
    teaches = teaches_case(user, read.case)
    is_own = read.user_id == user.pk
    neighbours, hidden_count = neighbours_for(user, read.case)
    own = dict(reads_of(user).order_by("submitted_at").values_list("case_id", "pk"))
    return {
        **read_summary(read),
        "text": read.text,
        "failure": failure_of(read),
        "grade": grade_of(read),
        "report": {"text": read.report.text},
        "neighbours": {
            "ranked_by": neighbours.ranked_by,
            "sentence": neighbours.sentence,
            "hidden_count": hidden_count,
            "cases": [
                {
                    "id": near.case.pk,
                    "title": near.case.title,
                    "role": near.role,
                    "score": near.score,
                    "shared_findings": near.shared_findings,
                    "other_findings": near.other_findings,
                    "read_id": own.get(near.case.pk),
                }
                for near in neighbours.cases
            ],
        },
        "fellow": read.user,
        "may_appeal": is_own,
        "may_override": teaches and not is_own,
        "reads_of_case": read.case.reads.count() if teaches else 1,
        "appeals": appeals_of(read),
        # The newest for each concept stands.
        "overrides": list(
            {
                override.concept: override
                for override in read.overrides.select_related("made_by").order_by("made_at")
            }.values()
        ),
    }


def question_body(question: Question) -> dict[str, Any]:
    """What QuestionOut describes."""
    grade = grade_of(question.read)
    rows = [row for row in grade.rows if row["concept"] == question.concept] if grade else []
    return {
        "id": question.pk,
        "kind": question.kind,
        "concept": question.concept,
        "name": rows[0]["name"] if rows else concept_name(question.concept),
        "text": question.text,
        "row": rows[0] if rows else None,
        "raised_at": question.raised_at,
        "read_id": question.read_id,
        "case": question.read.case,
        "fellow": question.read.user,
    }


def case_summary(case: Case, latest: Read | None, *, teaches: bool) -> dict[str, Any]:
    """What CaseSummaryOut describes; the title stays unknown until it may be shown."""
    stacks = list(case.study.stacks.all())
    cine = [stack.geometry for stack in stacks if stack.contrast == "cine"]
    shown = case.open or teaches or latest is not None
    return {
        "id": case.pk,
        "title": case.title if shown else case.unknown_title,
        "open": case.open,
        "published": case.published,
        "history": case.history,
        "contrasts": sorted({stack.contrast for stack in stacks}),
        "views": sorted({stack.view for stack in stacks}),
        "slice_count": sum(geometry["slice_count"] for geometry in cine),
        "phase_count": max((geometry["phase_count"] for geometry in cine), default=0),
        "gaps": len(case.study.gaps),
        "preview_url": case_preview_url(case),
        "latest_read": None
        if latest is None
        else {
            "id": latest.pk,
            "state": state_of(latest),
            "score": score_of(latest),
            "submitted_at": latest.submitted_at,
        },
    }


def draft_or_none(user: User, case: Case) -> Draft | None:
    return Draft.objects.filter(user=user, case=case).first()
