"""A company played forward: the same seed gives the same bytes, nothing comes twice, nothing comes late."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings
from bot.sim import Played, play
from tests.bot.cli import CommandLine


@pytest.fixture(scope="module")
def played() -> Played:
    return play(Settings(), days=3, people=2, seed=7)


@pytest.mark.timeout(300)
def test_the_same_seed_gives_the_same_bytes(played: Played) -> None:
    again = play(Settings(), days=3, people=2, seed=7)
    assert again.text.encode() == played.text.encode()


@pytest.mark.timeout(300)
def test_people_visit_promise_and_report_and_nothing_comes_twice_or_late(played: Played) -> None:
    said = "\n".join(played.transcript)
    for words in ("拜访开始 V-20261116-001", "已登记 CN-2026111", "日报已交", "三要素完整", "【待确认】"):
        assert words in said
    assert (played.duplicates, played.parked) == (0, 0)
    assert "迟发 0 条，重复 0 条" in "\n".join(played.summary)
    assert [line for line in played.transcript if line.startswith("11-18")]
    assert not [line for line in played.transcript if "没处理成功" in line]


@pytest.mark.timeout(300)
def test_another_seed_is_another_company(tmp_path: Path, played: Played) -> None:
    shell = CommandLine(tmp_path)
    out = tmp_path / "sim.txt"
    result = shell.run("sim", "run", "1", "--people", "1", "--seed", "8", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert "种子 8" in result.output
    text = out.read_text("utf-8")
    assert "拜访开始" in text
    assert text.splitlines()[0] != played.transcript[0]


def test_nothing_to_play_is_wrong_use(tmp_path: Path) -> None:
    assert CommandLine(tmp_path).run("sim", "run", "0").exit_code == 2
