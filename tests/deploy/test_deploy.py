"""What an administrator copies from `deploy/` fits the program it starts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.__main__ import main
from bot.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
ROLES = {"web", "worker", "scheduler"}


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


def test_every_role_is_a_service_and_a_command_of_ours(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == ROLES | {"postgres", "redis"}
    for role in ROLES:
        assert services[role]["command"] == [role]
        assert role in main.commands
    assert services["redis"]["profiles"] == ["broker"], "a broker is nobody's duty"


def test_processes_wait_for_the_database_come_back_and_may_finish(compose: dict[str, Any]) -> None:
    for role in ROLES:
        service = compose["services"][role]
        assert service["depends_on"]["postgres"]["condition"] == "service_healthy"
        assert service["restart"] == "always"
        assert int(service["stop_grace_period"].removesuffix("s")) > 10
    assert "healthcheck" in compose["services"]["postgres"]


def test_volumes_are_declared_and_the_media_folder_is_one_for_all(compose: dict[str, Any]) -> None:
    settings_folder = "/var/lib/sales-bot/media"
    for role in ROLES:
        assert f"media:{settings_folder}" in compose["services"][role]["volumes"]
    named = {v.partition(":")[0] for s in compose["services"].values() for v in s.get("volumes", ()) if v[0] != "."}
    assert named == set(compose["volumes"])


def test_its_configuration_loads_with_what_compose_gives(
    compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = compose["services"]["web"]["environment"]
    for name, value in given.items():
        monkeypatch.setenv(name, re.sub(r"\$\{\w+:[-?][^}]*\}", "", value) or "x" * 43)
    monkeypatch.setenv("BROKER", "")
    text = (DEPLOY / "compose.toml").read_text("utf-8")
    assert set(re.findall(r'"env:(\w+)"', text)) <= set(given), "a variable compose does not pass"
    whole = tmp_path / "config.toml"
    whole.write_text(re.sub(r"(?m)^#: ", "", text), "utf-8")
    for path in (DEPLOY / "compose.toml", whole):
        settings = load_settings(path)
        assert settings.database.url.startswith("postgresql+psycopg://")
        assert settings.server.port == 8000
    assert compose["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_the_image_copies_what_there_is_and_every_top_level_package() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    copied = {line.split()[1] for line in lines if line.startswith("COPY")}
    assert copied == {"requirements.lock", "bot", "handlers", "models", "scheduler"}
    assert all((ROOT / name).exists() for name in copied)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == copied


@pytest.mark.parametrize("unit", ["sales-bot.service", "sales-bot@.service"])
def test_the_units_start_what_there_is(unit: str) -> None:
    text = (DEPLOY / unit).read_text("utf-8")
    command = re.search(r"ExecStart=\S+ -m bot (\S+) --config", text)
    assert command is not None
    assert command[1] in {"serve", "%i"}
    assert {"Restart=always", "TimeoutStopSec=20"} <= set(text.splitlines())
