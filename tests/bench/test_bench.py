"""`make bench` names what it has, and every name stands for a module that is there."""

import importlib.util

import pytest

from bench.__main__ import BENCHES, run


def test_every_bench_in_the_table_exists() -> None:
    missing = [module for module, *_ in BENCHES.values() if importlib.util.find_spec(module) is None]
    assert not missing


def test_a_bench_nobody_has_is_refused_with_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["voice"]) == 1
    said = capsys.readouterr().out
    assert "no bench voice" in said
    assert "photo" in said
