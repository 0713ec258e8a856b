"""Kicks whatever waits and nobody holds: the answer to every lost message."""

from django.db import close_old_connections
from django.utils import timezone

from common.queue import SWEEP, kick_what_waits
from workers.app import app


def sweep() -> list[str]:
    close_old_connections()
    return kick_what_waits(now=timezone.now())


app.task(name=SWEEP)(sweep)
