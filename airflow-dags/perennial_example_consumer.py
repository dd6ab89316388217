"""An example of a downstream team: runs whenever the recommendations of a pipeline were renewed."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from airflow.sdk import dag, task

from perennial_airflow import assets

PIPELINE = "demo"


@dag(
    dag_id="perennial-example-consumer",
    schedule=[assets.recommendations(PIPELINE)],
    catchup=False,
    tags=["perennial", "example"],
    doc_md=__doc__,
)
def consumer() -> None:
    @task(inlets=[assets.recommendations(PIPELINE)])
    def publish(**context: Any) -> list[dict[str, Any]]:
        """Every event since the last run. Asset-triggered runs have no date: version and interval stand in extra."""
        events = context["triggering_asset_events"] or {}
        found = [event.extra for asset_events in events.values() for event in asset_events]
        for extra in found:
            print(f"Version {extra.get('version')} recommends; its figures: {extra.get('metrics')}")
        return found

    publish()


consumer()
