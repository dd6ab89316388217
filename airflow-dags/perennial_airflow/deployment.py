"""Where this installation has its files: set by environment variables, with defaults for a checkout of the project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Deployment:
    """Folders that DAGs and tasks work with.

    home: folder of the project, with bin/ and pipelines/ (PERENNIAL_HOME)
    pipelines: folder of pipeline files (PERENNIAL_PIPELINES)
    warehouse: folder of all tables, where a schedule names none (PERENNIAL_WAREHOUSE)
    package: folder with perennial.jar and lib/, what a cluster needs (PERENNIAL_PACKAGE); the build's own where it is missing
    """

    home: Path
    pipelines: Path
    warehouse: str
    package: Path

    @staticmethod
    def current() -> Deployment:
        """As the environment says now."""
        home = Path(os.environ.get("PERENNIAL_HOME") or Path(__file__).resolve().parents[2])
        return Deployment(
            home=home,
            pipelines=Path(os.environ.get("PERENNIAL_PIPELINES") or home / "pipelines"),
            warehouse=os.environ.get("PERENNIAL_WAREHOUSE") or str(home / "warehouse"),
            package=Path(os.environ.get("PERENNIAL_PACKAGE") or home / "target" / "cluster"),
        )

    def located(self, path: str) -> str:
        """A path of a schedule: as it stands where it is absolute or a URI, else below the folder of the project."""
        return path if ":/" in path else str(self.home / path)

    @property
    def launcher(self) -> Path:
        """The script that runs a command on this machine."""
        return self.home / "bin" / "perennial"
