"""Asking for work, claiming it and finishing it. See `common.models.Work` for the idea."""

import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from common.broker import sender
from common.models import Work

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """A kind of work: its registered name, its Celery queue, how long a claim holds.

    `background`: lets the other work of its queue go first after every claim.
    """

    name: str
    queue: str
    lease_seconds: int
    attempt_cap: int = 5
    background: bool = False


GRADE_READ = "grade_read"
IMPORT_UPLOAD = "import_upload"
PREPARE_CLIP = "prepare_clip"
EMBED_STUDY = "embed_study"
EMBED_REPORT = "embed_report"

TASKS = {
    task.name: task
    for task in (
        Task(GRADE_READ, queue="default", lease_seconds=20),
        Task(IMPORT_UPLOAD, queue="default", lease_seconds=600, attempt_cap=3),
        Task(PREPARE_CLIP, queue="model", lease_seconds=120),
        Task(EMBED_REPORT, queue="model", lease_seconds=60),
        # Of one library there are thousands, at seconds each: a new study's clip must not wait.
        Task(EMBED_STUDY, queue="model", lease_seconds=300, background=True),
    )
}
SWEEP = "sweep"
_ASKED_AT_ONCE = 1000


def ask(name: str, subject: object) -> Work:
    """Writes the work row in the caller's transaction; the kick goes out after the commit.

    Asking again while the same work still waits changes nothing. Raises KeyError for a name that
    is not in TASKS.
    """
    task = TASKS[name]
    now = timezone.now()
    work, _ = Work.objects.get_or_create(
        task=task.name,
        subject=str(subject),
        state="waiting",
        defaults={"available_at": now, "created_at": now},
    )
    transaction.on_commit(lambda: kick(name))
    return work


def ask_many(name: str, subjects: Iterable[object]) -> None:
    """`ask` for many subjects of one task, with a few statements and one kick."""
    task = TASKS[name]
    now = timezone.now()
    Work.objects.bulk_create(
        (
            Work(task=task.name, subject=str(subject), available_at=now, created_at=now)
            for subject in subjects
        ),
        batch_size=_ASKED_AT_ONCE,
        ignore_conflicts=True,
    )
    transaction.on_commit(lambda: kick(name))


def kick(name: str) -> None:
    """Tells the workers that there is work of this kind. A lost kick is made up for by the sweep,
    so a broker that is away must not fail what the person asked for."""
    try:
        sender().send_task(name, queue=TASKS[name].queue, retry=False)
    except Exception as error:
        log.warning("no kick for %s, the sweep will send it: %s", name, error)


def kick_what_waits(*, now: datetime) -> list[str]:
    """Kicks every kind of work that has a row which nobody holds; returns their names."""
    names = list(_claimable(now).values_list("task", flat=True).distinct().order_by("task"))
    for name in names:
        kick(name)
    return names


def claim(
    name: str, *, now: datetime, at_most: int = 1, subject_ends: str = ""
) -> list[Work]:
    """Takes up to `at_most` rows, oldest first, for the task's lease; skips what others hold.

    `subject_ends`: only rows whose subject ends so. A row that was tried before comes alone: it
    may be what stopped its batch, and must not use up the attempts of the others again. Rows that
    have used up their attempts are set to failed instead and not returned.
    """
    task = TASKS[name]
    with transaction.atomic():
        waiting = (
            _claimable(now)
            .filter(task=name, subject__endswith=subject_ends)
            .order_by("available_at", "pk")
            .select_for_update(skip_locked=True)
        )
        rows = list(waiting[:at_most])
        while spent := [work for work in rows if work.attempts >= task.attempt_cap]:
            for work in spent:
                work.state = "failed"
                work.finished_at = now
                work.last_error = work.last_error or f"Gave up after {work.attempts} attempts."
                work.save()
            rows = list(waiting[:at_most])
        if rows and rows[0].attempts:
            rows = rows[:1]
        claimed = [work for work in rows if work is rows[0] or not work.attempts]
        for work in claimed:
            work.attempts += 1
            work.lease = uuid.uuid4()
            work.leased_until = now + timedelta(seconds=task.lease_seconds)
        Work.objects.bulk_update(claimed, ["attempts", "lease", "leased_until"])
    return claimed


def renew(works: Sequence[Work], *, now: datetime) -> None:
    """Holds claimed rows for another lease; those that somebody else has claimed stay theirs."""
    if works:
        until = now + timedelta(seconds=TASKS[works[0].task].lease_seconds)
        leases = [work.lease for work in works]
        Work.objects.filter(lease__in=leases, state="waiting").update(leased_until=until)


def must_step_aside(name: str, *, now: datetime) -> bool:
    """Whether work of this kind is in the background and other work of its queue waits."""
    task = TASKS[name]
    others = [one.name for one in TASKS.values() if one.queue == task.queue and one is not task]
    return task.background and _claimable(now).filter(task__in=others).exists()


def finish(work: Work, *, now: datetime) -> bool:
    """Marks the work done if this claim still holds it. Call it in the transaction of the effect
    and roll back on False: somebody else has claimed the row since."""
    changed = Work.objects.filter(pk=work.pk, lease=work.lease, state="waiting").update(
        state="done", finished_at=now, leased_until=None, last_error=""
    )
    return bool(changed)


def give_up(work: Work, *, error: str, now: datetime) -> None:
    """Marks the work failed for good: trying again cannot help."""
    Work.objects.filter(pk=work.pk, lease=work.lease).update(
        state="failed", finished_at=now, leased_until=None, last_error=error[:2000]
    )


def put_back(work: Work, *, error: str, now: datetime) -> None:
    """Returns failed work to the queue, later each time."""
    Work.objects.filter(pk=work.pk, lease=work.lease).update(
        available_at=now + timedelta(seconds=2**work.attempts),
        leased_until=None,
        lease=None,
        last_error=error[:2000],
        attempts=F("attempts"),
    )


def withdraw(name: str, *, subject_ends: str) -> int:
    """Takes back what still waits, because nobody needs it any more; returns how much that was.

    Whoever is at such a row cannot finish it, so its effect is rolled back."""
    waiting = Work.objects.filter(task=TASKS[name].name, state="waiting")
    return waiting.filter(subject__endswith=subject_ends).delete()[0]


def _claimable(now: datetime) -> QuerySet[Work]:
    return Work.objects.filter(state="waiting", available_at__lte=now).filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    )
