"""`python -m bot import · undo-import · export`: tables in and out, from the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from bot.app import Parts, create_app
from bot.cards.importing import lines_of, reasons_of, undo_preview, undone
from bot.context import Turn
from bot.exporting import export_pages, file_bytes
from bot.importing import KINDS, NEW_CUSTOMER, Plan, Reading, Verdict, build_plan, order_of, problem_rows, read_rows
from bot.importing.chat import tell_admins
from bot.importing.doubts import doubts_in
from bot.settings import Settings
from bot.sheet import SheetError, csv_bytes, read_sheet
from bot.understand import build_index
from models.import_batch import find_batch, plan_undo, undo_batch, write_batch
from models.person import Person
from models.register import CUSTOMERS

CAUSE: Final = "command line"


@contextmanager
def company_turn(settings: Settings) -> Iterator[Turn]:
    """Open one write turn on the company's database, without platforms; commits at the end."""
    services = create_app(settings, Parts(adapters=lambda _services: {}, workers=0)).services
    try:
        with services.database.write() as session:
            yield Turn(services, session, services.clock.now(), CAUSE)
    finally:
        services.database.close()


def run_import(
    settings: Settings, kind: str, file: Path, *, dry_run: bool, suspects: str, problems: Path | None
) -> int:  # one per option
    """Import a file, or say what would happen; returns 1 when rows have problems. Raises click.UsageError for no table."""
    try:
        reading = read_rows(read_sheet(file.read_bytes(), file.name), KINDS[kind])
    except SheetError as error:
        raise click.UsageError(str(error)) from None
    with company_turn(settings) as turn:
        plan = _plan(turn, reading, suspects)
        _say(plan, dry_run=dry_run)
        if problems is not None:
            problems.write_bytes(csv_bytes(problem_rows(plan)))
            click.echo(f"问题行：{problems}")
        if not dry_run:
            _write(turn, plan, file.name)
    return 1 if plan.of(Verdict.BAD) else 0


def _plan(turn: Turn, reading: Reading, suspects: str) -> Plan:
    """Plan a file; a customer that has a number of its own is another one unless it is said otherwise."""
    doubts: dict[str, list[str]] = {}
    known = CUSTOMERS.current(turn.session) if reading.kind.name == "customers" else {}
    if known:
        doubts, _ = doubts_in(reading, build_index(turn.session), known)
    own_number = {str(row.number) for row in reading.rows if row.values.get("id")}
    decisions = {
        number: NEW_CUSTOMER for number in doubts if suspects == "new" or (suspects == "auto" and number in own_number)
    }
    sources = turn.settings.rules.customer.sources
    return build_plan(turn.session, reading, sources=sources, doubts=doubts, decisions=decisions)


def _say(plan: Plan, *, dry_run: bool) -> None:
    click.echo(f"{'预演（未写入）' if dry_run else '导入'} · {plan.kind.title} · {plan.counts['total']:,} 行")
    for label, value in lines_of(plan):
        click.echo(f"  {label}：{value}")
    for line in reasons_of(plan):
        click.echo(f"  ✗ {line}", err=True)
    for row in plan.rows:
        if row.like:
            what = "写入为新客户" if row.verdict is Verdict.NEW else "没写入"
            click.echo(f"  ? 第 {row.number} 行 {row.label} 疑似与 {'、'.join(row.like)} 是同一家（{what}）")


def _write(turn: Turn, plan: Plan, file_name: str) -> None:
    order = order_of(turn.session, plan, file_name=file_name, by=None)
    if not order.new and not order.edits:
        click.echo("没有要写的。")
        return
    batch = write_batch(turn.session, order, now=turn.now, day=turn.calendar.local_date(turn.now))
    turn.record("import.executed", "import", batch.id, what=batch.kind, file=file_name, counts=batch.counts)
    tell_admins(turn, batch, "命令行")
    click.echo(f"完成，批次 {batch.id}。整批撤回：python -m bot undo-import {batch.id}")


def run_undo(settings: Settings, number: str, *, dry_run: bool) -> int:
    """Take a batch back, or say what would happen; returns 1 when there is no such batch."""
    with company_turn(settings) as turn:
        batch = find_batch(turn.session, number)
        if batch is None or batch.undone_at is not None:
            click.echo(f"没有批次 {number}" if batch is None else f"{number} 已经撤销过了", err=True)
            return 1
        plan = plan_undo(turn.session, batch)
        if dry_run:
            click.echo(undo_preview(plan).body)
            return 0
        undo_batch(turn.session, plan, now=turn.now)
        counts = {"removed": len(plan.remove), "restored": len(plan.restore), "kept": len(plan.kept)}
        turn.record("import.undone", "import", batch.id, counts=counts)
        click.echo(undone(plan))
    return 0


def run_export(settings: Settings, kind: str, out: Path | None, person: str | None) -> None:
    """Write one kind to a file by its suffix, or as CSV to standard output. Raises click.BadParameter for nobody."""
    with company_turn(settings) as turn:
        viewer = turn.session.get(Person, person) if person else None
        if person and viewer is None:
            raise click.BadParameter(f"nobody has the id {person!r}", param_hint="--as")
        pages = export_pages(turn, kind, viewer)
        turn.record("export", "export", kind, rows=len(pages[0][1]) - 1, viewer=person)
    if out is None:
        sys.stdout.buffer.write(file_bytes(pages, "").removeprefix("\ufeff".encode()))
        return
    out.write_bytes(file_bytes(pages, out.name))
    click.echo(f"{out}：{len(pages[0][1]) - 1:,} 行", err=True)
