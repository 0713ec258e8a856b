"""Looking at drafts, reads and grades."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from cases.models import Case
from cases.selectors import cases_seen_by, teaches_case
from common.errors import NotFound
from common.models import Work
from common.queue import GRADE_READ
from people.models import Cohort, User
from people.selectors import TEACHES, programmes_where
from reads.models import Grade, Override, Question, Read
from similar.roles import Neighbours
from similar.selectors import count_as_near, neighbours_of

_WITH_GRADES = Prefetch("grades", queryset=Grade.objects.order_by("-graded_at"))


def reads_of(user: User) -> QuerySet[Read]:
    """The user's own reads, newest first."""
    return (
        Read.objects.filter(user=user)
        .select_related("case", "report")
        .prefetch_related(_WITH_GRADES, "questions")
        .order_by("-submitted_at")
    )


def access_read(user: User, read_id: object) -> Read:
    """The one door to a read: its author, and those who teach in its programme."""
    read = (
        Read.objects.filter(
            Q(user=user) | Q(case__programme__in=programmes_where(user, *TEACHES))
        )
        .select_related("case__study", "case__report", "report", "user")
        .prefetch_related(_WITH_GRADES, "questions")
        .filter(pk=read_id)
        .first()
    )
    if read is None:
        raise NotFound
    return read


def grade_of(read: Read) -> Grade | None:
    """The newest grade."""
    grades = list(read.grades.all())
    return grades[0] if grades else None


def appeals_of(read: Read) -> list[Question]:
    """The appeals against a read's grade that were not withdrawn, newest first."""
    return [
        question
        for question in read.questions.all()
        if question.kind == "appeal" and question.state != "withdrawn"
    ]


def overrides_of(overrides: Iterable[Override]) -> dict[str, float]:
    """concept -> the share that the newest override of it gives, for those that stand; given oldest
    first."""
    standing = {override.concept: override.share for override in overrides}
    return {concept: share for concept, share in standing.items() if share is not None}


def reads_with_row(case: Case, concept: str) -> list[Read]:
    """Every read of the case whose newest grade has a row about the concept."""
    reads = Read.objects.filter(case=case).select_related("case").prefetch_related(_WITH_GRADES)
    return [
        read
        for read in reads
        if (grade := grade_of(read)) and any(row["concept"] == concept for row in grade.rows)
    ]


def questions_for(user: User) -> QuerySet[Question]:
    """Open questions about reads in the programmes where the user teaches, the longest waiting
    first; not those about the user's own reads."""
    return (
        Question.objects.filter(
            state="open", read__case__programme__in=programmes_where(user, *TEACHES)
        )
        .exclude(read__user=user)
        .select_related("read__case", "read__user")
        .prefetch_related(Prefetch("read__grades", queryset=_WITH_GRADES.queryset))
        .order_by("raised_at")
    )


def access_appeal(user: User, question_id: object) -> Question:
    """The one door to an appeal for its author."""
    question = Question.objects.filter(pk=question_id, kind="appeal", read__user=user).first()
    if question is None:
        raise NotFound
    return question


def reads_to_regrade(vocabulary_version: str, rules_version: str) -> QuerySet[Read]:
    """Graded reads without a grade under these versions, oldest first."""
    current = Grade.objects.filter(
        read=OuterRef("pk"), vocabulary_version=vocabulary_version, rules_version=rules_version
    )
    return (
        Read.objects.filter(grades__isnull=False)
        .exclude(Exists(current))
        .distinct()
        .order_by("submitted_at")
    )


def reads_without_opinion(study_id: object) -> QuerySet[Read]:
    """Reads on a study whose grades were all given while the image model was silent."""
    heard = Grade.objects.filter(read=OuterRef("pk")).exclude(model_version="")
    return Read.objects.filter(case__study=study_id).exclude(Exists(heard))


def state_of(read: Read) -> str:
    """waiting, graded or failed."""
    if grade_of(read) is not None:
        return "graded"
    return "failed" if failure_of(read) else "waiting"


def failure_of(read: Read) -> str | None:
    """A sentence where grading was given up."""
    if grade_of(read) is not None:
        return None
    given_up = Work.objects.filter(task=GRADE_READ, subject=str(read.pk), state="failed").exists()
    if not given_up or Work.objects.filter(
        task=GRADE_READ, subject=str(read.pk), state="waiting"
    ).exists():
        return None
    return "This read could not be graded. Your text is safe; the programme has been told."


def submitted_cases(user: User) -> QuerySet[Case]:
    """The cases that the user has submitted a read on."""
    return Case.objects.filter(Exists(Read.objects.filter(user=user, case=OuterRef("pk"))))


def answers_open_to(user: User, case: Case) -> bool:
    """Whether title, report and neighbours of the case may be shown to the user."""
    return (
        case.open
        or teaches_case(user, case)
        or Read.objects.filter(user=user, case=case).exists()
    )


def latest_reads(user: User, cases: Iterable[Case]) -> dict[object, Read]:
    """case id -> the user's newest read on it."""
    latest: dict[object, Read] = {}
    for read in reads_of(user).filter(case__in=list(cases)):
        latest.setdefault(read.case_id, read)
    return latest


def neighbours_for(user: User, case: Case) -> tuple[Neighbours, int]:
    """The cases to put beside `case` whose answers are open to the user, and how many as near stay
    unnamed so that they remain unknowns."""
    seen = cases_seen_by(user)
    is_open = Q(open=True) | Q(pk__in=submitted_cases(user).values("pk"))
    if not teaches_case(user, case):
        named, hidden = seen.filter(is_open), seen.exclude(is_open)
    else:
        named, hidden = seen, seen.none()
    neighbours = neighbours_of(case, among=named)
    return neighbours, count_as_near(case, among=hidden, as_=neighbours)


def reads_of_cohort(cohort: Cohort) -> QuerySet[Read]:
    """What the cohort's fellows have read in its programme, newest first."""
    return (
        Read.objects.filter(user__in=cohort.fellows.all(), case__programme=cohort.programme)
        .select_related("case", "user")
        .prefetch_related(_WITH_GRADES, "questions")
        .order_by("-submitted_at")
    )


def first_graded_reads(user: User) -> list[tuple[Read, Grade]]:
    """The user's first read of each case with its newest grade, oldest first."""
    found: dict[object, tuple[Read, Grade]] = {}
    for read in reads_of(user).order_by("submitted_at"):
        grade = grade_of(read)
        if grade is not None and read.case_id not in found:
            found[read.case_id] = (read, grade)
    return list(found.values())
