"""One DAG for each file in pipelines/ that has a section schedule: its nights, and its care once a week."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from perennial_airflow.deployment import Deployment
from perennial_airflow.maintenance import maintenance
from perennial_airflow.nights import nightly
from perennial_airflow.schedule import read_all

for _schedule in read_all(Deployment.current().pipelines)[0]:
    for _dag in (nightly(_schedule), maintenance(_schedule)):
        globals()[_dag.dag_id] = _dag
