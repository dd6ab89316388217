"""Parses the folder of DAGs as Airflow does and prints what it found as one line of JSON."""

import json
import sys
import time

import airflow.sdk  # noqa: F401  what a processor of DAGs has loaded before it parses a file
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import Asset

begin = time.monotonic()
bag = DagBag(dag_folder=sys.argv[1])
seconds = time.monotonic() - begin


def assets(dag):
    for task in dag.tasks:
        for asset in [*task.outlets, *task.inlets]:
            if isinstance(asset, Asset):
                yield asset
    condition = getattr(dag.timetable, "asset_condition", None)
    yield from (asset for asset in getattr(condition, "objects", ()) if isinstance(asset, Asset))


print(
    json.dumps(
        {
            "seconds": seconds,
            "import_errors": {path.rsplit("/", 1)[-1]: text for path, text in bag.import_errors.items()},
            "heavy_modules": sorted(
                {name.split(".")[0] for name in sys.modules} & {"pyspark", "numpy", "pandas", "sklearn", "torch", "scipy", "pyarrow"}
            ),
            "assets": sorted({(asset.name, asset.uri) for dag in bag.dags.values() for asset in assets(dag)}),
            "dags": {
                dag.dag_id: {
                    "tags": sorted(dag.tags),
                    "max_active_runs": dag.max_active_runs,
                    "catchup": dag.catchup,
                    "doc": bool(dag.doc_md),
                    "params": sorted(dag.params),
                    "tasks": {
                        task.task_id: {
                            "type": task.task_type,
                            "downstream": sorted(task.downstream_task_ids),
                            "depends_on_past": task.depends_on_past,
                            "pool": task.pool,
                            "retries": task.retries,
                            "backoff": bool(task.retry_exponential_backoff),
                            "timeout": task.execution_timeout.total_seconds() if task.execution_timeout else None,
                        }
                        for task in dag.tasks
                    },
                }
                for dag in bag.dags.values()
            },
        }
    )
)
