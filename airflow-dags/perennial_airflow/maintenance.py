"""The DAG of a pipeline's care: compaction, pruning, and a replay of the last days."""

from __future__ import annotations

from airflow.sdk import DAG, CronDataIntervalTimetable

from perennial_airflow import commands, operators
from perennial_airflow.nights import default_args
from perennial_airflow.schedule import Schedule

DOC = """
**Care for {pipeline}**: `prune` deletes the rows of versions older than the newest {keep}, `compact` makes few files of many
and deletes files that nobody reads any more, `backtest` replays the last {days} days for {arms} and writes a page. It shares
the pool of the nights, so that neither runs into the other.
"""


def maintenance(schedule: Schedule) -> DAG:
    """Builds it; its id is the pipeline's name with .maintenance behind it."""
    care = schedule.maintenance
    with DAG(
        dag_id=f"{schedule.pipeline}.maintenance",
        schedule=CronDataIntervalTimetable(care.cron, timezone=schedule.zone),
        start_date=schedule.start,
        catchup=False,
        max_active_runs=1,
        default_args=default_args(schedule),
        doc_md=DOC.format(
            pipeline=schedule.pipeline,
            keep=care.keep_versions,
            days=care.backtest_days,
            arms=", ".join(care.backtest_arms),
        ),
        tags=["perennial", "maintenance", *schedule.tags],
    ) as dag:
        prune = operators.perennial(schedule, commands.prune, task_id="prune")
        compact = operators.perennial(schedule, commands.compact, task_id="compact")
        prune >> compact
        if care.backtest_days:
            compact >> operators.perennial(schedule, commands.backtest, task_id="backtest")
    return dag
