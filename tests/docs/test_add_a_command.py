"""A stranger follows docs/add-a-command.md to the letter, in a copy of the repository."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "add-a-command.md").read_text("utf-8")
FILE = re.compile(r"^`([\w/]+\.py)`:\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TREE = ("bot", "handlers", "models", "scheduler", "tests/chat.py", "tests/conftest.py", "tests/stores.py", "tests/__init__.py",
        "tests/handlers/__init__.py", "tests/models/__init__.py", "tests/models/database.py", "pyproject.toml")  # fmt: skip


def test_the_documented_steps_work(tmp_path: Path) -> None:
    for name in TREE:
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(source, target)
    files = dict(FILE.findall(DOC))
    assert set(files) == {"handlers/weather.py", "tests/handlers/test_weather.py"}
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    command = SHELL.findall(DOC)[0].strip()
    assert command.startswith(".venv/bin/python ")
    args = [sys.executable, *command.split()[1:], "-p", "no:cacheprovider"]
    done = subprocess.run(args, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().startswith("..")
    lint = [sys.executable, "-m", "ruff", "check", *files]
    checked = subprocess.run(lint, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    "path", sorted({p.rstrip("/") for p in re.findall(r"`((?:bot|handlers|models|tests)/[\w/.]+)`", DOC)})
)
def test_every_file_the_text_points_at_is_there(path: str) -> None:
    written_by_the_reader = {"handlers/weather.py", "tests/handlers/test_weather.py"}
    assert path in written_by_the_reader or (ROOT / path).exists()
