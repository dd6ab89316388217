"""Shows wrong pipeline files as an import error of this file, while the DAGs of all others stay as they are."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from perennial_airflow.deployment import Deployment
from perennial_airflow.schedule import InvalidSchedule, read_all

# A DAG is looked for where both words stand: airflow dag.
_problems = read_all(Deployment.current().pipelines)[1]
if _problems:
    raise InvalidSchedule("\n".join(_problems))
