"""The DAG of a pipeline's nights: ingest, retrain, branch on the outcome, recommend, report."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, task

from perennial_airflow import assets, commands, notices, operators, outcome
from perennial_airflow.schedule import Schedule

DOC = """
**Nights of {pipeline}**, from `{file}`.

`ingest` → `retrain` → `outcome`, which reads the table `runs` and branches: a promoted night goes on to `version`,
`recommend` and `report`; a rejected one to `notice` and `report`; one without anything new ends there. `alert` fails when
{rejections} nights in a row were rejected or the champion lies more than {age} behind the night.

Every task can be cleared: the same night again ends in the same state. Params of a manual run: `interval` (FROM/TO),
`full_rebuild`, `dry_run`. Pool: `{pool}`. Commands run by {submit}.
"""


def default_args(schedule: Schedule) -> dict[str, Any]:
    """What all tasks of a pipeline have in common."""
    return {
        "owner": "perennial",
        "retries": schedule.retries,
        "retry_delay": schedule.retry_delay,
        "retry_exponential_backoff": True,
        "max_retry_delay": schedule.maximal_retry_delay,
        "execution_timeout": schedule.execution_timeout,
        "on_failure_callback": notices.on_failure(schedule),
    }


def nightly(schedule: Schedule) -> DAG:
    """Builds it; the id of the DAG is the pipeline's name."""
    with DAG(
        dag_id=schedule.pipeline,
        schedule=CronDataIntervalTimetable(schedule.cron, timezone=schedule.zone),
        start_date=schedule.start,
        catchup=False,
        max_active_runs=1,
        default_args=default_args(schedule),
        doc_md=DOC.format(
            pipeline=schedule.pipeline,
            file=schedule.file.name,
            rejections=schedule.maximal_rejections,
            age=schedule.maximal_champion_age or "any time",
            pool=schedule.pool,
            submit="spark-submit" if schedule.submit == "spark_submit" else "bin/perennial on the worker",
        ),
        tags=["perennial", "night", *schedule.tags],
        params={
            "interval": Param(
                None,
                type=["null", "string"],
                pattern=commands.INTERVAL_PATTERN,
                description="Learn this instead of the run's own interval: FROM/TO, dates of the pipeline's zone or instants; TO is exclusive.",
            ),
            "full_rebuild": Param(False, type="boolean", description="Train from scratch, over everything learnt and what is new."),
            "dry_run": Param(False, type="boolean", description="Say what would be done, write nothing."),
        },
    ) as dag:
        _tasks(schedule)
    return dag


def _tasks(schedule: Schedule) -> None:
    retrain = operators.perennial(schedule, commands.retrain, task_id="retrain", depends_on_past=True)
    if schedule.inbox:
        operators.perennial(schedule, commands.ingest, task_id="ingest", depends_on_past=True) >> retrain
    decide = outcome.Outcome(
        task_id="outcome",
        schedule=schedule,
        follows={"promoted": "version", "rejected": "notice"},
        always="alert",
        pool=schedule.pool,
        depends_on_past=True,
    )
    model = assets.model(schedule.pipeline)

    @task(outlets=[model])
    def version(**context: Any) -> int:
        """Announces the new version as an asset."""
        found = outcome.read(context)
        operators.announce(context, model, found)
        return found["version"]

    @task
    def notice(**context: Any) -> None:
        """Tells of a rejection."""
        notices.send(schedule, "rejected", outcome.rejection(outcome.read(context)), context)

    @task(retries=0)
    def alert(**context: Any) -> None:
        """Fails when somebody has to look."""
        outcome.alarm(schedule, outcome.read(context))

    report = operators.perennial(
        schedule, _report, task_id="report", trigger_rule="none_failed_min_one_success"
    )
    told, announced = notice(), version()
    retrain >> decide >> [announced, told, alert()]
    told >> report
    if schedule.recommend == "none":
        announced >> report
    else:
        recommended = assets.recommendations(schedule.pipeline)
        recommend = operators.perennial(
            schedule,
            commands.recommend,
            task_id="recommend",
            outlets=[recommended],
            post_execute=lambda context, result=None: operators.announce(context, recommended, outcome.read(context)),
        )
        announced >> recommend >> report


def _report(schedule: Schedule, context: Any) -> list[str]:
    return commands.report(schedule, context, outcome.read(context)["version"])
