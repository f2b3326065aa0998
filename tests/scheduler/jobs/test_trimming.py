"""What has had its use goes after ninety days; what is open, and every record, stays."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.chat import InboxRow, JobRunRow, OutboxRow, OutboxState
from models.commitment_draft import CommitmentDraft
from models.event import Event
from models.undo import UndoRequest
from scheduler.jobs.trimming import KEEP
from tests.chat import Company

HEAPS = (InboxRow, OutboxRow, UndoRequest, CommitmentDraft)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Company]:
    """周航 has promised something, registered another promise, and asked to take one back."""
    company = Company(tmp_path, at="2026-11-16 09:00")
    company.say("zhouhang", "后天给蓝海发样品")
    company.say("zhouhang", "明天给蓝海发合同")
    company.press("zhouhang", "登记")
    company.say("zhouhang", "撤销")
    yield company
    company.close()


def counts(company: Company) -> dict[str, int]:
    with company.session() as session:
        return {t.__name__: session.scalar(select(func.count()).select_from(t)) or 0 for t in (*HEAPS, Event)}


def test_a_question_asked_ninety_days_ago_goes_and_the_day_before_it_stays(office: Company) -> None:
    asked = office.now
    office.clock.move_to(asked + KEEP - timedelta(hours=1))
    before = counts(office)
    office.app.runtime.ticker.tick(office.now)
    kept = counts(office)
    assert kept["UndoRequest"] == before["UndoRequest"] == 1
    assert kept["InboxRow"] == before["InboxRow"]
    office.clock.move_to(asked + KEEP + timedelta(hours=1))
    office.app.runtime.ticker.tick(office.now)
    gone = counts(office)
    assert gone["UndoRequest"] == gone["InboxRow"] == 0
    assert gone["Event"] >= before["Event"], "the log is for ever"


def test_a_draft_that_became_a_promise_stays_with_it(office: Company) -> None:
    office.clock.move_to(office.now + KEEP + timedelta(hours=1))
    office.app.runtime.ticker.tick(office.now)
    with office.session() as session:
        drafts = session.scalars(select(CommitmentDraft)).all()
    assert [draft.commitment_id is not None for draft in drafts] == [True]


def test_a_message_that_still_waits_is_never_trimmed(office: Company) -> None:
    with office.app.services.database.write() as session:
        row = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).first()
        assert row is not None
        row.state, row.not_before = OutboxState.WAITING, office.now + timedelta(days=400)
        key = row.key
    office.clock.move_to(office.now + KEEP + timedelta(hours=1))
    office.app.runtime.ticker.tick(office.now)
    with office.session() as session:
        assert session.scalar(select(func.count()).where(OutboxRow.key == key)) == 1


def test_runs_of_jobs_are_forgotten_too(office: Company) -> None:
    def runs() -> int:
        with office.session() as session:
            return session.scalar(select(func.count()).where(JobRunRow.ran_at <= ran_at)) or 0

    ran_at = office.now + timedelta(days=1)
    office.clock.move_to(ran_at)
    office.app.runtime.ticker.tick(ran_at)
    assert runs() > 0
    office.clock.move_to(ran_at + KEEP + timedelta(hours=1))
    office.app.runtime.ticker.tick(office.now)
    assert runs() == 0
