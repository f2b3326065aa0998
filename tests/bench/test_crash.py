"""Real processes killed with SIGKILL at random moments of a talk, small: `make bench ARGS=crash` plays 5,000 messages of each."""

from __future__ import annotations

import pytest

from bench.crash.__main__ import play, told
from bench.crash.world import Size
from tests.models.database import why_no_postgres
from tests.redis_server import WHY_NOT as WHY_NO_REDIS

SMALL = Size(messages=100, people=20, webs=1, workers=2, schedulers=1, kills=3, talkers=8)
NEEDS_POSTGRES = [
    pytest.mark.postgres,
    pytest.mark.skipif(why_no_postgres() is not None, reason=why_no_postgres() or ""),
]
NEEDS_REDIS = pytest.mark.skipif(WHY_NO_REDIS is not None, reason=WHY_NO_REDIS or "")


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "run",
    [
        "sqlite",
        pytest.param("postgres", marks=NEEDS_POSTGRES),
        pytest.param("celery", marks=[*NEEDS_POSTGRES, NEEDS_REDIS]),
    ],
)
def test_nothing_is_lost_doubled_or_out_of_order(run: str) -> None:
    outcome = play(run, SMALL)
    assert not outcome.faults(), told(outcome)
    assert sum(count for what, count in outcome.done.items() if what.startswith("kill")) == SMALL.kills
    if run == "celery":
        assert any(what.startswith("broker") for what in outcome.done)
