"""Killing the worker in the middle of grading, and emptying the broker, lose nothing."""

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from common.models import Work
from common.queue import kick
from reads.models import Grade, Read
from tests.reports import REPORT

ROOT = Path(__file__).resolve().parents[2]
READS = 300
pytestmark = pytest.mark.django_db(transaction=True)


def start_worker(log: Path) -> subprocess.Popen[bytes]:
    """A real worker on this test's database."""
    name = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
    command = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", "--pool", "threads"]
    command += ["-c", "1", "-Q", "default,model", "--without-gossip", "--without-mingle"]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdout=log.open("ab"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def wait_for(condition, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def make_reads(case, fellow) -> None:
    """Many long reads, so that a kill falls into the middle of the work."""
    from common.queue import ask

    text = (REPORT + "\n") * 20
    for _ in range(READS):
        read = Read.objects.create(
            id=uuid.uuid4(),
            user=fellow,
            case=case,
            report=case.report,
            text=text,
            submitted_at=timezone.now(),
        )
        ask("grade_read", read.pk)


def test_sigkill_and_flush_lose_no_read_and_grade_none_twice(make_case, add_person, tmp_path):
    make_reads(make_case(), add_person("fellow"))
    log = tmp_path / "worker.log"
    worker = start_worker(log)
    try:
        wait_for(lambda: Grade.objects.count() > 5, 60, log.read_text())
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        graded = Grade.objects.count()
        assert 0 < graded < READS, "the kill came too late to prove anything"

        with redis.Redis.from_url(settings.REDIS_URL) as broker:
            broker.flushall()
        # The killed worker's claim runs out with its lease; nothing else brings it back.
        Work.objects.filter(state="waiting", leased_until__isnull=False).update(
            leased_until=timezone.now()
        )
        worker = start_worker(log)
        kick("grade_read")
        wait_for(lambda: Grade.objects.count() == READS, 120, log.read_text()[-2000:])
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    assert Read.objects.filter(grades=None).count() == 0
    assert Grade.objects.values("read").distinct().count() == READS
    assert not Work.objects.filter(task="grade_read", state="failed").exists()
