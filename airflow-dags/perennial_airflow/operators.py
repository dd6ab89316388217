"""Runs a command of Perennial: on a cluster by SparkSubmitOperator, or on the worker by bin/perennial."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import Asset, BaseHook, BaseOperator, Connection
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException

from perennial_airflow import failures
from perennial_airflow.deployment import Deployment
from perennial_airflow.package import Package
from perennial_airflow.schedule import Schedule

_REMEMBERED = 2000

Command = Callable[[Schedule, Mapping[str, Any]], list[str]]


def perennial(schedule: Schedule, command: Command, **task: Any) -> BaseOperator:
    """The task that runs a command as the schedule says: by spark-submit, or embedded."""
    kind = SubmittedCommand if schedule.submit == "spark_submit" else EmbeddedCommand
    return kind(schedule=schedule, command=command, pool=schedule.pool, **task)


class SubmittedCommand(SparkSubmitOperator):
    """SparkSubmitOperator for one command. The jars are looked up and the arguments made when it runs; which class is the
    first the application jar itself says."""

    template_fields = ()

    def __init__(self, *, schedule: Schedule, command: Command, **kwargs: Any):
        super().__init__(
            conn_id=schedule.connection,
            name=f"perennial-{schedule.pipeline}-{kwargs['task_id']}",
            properties_file=_spark_conf(schedule),
            **kwargs,
        )
        self.schedule = schedule
        self.command = command
        self._tail: deque[str] = deque(maxlen=_REMEMBERED)

    def execute(self, context: Any) -> None:
        arguments = self.command(self.schedule, context)
        connection = cluster(self.schedule)
        package = Package.find(Deployment.current(), spark_binary(connection))
        self.application, self.application_args = package.application, arguments
        if (connection.host or "").startswith("local"):
            # The only process there is reads the jars where they are; --jars would copy them for it.
            self.driver_class_path = package.class_path
        else:
            self.jars = package.jars
        self._hook = self._get_hook()
        try:
            super().execute(context)
        except AirflowFailException:
            raise
        except AirflowException as failure:
            process = self._hook._submit_sp
            if process is None or not process.returncode:
                raise
            raise failures.explained(arguments, process.returncode, list(self._tail)) from failure

    def _get_hook(self) -> SparkSubmitHook:
        """The hook, whose log is remembered further back than it does by itself."""
        hook = super()._get_hook()
        follow = hook._process_spark_submit_log
        hook._process_spark_submit_log = lambda lines: follow(self._remembered(lines))
        return hook

    def _remembered(self, lines: Iterator[str]) -> Iterator[str]:
        self._tail.clear()
        for line in lines:
            self._tail.append(line.rstrip())
            yield line


class EmbeddedCommand(BaseOperator):
    """Runs bin/perennial in a process of its own, with Spark inside it."""

    def __init__(self, *, schedule: Schedule, command: Command, **kwargs: Any):
        super().__init__(**kwargs)
        self.schedule = schedule
        self.command = command
        self._process: subprocess.Popen[str] | None = None

    def execute(self, context: Any) -> None:
        arguments = self.command(self.schedule, context)
        self._process = _start(embedded(self.schedule, arguments), subprocess.STDOUT)
        tail: deque[str] = deque(maxlen=_REMEMBERED)
        for line in self._process.stdout or ():
            tail.append(line.rstrip())
            self.log.info(line.rstrip())
        code = self._process.wait()
        if code:
            raise failures.explained(arguments, code, list(tail))

    def on_kill(self) -> None:
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)


def answer(schedule: Schedule, arguments: list[str], log: Any) -> str:
    """Standard output of a command that only reads: run on the worker, as the cluster's output does not come back."""
    if schedule.submit == "embedded":
        line = embedded(schedule, arguments)
    else:
        binary = spark_binary(cluster(schedule))
        package = Package.find(Deployment.current(), binary)
        properties = ["--properties-file", _spark_conf(schedule)] if schedule.spark_conf else []
        line = [binary, "--master", "local[1]", *properties, "--conf", "spark.submit.deployMode=client"]
        line += ["--driver-class-path", package.class_path, package.application, *arguments]
    log.info("Running %s", " ".join(arguments))
    with _start(line, subprocess.PIPE) as process:
        out, err = process.communicate()
    for text in err.splitlines():
        log.info(text)
    if process.returncode:
        raise failures.explained(arguments, process.returncode, err.splitlines())
    return out


def embedded(schedule: Schedule, arguments: list[str]) -> list[str]:
    """The command line of the launcher."""
    launcher = Deployment.current().launcher
    if not os.access(launcher, os.X_OK):
        raise AirflowFailException(
            f"There is no program {launcher} on this worker. Set PERENNIAL_HOME to the folder of the project."
        )
    conf = ["--conf", _spark_conf(schedule)] if schedule.spark_conf else []
    return [str(launcher), *arguments, *conf]


def cluster(schedule: Schedule) -> Connection:
    """The connection that names the cluster.

    Raises AirflowFailException where there is none; the hook would try YARN then.
    """
    try:
        return BaseHook.get_connection(schedule.connection)
    except AirflowNotFoundException:
        raise AirflowFailException(
            f"Cannot submit {schedule.pipeline}: Airflow has no connection '{schedule.connection}'. Add it, as with "
            f"'airflow connections add {schedule.connection} --conn-type spark --conn-host spark://HOST --conn-port 7077', or "
            "name another with schedule.connection."
        ) from None


def spark_binary(connection: Connection) -> str:
    """The program that submits."""
    return connection.extra_dejson.get("spark-binary") or "spark-submit"


def announce(context: Mapping[str, Any], asset: Asset, outcome: Mapping[str, Any]) -> None:
    """Says with the event of an asset which version it is, and how good."""
    keys = ("pipeline", "version", "metrics", "interval_from", "interval_to", "run_id")
    context["outlet_events"][asset].extra = {key: outcome.get(key) for key in keys}


def _spark_conf(schedule: Schedule) -> str | None:
    return Deployment.current().located(schedule.spark_conf) if schedule.spark_conf else None


def _start(line: list[str], err: int) -> subprocess.Popen[str]:
    # What the schedule says is done, whatever the launcher would choose by itself.
    environment = {**os.environ, "PERENNIAL_SPARK_SUBMIT": "0"}
    return subprocess.Popen(
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=err,
        text=True,
        errors="replace",
        start_new_session=True,
        env=environment,
    )
