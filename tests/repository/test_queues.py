"""A hint that goes to a queue that no worker reads makes everything wait for the sweepers."""

import json
import subprocess
import sys

from django.conf import settings

from supermarket import tasks
from supermarket.celery import app

ROUTES = """
import json, sys
from supermarket.celery import app
assert "supermarket.tasks" not in sys.modules
print(json.dumps({name: app.amqp.router.route({}, name)["queue"].name for name in json.loads(sys.argv[1])}))
"""


def test_a_web_process_which_never_loads_the_tasks_sends_each_to_its_queue() -> None:
    queues = {name: task.queue for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert set(tasks.SWEEPS_SECONDS) <= queues.keys()
    command = [sys.executable, "-c", ROUTES, json.dumps(list(queues))]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == queues
    assert set(queues.values()) <= {queue.name for queue in app.conf.task_queues}


def test_no_message_is_delivered_again_while_its_task_may_still_run() -> None:
    again = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    for name in tasks.SWEEPS_SECONDS:
        task = tasks.app.tasks[name]
        limit = task.time_limit or settings.CELERY_TASK_TIME_LIMIT
        assert (task.soft_time_limit or settings.CELERY_TASK_SOFT_TIME_LIMIT) < limit < again - 600
