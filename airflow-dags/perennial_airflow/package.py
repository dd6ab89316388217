"""What is submitted to Spark: the application jar and the jars that Spark does not bring itself."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from airflow.sdk.exceptions import AirflowFailException

from perennial_airflow.deployment import Deployment

_VERSION = re.compile(r"-\d.*$")


@dataclass(frozen=True)
class Package:
    """application: path of the jar; jars: paths with commas between them, for --jars."""

    application: str
    jars: str

    @property
    def class_path(self) -> str:
        """The same jars for one process that reads them where they are."""
        return self.jars.replace(",", ":")

    @staticmethod
    def find(deployment: Deployment, spark_submit: str) -> Package:
        """The packaged folder where there is one, else what the build left behind, without what Spark brings.

        Raises AirflowFailException where neither is there.
        """
        packaged = deployment.package / "perennial.jar"
        if packaged.is_file():
            return Package(str(packaged), _joined(sorted((deployment.package / "lib").glob("*.jar"))))
        target = deployment.home / "target"
        built = [jar for jar in target.glob("perennial-*.jar") if not jar.stem.endswith(("-sources", "-javadoc", "-tests"))]
        library = target / "lib"
        if not built or not library.is_dir():
            raise AirflowFailException(
                f"There is nothing to submit: neither {packaged} nor a build in {target}. Run 'mvn -DskipTests package' in "
                f"{deployment.home}, or set PERENNIAL_PACKAGE to a folder with perennial.jar and lib/."
            )
        brought = {_artifact(jar) for jar in _spark_jars(spark_submit).glob("*.jar")}
        newest = max(built, key=lambda jar: jar.stat().st_mtime)
        return Package(str(newest), _joined([jar for jar in sorted(library.glob("*.jar")) if _artifact(jar) not in brought]))


def _spark_jars(spark_submit: str) -> Path:
    """The folder of Spark's own jars, beside the spark-submit on the PATH."""
    found = shutil.which(spark_submit)
    if not found:
        raise AirflowFailException(
            f"There is no {spark_submit} on the PATH of this worker. Install Spark 4.1 (PyPI: pyspark==4.1.0) and put its bin "
            "folder on the PATH, or set schedule.submit to embedded."
        )
    here = Path(found).resolve().parent
    for folder in (here.parent / "jars", *here.parent.glob("lib/python3*/site-packages/pyspark/jars")):
        if folder.is_dir():
            return folder
    raise AirflowFailException(f"{found} is no part of a Spark distribution: there is no folder jars beside it.")


def _artifact(jar: Path) -> str:
    return _VERSION.sub("", jar.stem)


def _joined(jars: list[Path]) -> str:
    return ",".join(str(jar) for jar in jars)
