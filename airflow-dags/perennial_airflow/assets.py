"""The assets of a pipeline, in one place: an asset name with two URIs fails its producer when it runs, not before."""

from __future__ import annotations

from airflow.sdk import Asset


def model(pipeline: str) -> Asset:
    """A version that became champion; extra has version, parent's successor metrics and the interval of its night."""
    return Asset(name=f"perennial-{pipeline}-model", uri=f"perennial://{pipeline}/model", group="perennial")


def recommendations(pipeline: str) -> Asset:
    """The table recommendations renewed by a version; extra as that of the model."""
    return Asset(
        name=f"perennial-{pipeline}-recommendations", uri=f"perennial://{pipeline}/recommendations", group="perennial"
    )
