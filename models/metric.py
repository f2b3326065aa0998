"""Metrics: a named number with its formula, its rows and a snapshot; chat, export and `/口径` use the same code (B11, B12, M17).

A metric registers beside the table it counts::

    @metric("visit_complete", title="三要素完整率", rule="V01", formula="三件齐全的拜访 ÷ 已结束的拜访", target=0.95)
    def visit_complete(session: Session, scope: Scope) -> Measured: ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, Float, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.chat import BigId
from models.db import Base, UtcDateTime


class Light(StrEnum):
    """Red, yellow, green (E03)."""

    GREEN = "🟢"
    YELLOW = "🟡"
    RED = "🔴"
    NONE = "⚪"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a number is about: whose records (None: everybody's) and from when until when (UTC, end excluded)."""

    owners: frozenset[str] | None
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Ref:
    """One row behind a number: what record it is and what a person calls it."""

    kind: str
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A share of rows: counted ÷ all. `value` is None when there is nothing to count."""

    counted: tuple[Ref, ...]
    all: tuple[Ref, ...]

    @property
    def value(self) -> float | None:
        """The share."""
        return len(self.counted) / len(self.all) if self.all else None


Measure = Callable[[Session, Scope], Measured]


@dataclass(frozen=True, slots=True)
class Metric:
    """A number of the catalogue. `target` and above is green, `warn` and above yellow, below red."""

    name: str
    title: str
    rule: str
    formula: str
    measure: Measure
    target: float | None = None
    warn: float | None = None

    def with_lines(self, *, target: float | None, warn: float | None) -> Metric:
        """Return the metric with a company's own lines; None keeps the catalogue's."""
        return replace(
            self,
            target=self.target if target is None else target,
            warn=self.warn if warn is None else warn,
        )

    def light(self, value: float | None) -> Light:
        """Return the traffic light of a value; each border belongs to the better colour."""
        if value is None or self.target is None:
            return Light.NONE
        if value >= self.target:
            return Light.GREEN
        return Light.YELLOW if self.warn is not None and value >= self.warn else Light.RED


METRICS: Final[dict[str, Metric]] = {}


def metric(  # a row of the catalogue
    name: str, *, title: str, rule: str, formula: str, target: float | None = None, warn: float | None = None
) -> Callable[[Measure], Measure]:
    """Register a metric."""

    def register(measure: Measure) -> Measure:
        METRICS[name] = Metric(name, title, rule, formula, measure, target, warn)
        return measure

    return register


class MetricSnapshot(Base):
    """A number as it was shown, with every row behind it; the number of the snapshot stands beside it."""

    __tablename__ = "metric_snapshot"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    metric: Mapped[str] = mapped_column(String(64), index=True)
    viewer_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    start_at: Mapped[datetime] = mapped_column(UtcDateTime)
    end_at: Mapped[datetime] = mapped_column(UtcDateTime)
    value: Mapped[float | None] = mapped_column(Float)
    counted: Mapped[list[list[Any]]] = mapped_column(JSON)
    all_rows: Mapped[list[list[Any]]] = mapped_column(JSON)

    @property
    def fraction(self) -> str:
        """The number as people read it: 11/12."""
        return f"{len(self.counted)}/{len(self.all_rows)}"


def take_snapshot(
    session: Session, name: str, scope: Scope, *, now: datetime, viewer_id: str | None = None
) -> MetricSnapshot:
    """Measure and keep what was measured; whatever is shown or exported afterwards reads the snapshot."""
    measured = METRICS[name].measure(session, scope)
    snapshot = MetricSnapshot(
        metric=name, viewer_id=viewer_id, at=now, start_at=scope.start, end_at=scope.end, value=measured.value,
        counted=_rows(measured.counted), all_rows=_rows(measured.all),
    )  # fmt: skip
    session.add(snapshot)
    session.flush()
    return snapshot


def latest_snapshot(
    session: Session, name: str, viewer_id: str, *, until: datetime | None = None
) -> MetricSnapshot | None:
    """Return the number a person was shown last, or last by `until`."""
    query = select(MetricSnapshot).where(MetricSnapshot.metric == name, MetricSnapshot.viewer_id == viewer_id)
    if until is not None:
        query = query.where(MetricSnapshot.at <= until)
    return session.scalars(query.order_by(MetricSnapshot.id.desc()).limit(1)).first()


def find_metric(words: str) -> Metric | None:
    """Find a metric by its title or a part of it."""
    wanted = words.strip()
    exact = [m for m in METRICS.values() if wanted in {m.title, m.name}]
    near = [m for m in METRICS.values() if wanted and (wanted in m.title or m.title in wanted)]
    return (exact or near or [None])[0]  # type: ignore[list-item]  # the end of the list


def _rows(refs: Sequence[Ref]) -> list[list[Any]]:
    return [[ref.kind, ref.id, ref.label] for ref in refs]
