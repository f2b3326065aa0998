"""Real processes: they stop within ten seconds when told to, a second migration changes nothing, a changed log is named."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from alembic import command
from alembic.util.exc import CommandError
from sqlalchemy import inspect, text

from models.db import Base, Database
from models.schema import alembic_config, upgrade
from tests.bot.cli import CommandLine

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


def _start(*args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *args], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("listening on "):
            return line.split()[-1]
    raise AssertionError("the process ended without listening")


@pytest.mark.parametrize("kind", ["demo", "serve"])
def test_a_process_leaves_within_ten_seconds_of_sigterm(shell: CommandLine, tmp_path: Path, kind: str) -> None:
    config = shell.config
    config.write_text(config.read_text("utf-8") + "[server]\nport = 0\n[practice]\nenabled = true\n", "utf-8")
    more = ("--port", "0", "--data", str(tmp_path / "demo")) if kind == "demo" else ()
    process = _start(kind, "--config", str(config), *more)
    try:
        with urllib.request.urlopen(f"{_address(process)}healthz", timeout=20) as answer:  # the whole of it is up
            assert answer.status == 200
        told = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - told < 10
    finally:
        process.kill()
        process.communicate()


def test_migrate_brings_a_database_up_to_date_and_a_second_time_changes_nothing(shell: CommandLine) -> None:
    assert "up to date" in shell.run("migrate").output
    database = shell.database()
    tables = set(inspect(database.engine).get_table_names())
    assert tables >= set(Base.metadata.tables)
    assert shell.run("migrate").exit_code == 0
    assert set(inspect(database.engine).get_table_names()) == tables
    database.close()


def test_the_tables_of_the_code_are_those_of_the_migrations(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    upgrade(database)
    config = alembic_config(database)
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        try:
            command.check(config)
        except CommandError as error:
            pytest.fail(str(error))
    database.close()


def _with_three_events(shell: CommandLine) -> Database:
    for number in range(3):
        result = shell.run("import", "people", shell.write("p.csv", f"id,name,role\np{number},人,rep\n"))
        assert result.exit_code == 0
    return shell.database()


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE event SET data = '{}' WHERE id = 2", "entry 2"),
        ("UPDATE event SET at = '2020-01-01 00:00:00' WHERE id = 3", "entry 3"),
        ("UPDATE event SET actor_id = 'somebody' WHERE id = 1", "entry 1"),
        ("DELETE FROM event WHERE id = 2", "entry 3"),
    ],
)
def test_a_changed_entry_of_the_log_is_named(shell: CommandLine, statement: str, entry: str) -> None:
    database = _with_three_events(shell)
    assert shell.run("audit", "verify").exit_code == 0
    with database.write() as session:
        session.execute(text(statement))
    database.close()
    result = shell.run("audit", "verify")
    assert result.exit_code == 1
    assert entry in result.output


def test_an_empty_log_holds(shell: CommandLine) -> None:
    result = shell.run("audit", "verify")
    assert (result.exit_code, result.output) == (0, "the chain holds\n")
