"""The queue. A message is only a hint that there is work: what, whether and once is decided by rows in PostgreSQL."""

import logging
import os

from celery import Celery
from django.db import transaction
from kombu import Queue
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supermarket.settings")

QUEUES = ("default", "payouts")

app = Celery("supermarket")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["supermarket"])
# Said here and not beside the tasks: a web process sends by name and never loads them.
app.conf.task_default_queue = "default"
app.conf.task_queues = [Queue(name) for name in QUEUES]
app.conf.task_routes = {"payouts.*": "payouts"}

log = logging.getLogger(__name__)


def poke(task: str, *ids: int | str) -> None:
    """Wake the queue once the transaction is committed. A broker that is down is no error: a sweeper finds the row."""

    def send() -> None:
        try:
            app.send_task(task, args=list(ids), retry=False)
        except OperationalError as error:
            log.warning("no broker for %s%s, left to the sweeper: %s", task, ids, error)

    transaction.on_commit(send)
