"""Writing cases, case sets and reports. Importing studies is in `cases.importing`."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from cases.models import Case, CaseSet, CaseSetItem, Report, Stack, Study
from common.queue import EMBED_REPORT, ask
from domain.errors import InputError
from domain.findings import VOCABULARY_VERSION, parse
from people.models import Programme, User

EMPTY_REPORT = "The report is empty. Paste the expert's report, or choose a file that holds text."


def check_report_text(text: str) -> str:
    """The text without surrounding blanks. Raises InputError where nothing is left of it."""
    if not text.strip():
        raise InputError(EMPTY_REPORT, "empty_report")
    if "\x00" in text:
        raise InputError("The report holds a null byte, so it is not text. Save it as plain text.")
    return text.strip()


@transaction.atomic
def add_report(
    *, study: Study, text: str, author: User | None, now: datetime | None = None
) -> Report:
    """Stores a report with its parsed claims and asks for its vector. Raises InputError for an
    empty one."""
    text = check_report_text(text)
    report = Report(
        study=study,
        text=text,
        author=author,
        claims=parse(text, study.person).to_json(),
        vocabulary_version=VOCABULARY_VERSION,
        created_at=now or timezone.now(),
    )
    report.full_clean()
    report.save()
    ask(EMBED_REPORT, report.pk)
    return report


@transaction.atomic
def make_case(
    *,
    study: Study,
    report: Report,
    title: str,
    history: str = "",
    open: bool = False,
    published: bool = False,
    now: datetime | None = None,
) -> Case:
    """A case out of a study and a report on it, numbered within the programme."""
    if report.study_id != study.pk:
        raise InputError("That report is on another study. Choose a report of this study.")
    # The programme's row is the lock: two cases made at once must not share a number.
    Programme.objects.select_for_update().get(pk=study.programme_id)
    highest = Case.objects.filter(programme=study.programme).aggregate(Max("number"))
    case = Case(
        programme=study.programme,
        study=study,
        report=report,
        number=(highest["number__max"] or 0) + 1,
        title=title.strip(),
        history=history.strip(),
        open=open,
        published=published,
        created_at=now or timezone.now(),
    )
    case.full_clean()
    case.save()
    return case


def change_case(*, case: Case, **changes: object) -> Case:
    """Changes title, history, open or published."""
    for field in changes.keys() & {"title", "history", "open", "published"}:
        setattr(case, field, changes[field])
    case.full_clean()
    case.save()
    return case


def change_stack(*, stack: Stack, view: str | None, contrast: str | None) -> Stack:
    """An educator's word on what a stack shows; the suggestion is kept beside it."""
    stack.view = view or stack.view
    stack.contrast = contrast or stack.contrast
    stack.full_clean()
    stack.save()
    return stack


def make_case_set(*, programme: Programme, name: str, description: str = "") -> CaseSet:
    case_set = CaseSet(programme=programme, name=name.strip(), description=description.strip())
    case_set.full_clean()
    case_set.save()
    return case_set


def change_case_set(*, case_set: CaseSet, **changes: object) -> CaseSet:
    for field in changes.keys() & {"name", "description"}:
        setattr(case_set, field, changes[field])
    case_set.full_clean()
    case_set.save()
    return case_set


@transaction.atomic
def put_cases(*, case_set: CaseSet, cases: list[Case]) -> CaseSet:
    """Makes these, in this order, the cases of the set. A case of another programme is refused."""
    if any(case.programme_id != case_set.programme_id for case in cases):
        raise InputError("A set holds cases of its own programme only.")
    if len({case.pk for case in cases}) != len(cases):
        raise InputError("The same case stands twice in the set. Name each case once.")
    case_set.items.all().delete()
    CaseSetItem.objects.bulk_create(
        CaseSetItem(case_set=case_set, case=case, order=order) for order, case in enumerate(cases)
    )
    return case_set
