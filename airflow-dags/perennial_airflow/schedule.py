"""Reads the section schedule of pipeline files. Strict, as the command line is: unknown keys are refused."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Callable
from zoneinfo import ZoneInfo

import yaml

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_SPAN = re.compile(r"(\d{1,9})\s*(d|h|min|m|s)")
_ISO = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_CRON_PART = re.compile(r"(?:\*|(?P<first>[0-9]{1,2}|[a-z]{3})(?:-(?P<last>[0-9]{1,2}|[a-z]{3}))?)(?:/(?P<step>[0-9]{1,2}))?")
_MONTHS = ("", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_CRON_FIELDS = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, _MONTHS), (0, 7, _DAYS))
_UNITS = {"d": 86400, "h": 3600, "min": 60, "m": 60, "s": 1}


class InvalidSchedule(ValueError):
    """A pipeline file says something about its schedule that cannot be. Its text has one problem a line."""


@dataclass(frozen=True)
class Notifications:
    """Whom a notice, an alert or a failure is told: addresses, and a connection whose URL gets JSON by POST."""

    email: tuple[str, ...] = ()
    webhook: str | None = None


@dataclass(frozen=True)
class Maintenance:
    """What is done once a week."""

    cron: str = "0 6 * * 0"
    keep_versions: int = 30
    backtest_days: int = 7
    backtest_arms: tuple[str, ...] = ("ours-model", "full-retrain", "popularity")


@dataclass(frozen=True)
class Schedule:
    """When the nights of one pipeline run, and who runs them. Keys and meanings stand in pipelines/template.yaml."""

    pipeline: str
    file: Path
    zone: str
    cron: str
    start: datetime
    interval: str = "day"
    retries: int = 2
    retry_delay: timedelta = timedelta(minutes=5)
    maximal_retry_delay: timedelta = timedelta(hours=1)
    execution_timeout: timedelta = timedelta(hours=6)
    pool: str = ""
    submit: str = "spark_submit"
    connection: str = "spark_default"
    spark_conf: str | None = None
    warehouse: str | None = None
    inbox: str | None = None
    recommend: str = "all"
    maximal_rejections: int = 3
    maximal_champion_age: timedelta | None = timedelta(days=3)
    notifications: Notifications = field(default_factory=Notifications)
    tags: tuple[str, ...] = ()
    maintenance: Maintenance = field(default_factory=Maintenance)


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    """Plain YAML whose scalars stay text, as the command line reads them: 'on' and 2026-11-01 are words."""


_Loader.yaml_implicit_resolvers = {}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            raise InvalidSchedule(f"line {key_node.start_mark.line + 1}: {key} is given twice. Keep one of them.")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


class _Section:
    """One mapping of the file: each question gives a value or its default, and remembers what was wrong."""

    def __init__(self, path: str, values: Any, problems: list[str]):
        self._path = path
        self._problems = problems
        self._asked: list[str] = []
        self._values: dict[str, Any] = values if isinstance(values, dict) else {}
        if values not in (None, "") and not isinstance(values, dict):
            problems.append(f"{path} must be a section with keys of its own, got {_shown(values)}.")

    def _read(self, key: str, allowed: str, parse: Callable[[Any], Any], default: Any) -> Any:
        self._asked.append(key)
        if key not in self._values:
            return default
        try:
            value = parse(self._values[key])
        except (ValueError, OverflowError, KeyError):
            value = None
        if value is None:
            self._problems.append(f"{self._path}.{key} must be {allowed}, got {_shown(self._values[key])}.")
            return default
        return value

    def has(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str, default: str | None = None) -> str | None:
        return self._read(key, "a text", lambda v: v.strip() if isinstance(v, str) and v.strip() else None, default)

    def identifier(self, key: str, default: str | None) -> str | None:
        allowed = "a name of letters, digits, '.', '_' and '-'"
        return self._read(key, allowed, lambda v: v if isinstance(v, str) and _ID.fullmatch(v) else None, default)

    def whole(self, key: str, least: int, most: int, default: int) -> int:
        def parse(value: Any) -> int | None:
            number = int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value) else -1
            return number if least <= number <= most else None

        return self._read(key, f"a whole number from {least} to {most}", parse, default)

    def span(self, key: str, default: timedelta) -> timedelta:
        return self._read(key, "a span of time such as 5m, 6h or 3d", _span, default)

    def choice(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        return self._read(key, "one of " + ", ".join(allowed), lambda v: v if v in allowed else None, default)

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        def parse(value: Any) -> tuple[str, ...] | None:
            values = value if isinstance(value, list) else [value]
            return tuple(values) if all(isinstance(v, str) and v.strip() for v in values) else None

        return self._read(key, "a list of texts", parse, default)

    def day(self, key: str) -> date | None:
        return self._read(key, "a date such as 2026-11-01", date.fromisoformat, None)

    def cron(self, key: str, default: str) -> str:
        allowed = "five fields (minute, hour, day of month, month, day of week) such as '30 2 * * *'"
        return self._read(key, allowed, _cron, default)

    def is_none(self, key: str) -> bool:
        self._asked.append(key)
        return self._values.get(key) == "none"

    def section(self, key: str) -> _Section:
        self._asked.append(key)
        return _Section(f"{self._path}.{key}", self._values.get(key), self._problems)

    def refuse_unknown(self) -> None:
        for key in self._values:
            if key not in self._asked:
                near = difflib.get_close_matches(str(key), self._asked, 1)
                hint = f" Did you mean {self._path}.{near[0]}?" if near else ""
                self._problems.append(f"{self._path}.{key} is not known.{hint}")


def read(file: Path) -> Schedule | None:
    """The schedule of a pipeline file; None where it has none.

    Raises InvalidSchedule with every problem found, each with the file and the key.
    """
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)
    except InvalidSchedule as problem:
        raise InvalidSchedule(f"{file}, {problem}") from None
    except yaml.YAMLError as problem:
        raise InvalidSchedule(f"{file}: is no YAML: {' '.join(str(problem).split())}") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise InvalidSchedule(f"{file}: cannot be read: {problem}") from None
    if not isinstance(content, dict):
        raise InvalidSchedule(f"{file}: must hold keys and values, as pipelines/template.yaml does.")
    if content.get("schedule") in (None, ""):
        return None
    problems: list[str] = []
    schedule = _schedule(file, content, problems)
    if problems:
        raise InvalidSchedule("\n".join(f"{file}: {problem}" for problem in problems))
    return schedule


def read_all(folder: Path) -> tuple[list[Schedule], list[str]]:
    """Every schedule of a folder's *.yaml files, by name, and what is wrong with the files that have a wrong one."""
    found: dict[str, Schedule] = {}
    problems: list[str] = []
    if not folder.is_dir():
        return [], [f"There is no folder {folder} with pipeline files. Set PERENNIAL_PIPELINES to the folder that has them."]
    for file in sorted(folder.glob("*.yaml")):
        try:
            schedule = read(file)
        except InvalidSchedule as problem:
            problems.append(str(problem))
            continue
        if schedule is None:
            continue
        if schedule.pipeline in found:
            problems.append(
                f"{file}: name is {schedule.pipeline}, as in {found[schedule.pipeline].file}. Give one of them another name."
            )
            continue
        found[schedule.pipeline] = schedule
    return sorted(found.values(), key=lambda one: one.pipeline), problems


def _schedule(file: Path, content: dict[str, Any], problems: list[str]) -> Schedule:
    name = content.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        problems.append(f"name must consist of lower-case letters, digits and dashes (at most 64), got {_shown(name)}.")
        name = "unnamed"
    zone = content.get("zone", "UTC")
    try:
        tzinfo = ZoneInfo(zone)
    except (KeyError, ValueError, TypeError, OSError):
        problems.append(f"zone must be a time zone such as Europe/London or UTC, got {_shown(zone)}.")
        zone, tzinfo = "UTC", ZoneInfo("UTC")
    section = _Section("schedule", content["schedule"], problems)
    for key, meaning in (("cron", "when nights run, as '30 2 * * *'"), ("startDate", "the first day to schedule")):
        if not section.has(key):
            problems.append(f"schedule.{key} is missing: {meaning}.")
    first = section.day("startDate") or date(1970, 1, 1)
    usual = Schedule(pipeline=name, file=file, zone=zone, cron="30 2 * * *", start=datetime(1970, 1, 1))
    schedule = Schedule(
        pipeline=name,
        file=file,
        zone=zone,
        cron=section.cron("cron", usual.cron),
        start=datetime(first.year, first.month, first.day, tzinfo=tzinfo),
        interval=section.choice("interval", ("day", "exact"), usual.interval),
        retries=section.whole("retries", 0, 20, usual.retries),
        retry_delay=section.span("retryDelay", usual.retry_delay),
        maximal_retry_delay=section.span("maximalRetryDelay", usual.maximal_retry_delay),
        execution_timeout=section.span("executionTimeout", usual.execution_timeout),
        pool=section.identifier("pool", f"perennial-{name}"),
        submit=section.choice("submit", ("spark_submit", "embedded"), usual.submit),
        connection=section.identifier("connection", usual.connection),
        spark_conf=section.text("sparkConf"),
        warehouse=section.text("warehouse"),
        inbox=section.text("inbox"),
        recommend=section.choice("recommend", ("all", "touched", "none"), usual.recommend),
        maximal_rejections=section.whole("maximalRejections", 1, 365, usual.maximal_rejections),
        maximal_champion_age=(
            None if section.is_none("maximalChampionAge") else section.span("maximalChampionAge", usual.maximal_champion_age)
        ),
        notifications=_notifications(section.section("notifications"), problems),
        tags=section.texts("tags", ()),
        maintenance=_maintenance(section.section("maintenance")),
    )
    if schedule.maximal_retry_delay < schedule.retry_delay:
        problems.append("schedule.maximalRetryDelay must not lie below retryDelay.")
    if schedule.inbox and isinstance(content.get("source"), dict) and content["source"].get("table"):
        problems.append(
            "schedule.inbox names files to ingest, but source.table names a table that others fill. Leave one of them out."
        )
    section.refuse_unknown()
    return schedule


def _notifications(section: _Section, problems: list[str]) -> Notifications:
    found = Notifications(email=section.texts("email", ()), webhook=section.identifier("webhook", None))
    for address in found.email:
        if not _ADDRESS.fullmatch(address):
            problems.append(f"schedule.notifications.email must hold addresses such as data@example.org, got '{address}'.")
    section.refuse_unknown()
    return found


def _maintenance(section: _Section) -> Maintenance:
    usual = Maintenance()
    found = Maintenance(
        cron=section.cron("cron", usual.cron),
        keep_versions=section.whole("keepVersions", 1, 1_000_000, usual.keep_versions),
        backtest_days=section.whole("backtestDays", 0, 366, usual.backtest_days),
        backtest_arms=section.texts("backtestArms", usual.backtest_arms),
    )
    section.refuse_unknown()
    return found


def _cron(value: Any) -> str | None:
    """The five fields with one blank between them; None where one is wrong. Takes what config.CronFields of the command line does."""
    fields = value.split() if isinstance(value, str) else []
    if len(fields) != len(_CRON_FIELDS):
        return None
    right = all(
        _is_cron_part(part, *bounds) for text, bounds in zip(fields, _CRON_FIELDS) for part in text.lower().split(",")
    )
    return " ".join(fields) if right else None


def _is_cron_part(part: str, least: int, most: int, names: tuple[str, ...]) -> bool:
    match = _CRON_PART.fullmatch(part)
    if not match or match["step"] and int(match["step"]) < 1:
        return False
    if not match["first"]:
        return True

    def number(text: str) -> int:
        return int(text) if text.isdigit() else names.index(text) if text in names else -1

    first = number(match["first"])
    last = number(match["last"]) if match["last"] else first
    return least <= first <= last <= most


def _span(value: Any) -> timedelta | None:
    if not isinstance(value, str):
        return None
    short = _SPAN.fullmatch(value)
    if short:
        span = timedelta(seconds=int(short[1]) * _UNITS[short[2]])
    else:
        iso = _ISO.fullmatch(value)
        if not iso:
            return None
        days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return span if span > timedelta() else None


def _shown(value: Any) -> str:
    if value in (None, ""):
        return "nothing"
    if isinstance(value, str):
        return f"'{value[:60]}…'" if len(value) > 60 else f"'{value}'"
    return "a list" if isinstance(value, list) else "a section"
