"""The queue with real rows: claims, leases, attempts, effects."""

from datetime import timedelta

import pytest
from django.utils import timezone

from common import queue
from common.models import Work

pytestmark = pytest.mark.django_db(transaction=True)


def test_asking_twice_makes_one_row():
    assert queue.ask(queue.GRADE_READ, "a") == queue.ask(queue.GRADE_READ, "a")
    assert Work.objects.count() == 1


def test_a_row_is_held_until_its_lease_ends():
    queue.ask(queue.GRADE_READ, "a")
    now = timezone.now()
    first = queue.claim(queue.GRADE_READ, now=now, at_most=5)
    assert [work.subject for work in first] == ["a"]
    assert queue.claim(queue.GRADE_READ, now=now) == []
    later = now + timedelta(seconds=queue.TASKS[queue.GRADE_READ].lease_seconds + 1)
    second = queue.claim(queue.GRADE_READ, now=later)
    assert [work.attempts for work in second] == [2]
    assert not queue.finish(first[0], now=later)
    assert queue.finish(second[0], now=later)
    assert Work.objects.get().state == "done"


def test_poison_is_given_up_after_its_attempts():
    queue.ask(queue.GRADE_READ, "a")
    now = timezone.now()
    for _ in range(queue.TASKS[queue.GRADE_READ].attempt_cap):
        (work,) = queue.claim(queue.GRADE_READ, now=now)
        queue.put_back(work, error="boom", now=now)
        now += timedelta(hours=1)
    assert queue.claim(queue.GRADE_READ, now=now) == []
    work = Work.objects.get()
    assert (work.state, work.last_error) == ("failed", "boom")


def test_a_failing_handler_leaves_no_effect_and_the_row_waits():
    from people.models import Programme
    from workers.drain import _do

    queue.ask(queue.GRADE_READ, "a")
    (work,) = queue.claim(queue.GRADE_READ, now=timezone.now())

    def handler(subject: str) -> None:
        Programme.objects.create(name="half done")
        raise RuntimeError("the second half failed")

    _do(work, handler, in_one_transaction=True)
    assert not Programme.objects.exists()
    work.refresh_from_db()
    assert work.state == "waiting"
    assert "second half" in work.last_error
    assert work.available_at > timezone.now()


def test_a_broker_that_is_away_fails_nobody(settings, monkeypatch):
    from common import broker

    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    broker.sender.cache_clear()
    try:
        queue.ask(queue.GRADE_READ, "a")
    finally:
        broker.sender.cache_clear()
    assert Work.objects.get().state == "waiting"
