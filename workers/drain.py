"""From a kick to finished work: claim rows, do them, finish each one with its effect.

A handler does one row at a time, or is given what was claimed as a batch and yields what comes of
each row. Either way each row ends by itself: finished in the transaction of its effect, given up
where its input is bad, put back where something failed.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import close_old_connections, transaction
from django.utils import timezone

from common import queue
from common.models import Work
from domain.errors import InputError
from workers.app import app

log = logging.getLogger(__name__)
Handler = Callable[[str], None]
Effect = Callable[[], None]


@dataclass(frozen=True)
class Outcome:
    """What came of one row of a batch: what to store, or the error that stood in the way."""

    subject: str
    result: Effect | Exception


BatchHandler = Callable[[Sequence[str]], Iterator[Outcome]]


class LostLease(Exception):
    """Somebody else has claimed the row since: the effect is rolled back and left to them."""


def drains(name: str, *, in_one_transaction: bool = True) -> Callable[[Handler], Handler]:
    """Registers `handler(subject)` as what the Celery task `name` does for each waiting row.

    With `in_one_transaction` the effect and the end of the row commit together. Without, the
    handler commits as it goes (to show progress) and has to be safe to run again.
    """

    def register(handler: Handler) -> Handler:
        def do_each(works: Sequence[Work]) -> None:
            for work in works:
                _do(work, handler, in_one_transaction)

        _register(name, do_each, at_most=1, mine=_everything)
        return handler

    return register


def drains_batches(
    name: str, *, at_most: int, mine: Callable[[], str | None]
) -> Callable[[BatchHandler], BatchHandler]:
    """Registers `handler(subjects)`, which is given up to `at_most` waiting rows at once.

    It yields an Outcome a subject, as soon as it has it; the rows that are left keep their lease
    meanwhile. What it raises is put down to every row that has no outcome yet.

    `mine`: asked before each claim: the end of the subjects that this process can do; None leaves
    every row where it is.
    """

    def register(handler: BatchHandler) -> BatchHandler:
        _register(name, lambda works: _do_batch(works, handler), at_most=at_most, mine=mine)
        return handler

    return register


def _everything() -> str | None:
    return ""


def _register(
    name: str,
    do: Callable[[Sequence[Work]], None],
    *,
    at_most: int,
    mine: Callable[[], str | None],
) -> None:
    def drain() -> int:
        close_old_connections()
        done = 0
        while (ends := mine()) is not None:
            claimed = queue.claim(name, now=timezone.now(), at_most=at_most, subject_ends=ends)
            if not claimed:
                break
            do(claimed)
            done += len(claimed)
            if queue.must_step_aside(name, now=timezone.now()):
                queue.kick(name)
                break
        return done

    app.task(name=name)(drain)


def _do_batch(works: Sequence[Work], handler: BatchHandler) -> None:
    left = {work.subject: work for work in works}
    lease = timedelta(seconds=queue.TASKS[works[0].task].lease_seconds)
    renewed = timezone.now()
    try:
        for outcome in handler(list(left)):
            _do(left.pop(outcome.subject), partial(_settle, outcome), in_one_transaction=True)
            now = timezone.now()
            if now - renewed > lease / 4:
                queue.renew(list(left.values()), now=now)
                renewed = now
    except Exception as error:
        log.exception("a batch of %d failed, %d of them undone", len(works), len(left))
        for work in left.values():
            _put_back(work, error)


def _settle(outcome: Outcome, subject: str) -> None:
    if isinstance(outcome.result, Exception):
        raise outcome.result
    outcome.result()


def _do(work: Work, handler: Handler, in_one_transaction: bool) -> None:
    try:
        if in_one_transaction:
            with transaction.atomic():
                handler(work.subject)
                _finish(work)
        else:
            handler(work.subject)
            _finish(work)
    except LostLease:
        log.warning("%s was claimed elsewhere", work)
    except InputError as error:
        # The same input gives the same refusal: no use in trying again.
        log.warning("%s refused: %s", work, error.sentence)
        queue.give_up(work, error=error.sentence, now=timezone.now())
    except Exception as error:
        log.exception("%s failed", work)
        _put_back(work, error)


def _put_back(work: Work, error: Exception) -> None:
    queue.put_back(work, error=f"{type(error).__name__}: {error}", now=timezone.now())


def _finish(work: Work) -> None:
    if not queue.finish(work, now=timezone.now()):
        raise LostLease
