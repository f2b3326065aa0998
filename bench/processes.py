"""Processes of the product, started as an administrator does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from bench.samples import ROOT


def spawn(role: str, config: Path, log_file: Path) -> subprocess.Popen[bytes]:
    """Start `python -m bot ROLE`, its output behind what the log file holds; waits for nothing."""
    command = [sys.executable, "-m", "bot", role, "--config", str(config)]
    with log_file.open("ab") as log:
        return subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        )


def stop_all(processes: Collection[subprocess.Popen[bytes]], seconds: float) -> None:
    """Ask all to leave; kill who does not within `seconds`."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(seconds)
