"""Tells people: in the log, by e-mail, by a webhook."""

from __future__ import annotations

import html
import json
import logging
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from perennial_airflow.schedule import Schedule

_LOG = logging.getLogger(__name__)
_SECONDS = 20


def send(schedule: Schedule, event: str, sentence: str, context: Mapping[str, Any]) -> None:
    """Tells everybody whom the schedule names.

    event: rejected, alert or failed. Raises what a connection raises: who calls decides whether that matters.
    """
    run = context["dag_run"]
    _LOG.warning("Notice of %s (%s): %s", schedule.pipeline, event, sentence)
    body = {
        "text": f"Perennial {schedule.pipeline}: {sentence}",
        "event": event,
        "pipeline": schedule.pipeline,
        "dag_id": run.dag_id,
        "run_id": run.run_id,
        "task_id": context["ti"].task_id,
    }
    if schedule.notifications.webhook:
        _post(schedule.notifications.webhook, body)
    if schedule.notifications.email:
        _mail(schedule, event, body)


def on_failure(schedule: Schedule) -> Callable[[Mapping[str, Any]], None]:
    """A callback for tasks: tells of a failure, and never makes it worse."""

    def tell(context: Mapping[str, Any]) -> None:
        event = "alert" if context["ti"].task_id == "alert" else "failed"
        sentence = f"Task {context['ti'].task_id} failed: {context.get('exception') or 'no reason was given'}"
        try:
            send(schedule, event, sentence, context)
        except Exception:
            _LOG.exception("The failure of %s could not be told", schedule.pipeline)

    return tell


def _post(connection: str, body: dict[str, Any]) -> None:
    from airflow.sdk import BaseHook

    to = BaseHook.get_connection(connection)
    host = to.host or ""
    url = host if "://" in host else f"{to.schema or 'https'}://{host}"
    if to.port:
        url += f":{to.port}"
    extra = to.extra_dejson
    headers = {"Content-Type": "application/json", **extra.get("headers", {})}
    request = urllib.request.Request(url + extra.get("path", ""), json.dumps(body).encode(), headers, method="POST")
    if not request.full_url.startswith(("http://", "https://")):
        raise ValueError(f"The connection {connection} must hold a URL that begins with http:// or https://.")
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
        _LOG.info("Told by webhook %s: HTTP %s", connection, answer.status)


def _mail(schedule: Schedule, event: str, body: dict[str, Any]) -> None:
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    rows = "".join(f"<li>{html.escape(key)}: {html.escape(str(value))}</li>" for key, value in body.items() if key != "text")
    with SmtpHook(smtp_conn_id="smtp_default") as smtp:
        smtp.send_email_smtp(
            to=list(schedule.notifications.email),
            subject=f"Perennial {schedule.pipeline}: {event}",
            html_content=f"<p>{html.escape(body['text'])}</p><ul>{rows}</ul>",
        )
