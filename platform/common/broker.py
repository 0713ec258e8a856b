"""The Redis side of the queue: one configuration for the senders and for the workers."""

from functools import cache
from typing import Any

from celery import Celery
from django.conf import settings

HARD_LIMIT_SECONDS = 900


def celery_settings() -> dict[str, Any]:
    """What both sides agree on; the reasons are measured ones (kills, flushes, lost sockets)."""
    return {
        "broker_url": settings.REDIS_URL,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "task_time_limit": HARD_LIMIT_SECONDS,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "visibility_timeout": 2 * HARD_LIMIT_SECONDS,
            "socket_timeout": 30,
            "socket_connect_timeout": 3,
            "unacked_restore_throttle": 5,
        },
        "worker_hijack_root_logger": False,
        "timezone": "UTC",
    }


@cache
def sender() -> Celery:
    """A Celery application that only sends: it knows tasks by name alone."""
    app = Celery("cinerounds-sender")
    app.conf.update(celery_settings())
    return app
