"""The Celery application: `celery -A workers.app worker -Q default,model`.

Django is set up before any task is imported; the tasks are the one place where it meets torch.
"""

import os
import sys
from pathlib import Path

import django
from celery import Celery

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "platform"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from common.broker import celery_settings  # noqa: E402  (needs Django set up)
from common.queue import TASKS  # noqa: E402

SWEEP_SECONDS = 10.0

app = Celery("cinerounds", include=["workers.tasks"])
app.conf.update(celery_settings())
app.conf.beat_schedule = {
    "sweep": {"task": "sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}}
}
app.conf.task_default_queue = "default"
app.conf.task_routes = {name: {"queue": task.queue} for name, task in TASKS.items()}
