"""Says what the exit code of a command means, and whether trying again can help."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowException, AirflowFailException

_MEANINGS = {
    2: "a wrong flag or pipeline file, a missing file or permission",
    3: "the data break a declared contract",
    4: "the source table's history has a gap",
}
_OTHER_SPARK = ("NoSuchMethodError", "NoClassDefFoundError", "ClassNotFoundException", "AbstractMethodError", "IncompatibleClassChangeError")
# A warning long before the end may name a missing class that nobody needs.
_LAST = 200
_NO_MASTER = ("All masters are unresponsive", "Failed to connect to master")


def explained(command: list[str], code: int, lines: list[str]) -> AirflowException:
    """An exception with the command's own last sentence; one that is not retried where a retry must end the same."""
    said = _last_sentence(lines)
    doing = f"'{' '.join(command[:2] if command[0] == 'models' else command[:1])}' ended with exit code {code}"
    if code == 75:
        return AirflowException(f"{doing}: another run holds the pipeline; it is tried again. {said}")
    if code in _MEANINGS:
        return AirflowFailException(f"{doing}: {_MEANINGS[code]}. {said}")
    if code < 0 or code in (137, 143):
        return AirflowException(f"{doing}: it was killed. The champion is as it was; the same night can be run again. {said}")
    if any(sign in line for line in lines for sign in _NO_MASTER):
        return AirflowException(
            f"{doing}: the Spark master of the connection does not answer. Check its host and port, and that the master runs. "
            "Nothing was written."
        )
    if any(sign in line for line in lines[-_LAST:] for sign in _OTHER_SPARK):
        return AirflowFailException(
            f"{doing}: a class or method is missing, as when the jar was built for another Spark. Perennial needs Spark 4.1 with "
            f"Scala 2.13; spark-submit --version tells which one this is. {said}"
        )
    return AirflowException(f"{doing}. {said}")


def _last_sentence(lines: list[str]) -> str:
    """What the command told its user: the last line that is neither a log line nor part of a stack trace."""
    for line in reversed(lines):
        text = line.strip()
        if text and not text.startswith(("at ", "Caused by:", "...")) and " INFO " not in text and " WARN " not in text:
            return text[:2000]
    return ""
