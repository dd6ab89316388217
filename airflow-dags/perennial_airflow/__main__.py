"""python -m perennial_airflow check: says what is wrong with the pipeline files; pools: prints what 'airflow pools import' reads."""

from __future__ import annotations

import json
import sys

from perennial_airflow.deployment import Deployment
from perennial_airflow.schedule import read_all


def main(arguments: list[str]) -> int:
    """Gives the exit code: 0, or 2 for a wrong file or word."""
    if arguments not in (["check"], ["pools"]):
        print("Usage: python -m perennial_airflow check|pools", file=sys.stderr)
        return 2
    schedules, problems = read_all(Deployment.current().pipelines)
    for problem in problems:
        print(problem, file=sys.stderr)
    if arguments == ["pools"]:
        pools = {
            one.pool: {"slots": 1, "description": f"Commands of {one.pipeline}, one at a time", "include_deferred": False}
            for one in schedules
        }
        print(json.dumps(pools, indent=2))
    else:
        for one in schedules:
            print(f"{one.pipeline}: '{one.cron}' ({one.zone}), by {one.submit}, pool {one.pool}")
    return 2 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
