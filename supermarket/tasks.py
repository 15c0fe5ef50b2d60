"""Every Celery task: a name, a queue, one service call; and the one table of when each comes by itself.

A message carries ids at most, and losing or doubling it changes nothing: the services look for rows that wait. Beat
sends the sweepers; a sweep that could not start before the next one is dropped (`expires`), so that none pile up.
"""

from enterprises import services as enterprises
from supermarket.celery import app
from supermarket.claims import sweeping
from supermarket.claims.runs import background
from supermarket.dates import today
from supermarket.matching import services as matching
from supermarket.notices.delivering import notices_deliver as deliver
from supermarket.payouts import audit, work
from supermarket.reports import making

SWEEPS_SECONDS = {
    "claims.sweep": 30.0,
    "payouts.work": 3.0,
    "audit.seal": 60.0,
    "notices.deliver": 30.0,
    "runs.prepare": 10.0,
    "reports.work": 30.0,
    "deliveries.work": 30.0,
    "deliveries.collect": 300.0,
    "rosters.refresh": 21_600.0,
    "matching.work": 30.0,
    "matching.daily": 3_600.0,
}

# What a city can make last longer than the limit of the others (CELERY_TASK_TIME_LIMIT). Each commits as it goes: what
# is ended, by this limit too, goes on with the next sweep, a delivery at its chunk, a match at its policy, a run at its
# claim, a bank's message at its beginning.
LONG = {"time_limit": 3_600, "soft_time_limit": 3_540}

app.conf.beat_schedule = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for task, seconds in SWEEPS_SECONDS.items()
}


@app.task(name="payouts.work", queue="payouts", **LONG)
def payouts_work() -> None:
    """Make, instruct, hand over, listen and look up, for a minute at most: the next sweep goes on."""
    work.payouts_work_until_idle(seconds=60.0)


@app.task(name="audit.seal", queue="default")
def audit_seal() -> None:
    """Seal what was written since the last seal, and put the day's head outside the database."""
    audit.blocks_seal()


@app.task(name="runs.prepare", queue="default", **LONG)
def runs_prepare() -> None:
    """Match and screen the runs that were opened at the desk."""
    background.runs_prepare()


@app.task(name="reports.work", queue="default", **LONG)
def reports_work() -> None:
    """Make the reports of long runs that were asked for."""
    making.run_files_make()


@app.task(name="deliveries.work", queue="default", **LONG)
def deliveries_work() -> None:
    """Load what departments handed over, loads that were interrupted too."""
    enterprises.deliveries_work()


@app.task(name="deliveries.collect", queue="default")
def deliveries_collect() -> None:
    """Take the files of the drop folder and what departments offer for pulling."""
    enterprises.deliveries_collect()


@app.task(name="rosters.refresh", queue="default")
def rosters_refresh() -> None:
    """Keep the fact `rosters` fresh where no list changes for a month."""
    enterprises.rosters_refresh(on=today())


@app.task(name="notices.deliver", queue="default")
def notices_deliver() -> None:
    """Send the letters that wait, each at most once."""
    deliver()


@app.task(name="matching.work", queue="default", **LONG)
def matching_work() -> None:
    """Carry out the matches of everybody that were started, interrupted ones too."""
    matching.matches_work()


@app.task(name="matching.daily", queue="default")
def matching_daily() -> None:
    """Start the match of the day where there is none yet."""
    matching.matches_start_daily(as_of=today())


@app.task(name="claims.sweep", queue="default")
def claims_sweep() -> None:
    """End notices and terms that are over, serve who waits for money, let instalments go that are due."""
    sweeping.claims_sweep()
