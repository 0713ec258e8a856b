"""From a kick to finished work: claim rows, do each one, finish it with its effect."""

import logging
from collections.abc import Callable

from django.db import close_old_connections, transaction
from django.utils import timezone

from common import queue
from common.models import Work
from domain.errors import InputError
from workers.app import app

log = logging.getLogger(__name__)
Handler = Callable[[str], None]


class LostLease(Exception):
    """Somebody else has claimed the row since: the effect is rolled back and left to them."""


def drains(name: str, *, in_one_transaction: bool = True) -> Callable[[Handler], Handler]:
    """Registers `handler(subject)` as what the Celery task `name` does for each waiting row.

    With `in_one_transaction` the effect and the end of the row commit together. Without, the
    handler commits as it goes (to show progress) and has to be safe to run again.
    """
    def register(handler: Handler) -> Handler:
        def drain() -> int:
            close_old_connections()
            done = 0
            while claimed := queue.claim(name, now=timezone.now()):
                for work in claimed:
                    _do(work, handler, in_one_transaction)
                    done += 1
            return done

        app.task(name=name)(drain)
        return handler

    return register


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
        queue.put_back(work, error=f"{type(error).__name__}: {error}", now=timezone.now())


def _finish(work: Work) -> None:
    if not queue.finish(work, now=timezone.now()):
        raise LostLease
