"""Writing drafts and reads, grading, and what educators decide about a grade."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Case
from cases.selectors import teaches_case
from common.errors import Conflict
from common.queue import GRADE_READ, ask, ask_many
from domain.errors import InputError
from domain.findings import parse
from domain.grading import grade
from people.models import User
from reads.models import Draft, Grade, Override, Question, Read
from reads.selectors import grade_of, overrides_of, reads_with_row
from similar.selectors import opinion_on

MAX_TEXT = 100_000
MAX_REASON = 4_000


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


@transaction.atomic
def grade_read(*, read_id: object) -> Grade:
    """Grades a read against the report it was submitted under; once a version of vocabulary, rules,
    second reader and overrides.

    Doing it again returns the grade that is there. An older grade is never changed.
    """
    # Locked, so that a grade that knows less of the overrides is never stored after one that knows
    # more.
    read = Read.objects.select_for_update(of=("self",)).select_related("report", "case__study").get(
        pk=read_id
    )
    whom = read.case.study.person
    report, answer = parse(read.report.text, whom), parse(read.text, whom)
    opinion = opinion_on(read.case.study_id)
    overrides = list(read.overrides.all())
    found = grade(report, answer, opinion.probabilities, overrides_of(overrides))
    result = found.to_json()
    stored, _ = Grade.objects.get_or_create(
        read=read,
        vocabulary_version=result["vocabulary_version"],
        rules_version=result["rules_version"],
        model_version=opinion.by,
        overrides_counted=len(overrides),
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
    _ask_what_the_model_doubts(read, stored)
    return stored


def _ask_what_the_model_doubts(read: Read, grade: Grade) -> None:
    """Opens a question for each row that the image model disputes or finds missing in the report;
    those that the newest grade no longer asks lapse."""
    asked = {
        (row["concept"], kind)
        for row in grade.rows
        for kind, is_asked in (
            ("dispute", row.get("disputed")),
            ("omission", row.get("may_be_omitted")),
        )
        if is_asked
    }
    now = timezone.now()
    for question in read.questions.filter(state="open").exclude(kind="appeal"):
        if (question.concept, question.kind) not in asked:
            _close([question], "lapsed")
    known = set(
        read.questions.exclude(kind="appeal")
        .exclude(state="lapsed")
        .values_list("concept", "kind")
    )
    Question.objects.bulk_create(
        Question(read=read, concept=concept, kind=kind, raised_at=now)
        for concept, kind in sorted(asked - known)
    )


def _close(questions: Iterable[Question], state: str) -> None:
    for question in questions:
        question.state, question.closed_at = state, timezone.now()
        question.save()


@transaction.atomic
def appeal(*, user: User, read: Read, concept: str, text: str) -> Question:
    """Asks an educator to look at a row of the user's own read.

    Raises InputError where the grade has no such row, nothing is said, or an appeal is open.
    """
    Read.objects.select_for_update().get(pk=read.pk)
    row = _row_of(read, concept)
    text = _reason(text, "Say in a sentence why the row is wrong, so that the educator can answer.")
    if read.user_id != user.pk:
        raise InputError("Only the author of a read can appeal against its grade.", "not_yours")
    if read.questions.filter(concept=concept, kind="appeal", state="open").exists():
        raise InputError(
            f"You have appealed against {row['name']} already; an educator will answer it. Withdraw"
            " the appeal to write another.",
            "appeal_open",
        )
    return Question.objects.create(
        read=read, concept=concept, kind="appeal", text=text, raised_at=timezone.now()
    )


def withdraw_appeal(*, question: Question) -> None:
    """Takes back an appeal that nobody has answered. Raises Conflict where one has."""
    withdrawn = Question.objects.filter(pk=question.pk, kind="appeal", state="open").update(
        state="withdrawn", closed_at=timezone.now()
    )
    if not withdrawn:
        raise Conflict("This appeal was answered meanwhile. Reload the page.", "appeal_closed")


@transaction.atomic
def override_row(
    *, user: User, read: Read, concept: str, share: float | None, reason: str, whole_case: bool
) -> list[Override]:
    """Decides what a row earns, with a reason, and grades anew; answers its open questions.

    `share`: of the row's points, 0..1; None gives the row back to the rules. `whole_case`: for the
    same row in every read of the case, other fellows' too. Raises InputError where the grade has no
    such row, no reason is given, or the read is the educator's own.
    """
    _row_of(read, concept)
    reason = _reason(reason, "Give the reason in a sentence; the fellow reads it beside the row.")
    if not teaches_case(user, read.case):
        raise InputError("Only those who teach in its programme decide about a row.", "not_yours")
    if share is not None and not 0 <= share <= 1:
        raise InputError("A share of a row's points lies between 0 and 1.", "bad_share")
    reads = reads_with_row(read.case, concept) if whole_case else [read]
    if read.user_id == user.pk:
        raise InputError(
            "This read is your own; ask another educator to decide about it.", "own_read"
        )
    made = []
    for one in sorted((one for one in reads if one.user_id != user.pk), key=lambda one: one.pk):
        Read.objects.select_for_update().get(pk=one.pk)
        made.append(
            Override.objects.create(
                read=one,
                concept=concept,
                share=share,
                reason=reason,
                made_by=user,
                made_at=timezone.now(),
            )
        )
        _close(one.questions.filter(concept=concept, state="open"), "answered")
        grade_read(read_id=one.pk)
    return made


def _row_of(read: Read, concept: str) -> dict[str, Any]:
    """The row of the newest grade about a concept."""
    newest = grade_of(read)
    if newest is None:
        raise InputError("The read is not graded yet; wait for its rows.", "not_graded")
    row: dict[str, Any] | None = next(
        (row for row in newest.rows if row["concept"] == concept), None
    )
    if row is None:
        raise InputError(
            "The grade has no such row; it may have been graded anew. Reload the page.", "no_row"
        )
    return row


def _reason(text: str, ask_for_one: str) -> str:
    text = text.strip()
    if not text:
        raise InputError(ask_for_one, "no_reason")
    if len(text) > MAX_REASON:
        raise InputError(f"The text is longer than {MAX_REASON:,} characters. Shorten it.")
    if "\x00" in text:
        raise InputError("The text holds a null byte, which cannot be stored. Remove it.")
    return text


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
