"""What the DAGs decide, without a scheduler: reading schedules, intervals, exit codes, outcomes, notices."""

from __future__ import annotations

import contextlib
import email
import io
import json
import os
import stat
import sys
import tempfile
import threading
import unittest
import warnings
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

with warnings.catch_warnings():
    # Part of Python 3.11, which the requirements are pinned for, and gone after it.
    warnings.simplefilter("ignore", DeprecationWarning)
    import asyncore
    import smtpd

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "airflow-dags"))

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from airflow.timetables.interval import CronDataIntervalTimetable

from perennial_airflow import assets, commands, failures, notices, operators, outcome
from perennial_airflow.__main__ import main
from perennial_airflow.deployment import Deployment
from perennial_airflow.package import Package
from perennial_airflow.schedule import InvalidSchedule, read, read_all

BEGIN = 'name: shop\nzone: Europe/Berlin\nschedule:\n  cron: "30 2 * * *"\n  startDate: 2026-11-01\n'


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def schedule(self, more: str = ""):
        file = self.folder / "shop.yaml"
        file.write_text(BEGIN + more, encoding="utf-8")
        return read(file)

    def refused(self, text: str) -> str:
        file = self.folder / "shop.yaml"
        file.write_text(text, encoding="utf-8")
        with self.assertRaises(InvalidSchedule) as refusal:
            read(file)
        return str(refusal.exception)


class ReadingSchedules(Files):
    def test_defaults_are_those_of_the_template(self):
        """Every value behind # in pipelines/template.yaml is what is meant where the key is left out."""
        template = Path(__file__).resolve().parents[4] / "pipelines" / "template.yaml"
        shown = template.read_text(encoding="utf-8").split("# schedule:\n")[1].split("\n# ----")[0]
        keys = [line[2:] for line in shown.splitlines() if line.startswith("#   ") and not line[4:5].isupper()]
        keys = [line for line in keys if line.strip().startswith("-") or ":" in line and not line.strip()[0].isupper()]
        explained = self.folder / "template.yaml"
        explained.write_text("name: my-shop\nschedule:\n" + "\n".join(keys) + "\n", encoding="utf-8")
        everything = read(explained)
        self.assertEqual(everything.tags, ("shop",))
        plain = self.folder / "plain.yaml"
        plain.write_text('name: my-shop\nschedule:\n  cron: "30 2 * * *"\n  startDate: 2026-11-01\n', encoding="utf-8")
        usual = read(plain)
        for key in ("interval", "retries", "retry_delay", "maximal_retry_delay", "execution_timeout", "pool", "submit",
                    "connection", "recommend", "maximal_rejections", "maximal_champion_age", "maintenance", "start", "cron"):
            self.assertEqual(getattr(everything, key), getattr(usual, key), key)

    def test_every_problem_is_told_at_once_with_file_and_key(self):
        told = self.refused('name: Shop\nschedule:\n  cron: "61 2 * * *"\n  retires: 3\n  retries: many\n  retryDelay: soon\n')
        for part in ("shop.yaml", "name must consist", "schedule.cron must be five fields", "startDate is missing",
                     "schedule.retires is not known. Did you mean schedule.retries?", "schedule.retries must be a whole number",
                     "schedule.retryDelay must be a span of time"):
            self.assertIn(part, told)

    def test_what_is_no_schedule_is_refused(self):
        self.assertIn("given twice", self.refused(BEGIN + "  retries: 1\n  retries: 2\n"))
        self.assertIn("is no YAML", self.refused("name: [shop\n"))
        self.assertIn("must hold keys", self.refused("- name\n"))
        self.assertIn("must be a section", self.refused("name: shop\nschedule: nightly\n"))
        self.assertIn("time zone", self.refused("name: shop\nzone: Mars/Base\n" + BEGIN.split("Berlin\n")[1]))
        self.assertIn("such as data@example.org", self.refused(BEGIN + "  notifications:\n    email: nobody\n"))
        self.assertIn("source.table", self.refused(BEGIN + "  inbox: in\nsource:\n  table: lake.sales\n"))
        self.assertIn("letters, digits", self.refused(BEGIN + "  connection: 'a b; rm'\n"))
        self.assertIn("shop.yaml", self.refused(BEGIN + "  tags: !!python/object/apply:os.system [ls]\n"))

    def test_cron_fields_are_taken_and_refused_as_by_the_command_line(self):
        """The same expressions as in ScheduleReaderTest; those that are taken are right for Airflow too."""
        for cron in ("* * * * *", "*/5 0-6 1,15 * 1-5", "0 2 * jan-mar sun", "59 23 31 12 7"):
            file = self.folder / "shop.yaml"
            file.write_text(BEGIN.replace("30 2 * * *", cron), encoding="utf-8")
            CronDataIntervalTimetable(read(file).cron, timezone="UTC").validate()
        for cron in ("30 2 * *", "@daily", "60 2 * * *", "0 24 * * *", "0 2 0 * *", "0 2 * 13 *", "0 2 * * 8", "0 6-2 * * *",
                     "*/0 2 * * *", "0 2, * * *", "0 2 * * mond"):
            self.assertIn("schedule.cron must be five fields", self.refused(BEGIN.replace("30 2 * * *", cron)), cron)

    def test_a_file_without_a_schedule_is_left_alone_and_a_broken_one_harms_no_other(self):
        self.schedule()
        (self.folder / "plain.yaml").write_text("name: plain\n", encoding="utf-8")
        (self.folder / "twin.yaml").write_text(BEGIN, encoding="utf-8")
        (self.folder / "wrong.yaml").write_text("name: wrong\nschedule:\n  retries: 1\n", encoding="utf-8")
        found, problems = read_all(self.folder)
        self.assertEqual([one.pipeline for one in found], ["shop"])
        self.assertEqual(len(problems), 2)
        self.assertIn("twin.yaml: name is shop", problems[0])
        self.assertIn("PERENNIAL_PIPELINES", read_all(self.folder / "nowhere")[1][0])

    def test_pools_are_printed_for_airflow_and_problems_give_their_exit_code(self):
        self.schedule()
        with mock.patch.dict(os.environ, {"PERENNIAL_PIPELINES": str(self.folder)}):
            with contextlib.redirect_stdout(io.StringIO()) as out:
                self.assertEqual(main(["pools"]), 0)
            self.assertEqual(json.loads(out.getvalue())["perennial-shop"]["slots"], 1)
            (self.folder / "wrong.yaml").write_text("name: wrong\nschedule:\n  retries: 1\n", encoding="utf-8")
            with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
                self.assertEqual(main(["check"]), 2)
                self.assertEqual(main(["chek"]), 2)


def run(start, end, **params):
    moments = (datetime.fromisoformat(text).replace(tzinfo=timezone.utc) if text else None for text in (start, end))
    begin, finish = moments
    dag_run = SimpleNamespace(data_interval_start=begin, data_interval_end=finish, dag_id="shop", run_id="r")
    return {"dag_run": dag_run, "params": params, "ti": SimpleNamespace(task_id="notice")}


class Commands(Files):
    def test_a_night_is_whole_days_of_the_pipelines_zone(self):
        schedule = self.schedule()
        night = run("2026-11-25T01:30:00", "2026-11-26T01:30:00")
        self.assertEqual(commands.interval(schedule, night), "2026-11-25/2026-11-26")
        # The night in which clocks go back has 25 hours, and is one day.
        back = run("2026-10-25T01:30:00", "2026-10-26T01:30:00")
        self.assertEqual(commands.interval(schedule, back), "2026-10-25/2026-10-26")

    def test_an_exact_interval_is_that_of_the_firings(self):
        schedule = self.schedule("  interval: exact\n")
        night = run("2026-11-25T01:30:00", "2026-11-26T01:30:00")
        self.assertEqual(commands.interval(schedule, night), "2026-11-25T01:30:00Z/2026-11-26T01:30:00Z")

    def test_an_interval_that_cannot_be_is_refused_with_what_to_do(self):
        schedule = self.schedule()
        for params, part in (
            ({"interval": "2026-11-25"}, "must be FROM/TO"),
            ({"interval": "2026-02-30/2026-03-01"}, "2026-02-30"),
            ({"interval": "2026-11-26/2026-11-25"}, "must end after"),
            ({"interval": "2026-11-25/2026-11-26; rm -rf"}, "must be FROM/TO"),
        ):
            with self.assertRaisesRegex(AirflowFailException, part):
                commands.interval(schedule, run("2026-11-25T01:30:00", "2026-11-26T01:30:00", **params))
        with self.assertRaisesRegex(AirflowFailException, "no data interval"):
            commands.interval(schedule, run(None, None))
        with self.assertRaisesRegex(AirflowFailException, "schedule.interval to exact"):
            commands.interval(schedule, run("2026-11-25T01:30:00", "2026-11-25T02:30:00"))

    def test_params_become_flags(self):
        schedule = self.schedule("  warehouse: /lake\n  recommend: touched\n  inbox: in\n")
        context = run("2026-11-25T01:30:00", "2026-11-26T01:30:00", interval="2026-01-01/2026-02-01", full_rebuild=True, dry_run=True)
        line = " ".join(commands.retrain(schedule, context))
        self.assertTrue(line.endswith("--warehouse /lake --interval 2026-01-01/2026-02-01 --full-rebuild --dry-run"), line)
        self.assertIn(f"--input {Deployment.current().home}/in ", " ".join(commands.ingest(schedule, context)))
        self.assertIn("--touched", commands.recommend(schedule, context))
        self.assertEqual(commands.prune(schedule, {"params": {}})[:2], ["models", "prune"])
        weekly = run("2026-11-15T05:00:00", "2026-11-22T05:00:00")
        self.assertIn("--from 2026-11-15 --to 2026-11-21", " ".join(commands.backtest(schedule, weekly)))


class Failures(unittest.TestCase):
    def test_a_code_says_whether_a_retry_can_help(self):
        for code, kind, part in (
            (2, AirflowFailException, "a wrong flag"),
            (3, AirflowFailException, "declared contract"),
            (4, AirflowFailException, "has a gap"),
        ):
            found = failures.explained(["retrain"], code, ["INFO", "The sentence.", "  at io.perennial.X"])
            self.assertIsInstance(found, kind)
            self.assertIn(part, str(found))
            self.assertIn("The sentence.", str(found))
        for code, part in ((75, "another run holds"), (-9, "it was killed"), (1, "exit code 1")):
            found = failures.explained(["models", "prune"], code, [])
            self.assertNotIsInstance(found, AirflowFailException)
            self.assertIn(part, str(found))
            self.assertIn("models prune", str(found))

    def test_an_unreachable_master_and_another_spark_are_told_by_name(self):
        found = failures.explained(["retrain"], 1, ["26/11/26 ERROR All masters are unresponsive! Giving up."])
        self.assertNotIsInstance(found, AirflowFailException)
        self.assertIn("master of the connection does not answer", str(found))
        found = failures.explained(["retrain"], 1, ["java.lang.NoSuchMethodError: 'void x()'"])
        self.assertIsInstance(found, AirflowFailException)
        self.assertIn("built for another Spark", str(found))


class Submitting(Files):
    def test_the_reason_of_a_failed_submission_is_found_far_above_the_last_line(self):
        """What Spark 4.1 printed of a master that does not answer, by a program in the place of spark-submit."""
        (self.folder / "perennial.jar").touch()
        (self.folder / "lib").mkdir()
        program = self.folder / "spark-submit"
        program.write_text(
            "#!/bin/sh\n"
            "echo 'ERROR StandaloneSchedulerBackend: Application has been killed. Reason: All masters are unresponsive! Giving up.'\n"
            "for n in $(seq 300); do echo \"INFO line $n\"; done\n"
            "echo 'IllegalStateException, Cannot call methods on a stopped SparkContext.'\n"
            "exit 1\n",
            encoding="utf-8",
        )
        program.chmod(0o755)
        task = operators.perennial(self.schedule(), commands.retrain, task_id="retrain")
        environment = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "PERENNIAL_PACKAGE": str(self.folder),
            "AIRFLOW_CONN_SPARK_DEFAULT": json.dumps({"conn_type": "spark", "host": "spark://127.0.0.1", "port": 1}),
        }
        with mock.patch.dict(os.environ, environment):
            with self.assertRaisesRegex(AirflowException, "'retrain' ended with exit code 1: the Spark master .* does not answer"):
                task.execute(run("2026-11-25T01:30:00", "2026-11-26T01:30:00"))


NIGHT = {
    "interval_from": "2026-11-25T00:00:00Z", "interval_to": "2026-11-26T00:00:00Z", "outcome": "rejected", "version": 7,
    "rejected_by": ["drift.rows"], "champion": 6, "champion_to_time": "2026-11-25T00:00:00Z", "rejections_in_a_row": 1,
}


class Outcomes(Files):
    def test_a_rejection_names_its_rules(self):
        told = outcome.rejection(NIGHT)
        for part in ("drift.rows", "version 7", "Version 6 stays"):
            self.assertIn(part, told)

    def test_rejections_in_a_row_and_an_old_champion_alert(self):
        schedule = self.schedule("  maximalRejections: 3\n  maximalChampionAge: 3d\n")
        outcome.alarm(schedule, NIGHT)
        with self.assertRaisesRegex(AirflowFailException, "3 nights in a row"):
            outcome.alarm(schedule, {**NIGHT, "rejections_in_a_row": 3})
        outcome.alarm(schedule, {**NIGHT, "champion_to_time": "2026-11-23T00:00:00Z"})
        with self.assertRaisesRegex(AirflowFailException, "maximalChampionAge"):
            outcome.alarm(schedule, {**NIGHT, "champion_to_time": "2026-11-22T23:59:59Z"})
        with self.assertRaisesRegex(AirflowFailException, "no version is in use"):
            outcome.alarm(schedule, {**NIGHT, "champion": None, "champion_to_time": None})
        outcome.alarm(self.schedule("  maximalChampionAge: none\n"), {**NIGHT, "champion_to_time": "2020-01-01T00:00:00Z"})

    def test_only_one_row_of_json_is_an_outcome(self):
        self.assertEqual(outcome.parsed('[{"outcome": "promoted"}]')["outcome"], "promoted")
        for text in ("", "[]", "{}", "[1]", "no json", "[{}, {}]"):
            with self.assertRaises(AirflowException):
                outcome.parsed(text)

    def test_the_age_needs_both_ends(self):
        self.assertEqual(outcome.champion_age(NIGHT), timedelta(days=1))
        self.assertIsNone(outcome.champion_age({**NIGHT, "interval_to": None}))


class Notices(Files):
    def test_a_webhook_gets_the_sentence_as_json(self):
        got = []

        class Inbox(BaseHTTPRequestHandler):
            def do_POST(self):
                got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        server = HTTPServer(("127.0.0.1", 0), Inbox)
        self.addCleanup(server.server_close)
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        connection = json.dumps(
            {"conn_type": "http", "schema": "http", "host": "127.0.0.1", "port": server.server_port, "extra": {"path": "/hook"}}
        )
        schedule = self.schedule("  notifications:\n    webhook: chat\n")
        with mock.patch.dict(os.environ, {"AIRFLOW_CONN_CHAT": connection}):
            notices.send(schedule, "rejected", 'He said "no" <b>', run("2026-11-25T01:30:00", "2026-11-26T01:30:00"))
        thread.join(10)
        self.assertEqual(got[0][0], "/hook")
        self.assertEqual(got[0][1]["text"], 'Perennial shop: He said "no" <b>')
        self.assertEqual(got[0][1]["event"], "rejected")

    def test_an_e_mail_holds_the_sentence_escaped(self):
        got = []
        sockets: dict = {}

        class Mailbox(smtpd.SMTPServer):
            def process_message(self, peer, mailfrom, rcpttos, data, **kwargs):
                got.append((mailfrom, rcpttos, email.message_from_bytes(data)))

        mailbox = Mailbox(("127.0.0.1", 0), None, map=sockets)
        self.addCleanup(mailbox.close)
        ended = threading.Event()
        thread = threading.Thread(target=lambda: [asyncore.loop(0.05, map=sockets, count=1) for _ in iter(ended.is_set, True)])
        thread.start()
        connection = json.dumps(
            {
                "conn_type": "smtp",
                "host": "127.0.0.1",
                "port": mailbox.socket.getsockname()[1],
                "extra": {"from_email": "perennial@example.org", "disable_ssl": True, "disable_tls": True},
            }
        )
        schedule = self.schedule("  notifications:\n    email: data@example.org\n")
        try:
            with mock.patch.dict(os.environ, {"AIRFLOW_CONN_SMTP_DEFAULT": connection}):
                notices.send(schedule, "alert", "<b>old</b> champion", run("2026-11-25T01:30:00", "2026-11-26T01:30:00"))
        finally:
            ended.set()
            thread.join(10)
        sender, receivers, message = got[0]
        self.assertEqual((sender, receivers), ("perennial@example.org", ["data@example.org"]))
        self.assertEqual(message["Subject"], "Perennial shop: alert")
        body = "".join(part.get_payload(decode=True).decode() for part in message.walk() if not part.is_multipart())
        self.assertIn("&lt;b&gt;old&lt;/b&gt; champion", body)

    def test_a_failure_that_cannot_be_told_is_no_second_failure(self):
        schedule = self.schedule("  notifications:\n    webhook: nowhere\n")
        tell = notices.on_failure(schedule)
        with self.assertLogs("perennial_airflow.notices", "ERROR"):
            tell(run("2026-11-25T01:30:00", "2026-11-26T01:30:00"))


class Packages(Files):
    def test_the_packaged_folder_wins_over_the_build_and_what_spark_brings_is_left_out(self):
        spark = self.folder / "spark"
        for jar in ("spark/jars/jackson-core-2.19.0.jar", "target/lib/jackson-core-2.20.0.jar", "target/lib/picocli-4.7.7.jar",
                    "target/perennial-0.1.0.jar", "target/perennial-0.1.0-sources.jar"):
            (self.folder / jar).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / jar).touch()
        (spark / "bin").mkdir()
        submit = spark / "bin" / "spark-submit"
        submit.touch()
        submit.chmod(submit.stat().st_mode | stat.S_IXUSR)
        deployment = Deployment(self.folder, self.folder, "w", self.folder / "target" / "cluster")
        with mock.patch.dict(os.environ, {"PATH": str(submit.parent)}):
            built = Package.find(deployment, "spark-submit")
            self.assertTrue(built.application.endswith("target/perennial-0.1.0.jar"))
            self.assertTrue(built.jars.endswith("picocli-4.7.7.jar"))
            self.assertNotIn(",", built.jars)
            (deployment.package / "lib").mkdir(parents=True)
            (deployment.package / "perennial.jar").touch()
            (deployment.package / "lib" / "a.jar").touch()
            self.assertTrue(Package.find(deployment, "spark-submit").jars.endswith("cluster/lib/a.jar"))
        with mock.patch.dict(os.environ, {"PATH": "/nowhere"}):
            self.assertTrue(Package.find(deployment, "spark-submit").application.endswith("perennial.jar"))
            with self.assertRaisesRegex(AirflowFailException, "no spark-submit on the PATH"):
                Package.find(Deployment(self.folder, self.folder, "w", self.folder / "none"), "spark-submit")
        with self.assertRaisesRegex(AirflowFailException, "nothing to submit"):
            Package.find(Deployment(self.folder / "no", self.folder, "w", self.folder / "none"), "spark-submit")


class Assets(unittest.TestCase):
    def test_each_name_has_one_uri(self):
        made = [assets.model("a"), assets.recommendations("a"), assets.model("b"), assets.model("a")]
        self.assertEqual(len({asset.name for asset in made}), len({asset.uri for asset in made}))


if __name__ == "__main__":
    unittest.main()
