"""The example configuration is complete and true; what is wrong is refused and named."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.command import load_handlers
from bot.settings import ConfigError, Section, Settings, load_settings, parse_settings
from models.metric import METRICS
from models.rules.clock import Lapse
from models.rules.clock_settings import configured_clocks
from models.rules.clocks import CLOCKS

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"
TEXT = EXAMPLE.read_text("utf-8")
WITH_EXAMPLES = tomllib.loads(TEXT.replace("#: ", ""))

Path_ = tuple[str, ...]


def _keys(section: type[Section], path: Path_ = ()) -> Iterator[Path_]:
    """Every key of the settings; an array of tables counts with its first table."""
    for name, field in section.model_fields.items():
        kinds = [kind for kind in (field.annotation, *get_args(field.annotation)) if isinstance(kind, type)]
        inner = next((kind for kind in kinds if issubclass(kind, Section)), None)
        if inner is None or name == "metrics":
            yield (*path, name)
        else:
            yield from _keys(inner, (*path, name))


def _there(document: Any, path: Path_) -> bool:
    for name in path:
        document = document[0] if isinstance(document, list) else document
        if name not in document:
            return False
        document = document[name]
    return True


@pytest.mark.parametrize("path", list(_keys(Settings)), ids=".".join)
def test_every_key_stands_in_the_example(path: Path_) -> None:
    assert _there(WITH_EXAMPLES, path), f"{'.'.join(path)} is missing in config.example.toml"


def test_the_example_says_the_defaults() -> None:
    assert load_settings(EXAMPLE).model_dump(exclude={"rules": {"metrics"}}) == Settings().model_dump(
        exclude={"rules": {"metrics"}}
    )


def test_the_optional_examples_can_be_used_as_they_stand() -> None:
    settings = parse_settings(WITH_EXAMPLES)
    assert settings.wecom.groups[0].name == settings.dingtalk.groups[0].name == "华东销售群"


@pytest.mark.parametrize("name", sorted(CLOCKS))
def test_every_clock_stands_in_the_example_with_all_its_steps(name: str) -> None:
    table = WITH_EXAMPLES["rules"]["clocks"][name]
    assert set(table) == {"mode", "quiet", "on_leave", "longest_life", "after", "to", "off"}
    assert set(table["to"]) == {step.card for step in CLOCKS[name].steps}
    lapses = {step.card for step in CLOCKS[name].steps if isinstance(step.after, Lapse)}
    assert lapses <= set(table["after"])
    assert configured_clocks({name: table})[name] == CLOCKS[name]


def test_every_number_that_has_lines_stands_in_the_example_with_them() -> None:
    load_handlers()  # numbers register beside the tables they count
    lines = load_settings(EXAMPLE).rules.metrics
    assert {name: (line.target, line.warn) for name, line in lines.items()} == {
        name: (metric.target, metric.warn) for name, metric in METRICS.items() if metric.target is not None
    }


WRONG = [
    ("[rules.push]\nbudget = 3\n", "rules.push.budget", "unknown key"),
    ('[photos]\ntime_tolerance = "15 minutes"\n', "photos.time_tolerance", "15m"),
    ("[photos]\ntime_tolerance = 15\n", "photos.time_tolerance", "15m"),
    ('[photos]\ndistance_m = "200m"\n', "photos.distance_m", ""),
    ('[calendar]\nwork_hours = "9-18"\n', "calendar.work_hours", "09:00-18:00"),
    ('[calendar]\ntimezone = "Mars/Base"\n', "calendar.timezone", "Mars/Base"),
    ('[wecom]\nsecret = "env:NOT_SET_ANYWHERE"\n', "wecom.secret", "NOT_SET_ANYWHERE"),
    ('[wecom]\nsecret = "file:/nowhere/secret"\n', "wecom.secret", "/nowhere/secret"),
    ('[rules.clocks.lead_response]\nafter = { lead_waiting = "soon" }\n', "lead_response.after.lead_waiting", "15m"),
    ('[rules.clocks.tea]\nmode = "natural"\n', "tea", "no such clock"),
    ('[dingtalk]\nmode = "carrier pigeon"\n', "dingtalk.mode", "stream"),
    ("[database\n", "config.toml", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "reason"), WRONG)
def test_what_is_wrong_is_refused_and_named(tmp_path: Path, text: str, key: str, reason: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as refused:
        load_settings(path)
    assert key in str(refused.value)
    assert reason in str(refused.value)


def _python_m_bot(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *args], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONUTF8": "1"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "key"), [(WRONG[0][0], WRONG[0][1]), (WRONG[1][0], WRONG[1][1]), (WRONG[6][0], WRONG[6][1])]
)
def test_a_real_process_exits_with_2_and_names_the_key(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    done = _python_m_bot(tmp_path, "migrate", "--config", str(path))
    assert done.returncode == 2
    assert key in done.stderr
    assert "Traceback" not in done.stderr


def test_half_a_platform_is_refused_when_it_starts(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[database]\nurl = "sqlite:///{tmp_path}/bot.db"\n[wecom]\ncorp_id = "ww1"\n', "utf-8")
    done = _python_m_bot(tmp_path, "serve", "--config", str(path))
    assert done.returncode == 2
    assert "wecom.agent_id" in done.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["fly"], "No such command"),
        (["demo", "--port", "a"], "--port"),
        (["migrate", "--config", "missing.toml"], "missing.toml"),
    ],
)
def test_wrong_use_exits_with_2(tmp_path: Path, args: list[str], said: str) -> None:
    done = _python_m_bot(tmp_path, *args)
    assert done.returncode == 2
    assert said in done.stderr
