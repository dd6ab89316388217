"""How a night ended, as the table runs says, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.branch import BaseBranchOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from perennial_airflow import commands, operators
from perennial_airflow.schedule import Schedule


class Outcome(BaseBranchOperator):
    """Reads the outcome of the run's interval and chooses what follows; the outcome is its XCom 'outcome'."""

    def __init__(self, *, schedule: Schedule, follows: Mapping[str, str], always: str, **kwargs: Any):
        super().__init__(**kwargs)
        self.schedule = schedule
        self.follows = follows
        self.always = always

    def choose_branch(self, context: Any) -> list[str]:
        if context["params"].get("dry_run"):
            self.log.info("A dry run: nothing was written, nothing follows.")
            return []
        found = parsed(operators.answer(self.schedule, commands.status(self.schedule, context), self.log))
        if found.get("outcome") not in ("promoted", "rejected", "nothing_new"):
            raise AirflowException(
                f"The table runs knows no ended night {commands.interval(self.schedule, context)} of {self.schedule.pipeline} "
                f"(outcome {found.get('outcome')}), though retrain ended well. Clear retrain to run it again."
            )
        self.log.info("Outcome of the night: %s", found)
        context["ti"].xcom_push(key="outcome", value=found)
        following = self.follows.get(found["outcome"])
        return [following, self.always] if following else [self.always]


def parsed(text: str) -> dict[str, Any]:
    """The one row that 'perennial status --output json' prints."""
    try:
        rows = json.loads(text)
    except ValueError:
        raise AirflowException(f"'perennial status' should print JSON, got: {text[:500]}") from None
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
        raise AirflowException(f"'perennial status' should print one row, got: {text[:500]}")
    return rows[0]


def read(context: Mapping[str, Any]) -> dict[str, Any]:
    """The outcome as an earlier task of the run found it."""
    return context["ti"].xcom_pull(task_ids="outcome", key="outcome")


def rejection(outcome: Mapping[str, Any]) -> str:
    """A rejected night in a sentence."""
    rules = ", ".join(outcome.get("rejected_by") or ()) or "the gate"
    return (
        f"The night {outcome['interval_from']} to {outcome['interval_to']} was rejected by {rules} (version "
        f"{outcome['version']}). Version {outcome.get('champion')} stays in use, recommendations stay as they are, and the "
        f"night's events are tried again with the next. Rejected in a row: {outcome['rejections_in_a_row']}."
    )


def alarm(schedule: Schedule, outcome: Mapping[str, Any]) -> None:
    """Raises AirflowFailException where too many nights in a row were rejected, or the champion is too old."""
    found = []
    if outcome["rejections_in_a_row"] >= schedule.maximal_rejections:
        found.append(
            f"{outcome['rejections_in_a_row']} nights in a row were rejected (maximalRejections is "
            f"{schedule.maximal_rejections}): 'perennial models list' shows by which rules"
        )
    age = champion_age(outcome)
    if age is not None and schedule.maximal_champion_age is not None and age > schedule.maximal_champion_age:
        found.append(
            f"the champion, version {outcome['champion']}, knows events before {outcome['champion_to_time']} only, {age} behind "
            f"the night (maximalChampionAge is {schedule.maximal_champion_age})"
        )
    if outcome.get("champion") is None:
        found.append("no version is in use yet")
    if found:
        raise AirflowFailException(f"{schedule.pipeline} needs somebody: {'; '.join(found)}.")


def champion_age(outcome: Mapping[str, Any]) -> timedelta | None:
    """How far the champion's events end before the night does; None where one of both is not known."""
    if not outcome.get("champion_to_time") or not outcome.get("interval_to"):
        return None
    return datetime.fromisoformat(outcome["interval_to"]) - datetime.fromisoformat(outcome["champion_to_time"])
