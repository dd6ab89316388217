"""Prints runs, task states and asset events of a DAG as one line of JSON: state.py DATABASE DAG."""

import json
import sqlite3
import sys

database, dag = sys.argv[1:]
with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30) as connection:
    known = connection.execute("SELECT count(*) FROM serialized_dag WHERE dag_id = ?", (dag,)).fetchone()[0]
    runs = connection.execute(
        "SELECT run_id, state, data_interval_start, start_date, end_date FROM dag_run WHERE dag_id = ? ORDER BY id", (dag,)
    ).fetchall()
    tasks = connection.execute(
        "SELECT run_id, task_id, state, try_number, start_date, end_date FROM task_instance WHERE dag_id = ?", (dag,)
    ).fetchall()
    events = connection.execute(
        "SELECT a.name, a.uri, e.extra, e.source_task_id, e.source_run_id FROM asset_event e JOIN asset a ON a.id = e.asset_id"
        " WHERE e.source_dag_id = ? ORDER BY e.id",
        (dag,),
    ).fetchall()
print(
    json.dumps(
        {
            "known": bool(known),
            "runs": [
                {
                    "run_id": run[0],
                    "state": run[1],
                    "interval_start": run[2],
                    "started": run[3],
                    "ended": run[4],
                    "tasks": {task[1]: {"state": task[2], "tries": task[3]} for task in tasks if task[0] == run[0]},
                }
                for run in runs
            ],
            "events": [
                {"asset": name, "uri": uri, "extra": json.loads(extra) if isinstance(extra, str) else extra, "task": task, "run_id": run}
                for name, uri, extra, task, run in events
            ],
        }
    )
)
