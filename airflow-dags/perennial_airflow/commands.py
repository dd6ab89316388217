"""Command lines of Perennial for a run of a DAG: each names its pipeline, its warehouse and its interval."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk.exceptions import AirflowFailException

from perennial_airflow.deployment import Deployment
from perennial_airflow.schedule import Schedule

INTERVAL_PATTERN = r"^\d{4}-\d{2}-\d{2}(T[0-9:.]+(Z|[+-]\d{2}:\d{2}))?/\d{4}-\d{2}-\d{2}(T[0-9:.]+(Z|[+-]\d{2}:\d{2}))?$"


def interval(schedule: Schedule, context: Mapping[str, Any]) -> str:
    """FROM/TO of the night, half-open: of the run's params, else of its data interval, cut as the schedule says."""
    asked = context["params"].get("interval")
    if asked:
        return _checked(asked, schedule.zone)
    run = context["dag_run"]
    start, end = run.data_interval_start, run.data_interval_end
    if start is None or end is None:
        raise AirflowFailException(
            f"Cannot tell which night of {schedule.pipeline} is meant: this run has no data interval. "
            'Trigger it with {"interval": "2026-11-25/2026-11-26"}.'
        )
    zone = ZoneInfo(schedule.zone)
    start, end = start.astimezone(zone), end.astimezone(zone)
    if schedule.interval == "day":
        start, end = _midnight(start), _midnight(end)
    if start >= end:
        raise AirflowFailException(
            f"The cron '{schedule.cron}' of {schedule.pipeline} fires more than once a day, so that a night of whole days "
            "would be empty. Set schedule.interval to exact."
        )
    return f"{_bound(start)}/{_bound(end)}"


def ingest(schedule: Schedule, context: Mapping[str, Any]) -> list[str]:
    """Files of the inbox become events."""
    return _command("ingest", schedule, context, "--input", Deployment.current().located(schedule.inbox))


def retrain(schedule: Schedule, context: Mapping[str, Any]) -> list[str]:
    """One night."""
    rebuild = ["--full-rebuild"] if context["params"].get("full_rebuild") else []
    return _command("retrain", schedule, context, "--interval", interval(schedule, context), *rebuild)


def status(schedule: Schedule, context: Mapping[str, Any]) -> list[str]:
    """How the night ended by what the table runs says."""
    return _command("status", schedule, {"params": {}}, "--interval", interval(schedule, context), "--output", "json")


def recommend(schedule: Schedule, context: Mapping[str, Any]) -> list[str]:
    """The table recommendations, by the champion."""
    touched = ["--touched"] if schedule.recommend == "touched" else []
    return _command("recommend", schedule, context, *touched)


def report(schedule: Schedule, context: Mapping[str, Any], version: int) -> list[str]:
    """The pages of a version and of the pipeline's history."""
    return _command("report", schedule, context, "--version", str(version))


def compact(schedule: Schedule, context: Mapping[str, Any]) -> list[str]:
    """Many small files of a table become few."""
    return _command("compact", schedule, context)


def prune(schedule: Schedule, context: Mapping[str, Any]) -> list[str]:
    """Rows of versions that nobody needs any more go."""
    return ["models", *_command("prune", schedule, context, "--keep", str(schedule.maintenance.keep_versions))]


def backtest(schedule: Schedule, context: Mapping[str, Any]) -> list[str]:
    """The last days of the run's interval, replayed for several ways of keeping up."""
    end = context["dag_run"].data_interval_end or datetime.now(timezone.utc)
    last = end.astimezone(ZoneInfo(schedule.zone)).date() - timedelta(days=1)
    first = last - timedelta(days=schedule.maintenance.backtest_days - 1)
    arms = ",".join(schedule.maintenance.backtest_arms)
    return _command("backtest", schedule, context, "--from", str(first), "--to", str(last), "--arms", arms)


def _command(name: str, schedule: Schedule, context: Mapping[str, Any], *more: str) -> list[str]:
    deployment = Deployment.current()
    warehouse = deployment.located(schedule.warehouse or deployment.warehouse)
    dry = ["--dry-run"] if context["params"].get("dry_run") else []
    return [name, "--pipeline", str(schedule.file), "--warehouse", warehouse, *more, *dry]


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _bound(moment: datetime) -> str:
    if moment == _midnight(moment):
        return moment.date().isoformat()
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _checked(text: str, zone: str) -> str:
    problem = "must be FROM/TO, dates or instants with their offset, such as 2026-11-25/2026-11-26"
    if not re.match(INTERVAL_PATTERN, text):
        raise AirflowFailException(f"The param interval {problem}, got '{text[:80]}'.")
    try:
        bounds = [_instant(part, zone) for part in text.split("/")]
    except ValueError as wrong:
        raise AirflowFailException(f"The param interval {problem}, got '{text}': {wrong}.") from None
    if bounds[0] >= bounds[1]:
        raise AirflowFailException(f"The param interval must end after it begins (its end is exclusive), got '{text}'.")
    return text


def _instant(text: str, zone: str) -> datetime:
    if "T" in text:
        return datetime.fromisoformat(text)
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), ZoneInfo(zone))
