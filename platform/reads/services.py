"""Writing drafts and reads, and grading."""

import uuid

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Case
from common.errors import Conflict
from common.queue import GRADE_READ, ask, ask_many
from domain.errors import InputError
from domain.findings import parse
from domain.grading import grade
from people.models import User
from reads.models import Draft, Grade, Read
from similar.selectors import opinion_on

MAX_TEXT = 100_000


def open_draft(*, user: User, case: Case) -> Draft:
    """The user's draft on the case, made empty where there is none."""
    draft, _ = Draft.objects.get_or_create(
        user=user, case=case, defaults={"saved_at": timezone.now()}
    )
    return draft


@transaction.atomic
def save_draft(*, user: User, case: Case, text: str, version: int) -> Draft:
    """Saves the text if `version` is the one last seen. Raises Conflict with the draft as it is
    where another tab has saved since, and InputError for text that is too long."""
    _check_length(text)
    open_draft(user=user, case=case)
    draft = Draft.objects.select_for_update().get(user=user, case=case)
    if draft.version != version:
        raise Conflict(
            "This draft was changed elsewhere since you opened it. Choose which text to keep.",
            "draft_conflict",
            draft=describe_draft(draft),
        )
    draft.text = text
    draft.version += 1
    draft.saved_at = timezone.now()
    draft.save()
    return draft


def describe_draft(draft: Draft) -> dict[str, object]:
    return {
        "read_id": str(draft.read_id),
        "text": draft.text,
        "version": draft.version,
        "saved_at": draft.saved_at.isoformat(),
    }


def submit_read(*, user: User, case: Case, read_id: uuid.UUID, text: str) -> tuple[Read, bool]:
    """Submits once: the same `read_id` again gives the same read and False.

    The read, its work row and the end of the draft commit together. Raises InputError for empty
    text, and where the id is not that of the user's draft on this case.
    """
    known = Read.objects.filter(pk=read_id, user=user, case=case).first()
    if known is not None:
        return known, False
    if not text.strip():
        raise InputError("The read is empty. Write what you see before you submit.", "empty_read")
    _check_length(text)
    try:
        with transaction.atomic():
            draft = Draft.objects.select_for_update().filter(user=user, case=case).first()
            if draft is None or draft.read_id != read_id:
                return _already_submitted(user, case, read_id), False
            read = Read.objects.create(
                id=read_id,
                user=user,
                case=case,
                report=case.report,
                text=text,
                submitted_at=timezone.now(),
            )
            draft.delete()
            ask(GRADE_READ, read.pk)
    except IntegrityError:
        return _already_submitted(user, case, read_id), False
    return read, True


def _already_submitted(user: User, case: Case, read_id: uuid.UUID) -> Read:
    """The read that a submission running at the same time has made."""
    known = Read.objects.filter(pk=read_id, user=user, case=case).first()
    if known is None:
        raise InputError(
            "This read does not belong to your draft of the case. Reload the case and submit again."
        )
    return known


def grade_read(*, read_id: object) -> Grade:
    """Grades a read against the report it was submitted under; once a version of vocabulary, rules
    and second reader.

    Doing it again returns the grade that is there. An older grade is never changed.
    """
    read = Read.objects.select_related("report", "case").get(pk=read_id)
    report, answer = parse(read.report.text), parse(read.text)
    opinion = opinion_on(read.case.study_id)
    found = grade(report, answer, opinion.probabilities)
    result = found.to_json()
    stored, _ = Grade.objects.get_or_create(
        read=read,
        vocabulary_version=result["vocabulary_version"],
        rules_version=result["rules_version"],
        model_version=opinion.by,
        defaults={
            "score": result["score"],
            "raw": result["raw"],
            "caps": result["caps"],
            "rows": result["rows"],
            "read_claims": answer.to_json(),
            "report_claims": report.to_json(),
            "model_agreement": {"agreed": found.agreed, "of": found.compared},
            "graded_at": timezone.now(),
        },
    )
    return stored


def ask_regrade(reads: QuerySet[Read]) -> int:
    """Asks for a grade of every one of the reads under the versions that now hold; those that have
    one already keep it. Returns how many were asked for."""
    ids = list(reads.values_list("pk", flat=True))
    ask_many(GRADE_READ, ids)
    return len(ids)


def _check_length(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise InputError(f"The text is longer than {MAX_TEXT:,} characters. Shorten it to save it.")
    if "\x00" in text:
        raise InputError("The text holds a null byte, which cannot be stored. Remove it.")
