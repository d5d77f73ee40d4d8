from __future__ import annotations

import os

from celery import Celery

from oo.observe import tasks
from oo.schedule import beat_schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oo.settings.local")

app = Celery("oo", task_cls="oo.lib.worker:HeardTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = beat_schedule()
tasks.listen()
