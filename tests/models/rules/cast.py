"""The people of the journeys, as a chain sees them, and small helpers to speak about them."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from models.rules.clocks import CLOCKS
from models.rules.escalation import Around, Firing, take
from models.rules.recipients import Member, Team
from models.rules.running import Running
from models.rules.workday import default_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Around(default_calendar(SHANGHAI))

TEAM = Team(
    members={
        member.id: member
        for member in (
            Member("zhouhang", "rep", "chenmin"),
            Member("linke", "rep", "chenmin"),
            Member("chenmin", "manager", "hechuan"),
            Member("hechuan", "director", "duli"),
            Member("duli", "vp"),
            Member("akai", "admin"),
            Member("sun", "rep", "chenmin"),
        )
    },
    admins=("akai",),
)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Read '2026-11-16 10:00' as a wall time; days of November 2026 may be given as '16 10:00'."""
    full = text if text.count("-") == 2 else f"2026-11-{text}"
    return datetime.fromisoformat(full).replace(tzinfo=zone).astimezone(UTC)


def started(clock: str, when: str, owner: str, submitter: str | None = None, target: str | None = None) -> Running:
    return Running(
        key=f"{clock}:test:1",
        clock=CLOCKS[clock],
        started_at=at(when),
        owner_id=owner,
        submitter_id=submitter,
        target_at=at(target) if target else None,
    )


def absent(person: str, deputy: str | None = None, team: Team = TEAM) -> Team:
    away = replace(team.members[person], away=True, deputy_id=deputy)
    return replace(team, members={**team.members, person: away})


def run(running: Running, until: str, team: Team = TEAM, around: Around = OFFICE) -> tuple[Running, list[Firing]]:
    """Let everything fire that is due by `until`, as a scheduler that was down would."""
    fired = []
    while True:
        running, firing = take(running, at(until), around, team)
        if firing is None:
            return running, fired
        fired.append(firing)


def told(fired: list[Firing]) -> list[tuple[str, str]]:
    """Return who heard about what, in order."""
    return [(who.person_id, firing.step.card) for firing in fired for who in firing.told]
