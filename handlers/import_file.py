"""导入, 撤销导入: a table file in chat becomes people, customers or contacts, as one batch that can be taken back (J12, J8)."""

from __future__ import annotations

from typing import Any

from bot import (
    NOT_MINE,
    Claimed,
    Context,
    Document,
    NotMine,
    Reply,
    Shelf,
    UpdateKind,
    UserError,
    action,
    command,
    dialogue,
    listen,
)
from bot.cards.importing import (
    DecideDoubt,
    DropImport,
    ExportProblems,
    RunImport,
    RunUndo,
    ShowDoubts,
    UndoImport,
    doubt,
    imported,
    undo_preview,
    undone,
)
from bot.importing import Verdict, guess_kind, order_of, problem_rows
from bot.importing.chat import plan_of, preview, read_on, reading_of, tell_admins
from bot.importing.columns import KINDS, kind_named
from bot.sheet import SUFFIXES, SheetError, csv_bytes, read_sheet
from bot.update import Media, MediaKind
from models.import_batch import DraftState, ImportDraft, find_batch, plan_undo, undo_batch, write_batch
from models.person import Role
from models.register import CUSTOMERS

HOW = "请把 CSV 或 XLSX 文件发给我（第一行是表头）。可导入：人员、客户、联系人。"


@command(
    "导入",
    aliases=("import",),
    help="导入人员、客户、联系人的表格",
    usage="导入 客户（再发文件）",
    shelf=Shelf.ADMIN,
    roles=(Role.ADMIN,),
)
def import_file(ctx: Context) -> Reply:
    said = ctx.args.rest if ctx.args else ""
    file = _sheet_in(ctx)
    if file is None:
        ctx.talk("import.file", {"kind": said})
        return HOW
    return _begin(ctx, file, said)


@dialogue("import.file")
def take_file(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
    file = _sheet_in(ctx)
    if file is None:
        return NOT_MINE
    ctx.hang_up()
    return _begin(ctx, file, ctx.text or str(state["kind"]))


@listen("import.file", kinds=(UpdateKind.FILE,))
def hear_file(ctx: Context) -> Claimed | None:
    file = _sheet_in(ctx)
    if file is None or ctx.sender.role != Role.ADMIN or ctx.is_group:
        return None
    return Claimed("导入这份表格", lambda: _begin(ctx, file, ctx.text), confidence=0.6)


def _sheet_in(ctx: Context) -> Media | None:
    return next((m for m in ctx.update.media if m.kind is MediaKind.FILE and m.name.lower().endswith(SUFFIXES)), None)


def _begin(ctx: Context, file: Media, said: str) -> Reply:
    if ctx.is_group:
        raise UserError("表格里有个人信息，请私聊发给我。")
    assert file.key is not None
    try:
        sheet = read_sheet(ctx.services.media.get(file.key) or b"", file.name)
    except SheetError as error:
        raise UserError(str(error)) from None
    kind = kind_named(said) or guess_kind(sheet.heads)
    if kind is None:
        raise UserError("看表头分不出是人员、客户还是联系人，请写明再发，例：导入 客户")
    draft = ImportDraft(
        person_id=ctx.sender.id, kind=kind.name, media_key=file.key, file_name=file.name[:200], created_at=ctx.now,
        compared=0, suspects={}, decisions={}, counts={},
    )  # fmt: skip
    ctx.session.add(draft)
    ctx.session.flush()
    reading = reading_of(ctx, draft)
    if read_on(ctx, draft, reading):
        return preview(ctx, draft, reading)
    return f"收到 {len(reading.rows):,} 行，正在与已有客户逐家核对，好了马上发你预演。"


@action(RunImport)
def run_import(ctx: Context, press: RunImport) -> Reply:
    draft = _draft(ctx, press.draft)
    if isinstance(draft, str):
        return draft
    reading = reading_of(ctx, draft)
    plan = plan_of(ctx, draft, reading)
    if plan.counts != draft.counts:
        return preview(ctx, draft, reading, changed=True)
    order = order_of(ctx.session, plan, file_name=draft.file_name, by=ctx.sender.id)
    batch = write_batch(ctx.session, order, now=ctx.now, day=ctx.calendar.local_date(ctx.now))
    draft.state, draft.batch_id = DraftState.DONE, batch.id
    ctx.note("import.executed", "import", batch.id, what=batch.kind, file=draft.media_key, counts=batch.counts)
    ctx.close_card(f"已执行，{batch.id}")
    tell_admins(ctx, batch, ctx.sender.name)
    return imported(batch, plan.counts["bad"] + plan.counts["suspected"])


@action(DropImport)
def drop_import(ctx: Context, press: DropImport) -> Reply:
    draft = _draft(ctx, press.draft)
    if isinstance(draft, str):
        return draft
    draft.state = DraftState.DROPPED
    ctx.close_card("没有导入")
    return "好，没有导入。"


@action(ExportProblems)
def export_problems(ctx: Context, press: ExportProblems) -> Reply:
    draft = ctx.session.get(ImportDraft, press.draft)
    if draft is None or draft.person_id != ctx.sender.id:
        raise UserError("这份预演不是你的。")
    plan = plan_of(ctx, draft, reading_of(ctx, draft))
    rows = problem_rows(plan)
    key = ctx.services.media.put(csv_bytes(rows))
    return Document(key, f"问题行-{KINDS[draft.kind].title}-{draft.id}.csv", caption=f"{len(rows) - 1} 行")


@action(ShowDoubts)
def show_doubts(ctx: Context, press: ShowDoubts) -> Reply:
    draft = _draft(ctx, press.draft)
    return draft if isinstance(draft, str) else _next_doubt(ctx, draft, after=0)


@action(DecideDoubt)
def decide_doubt(ctx: Context, press: DecideDoubt) -> Reply:
    draft = _draft(ctx, press.draft)
    if isinstance(draft, str):
        return draft
    if press.who:
        draft.decisions = {**draft.decisions, str(press.row): press.who}
    said = {"": "先放着", "new": "不是同一家"}.get(press.who, f"是 {press.who}")
    ctx.close_card(said)
    return _next_doubt(ctx, draft, after=press.row)


def _next_doubt(ctx: Context, draft: ImportDraft, *, after: int) -> Reply:
    reading = reading_of(ctx, draft)
    waiting = [row for row in plan_of(ctx, draft, reading).of(Verdict.SUSPECTED) if row.number > after]
    if not waiting:
        return preview(ctx, draft, reading)
    known = CUSTOMERS.current(ctx.session, set(waiting[0].like))
    return doubt(draft, waiting[0], len(waiting), known)


def _draft(ctx: Context, draft_id: int) -> ImportDraft | str:
    """Return the open draft, or what to say when it is closed."""
    draft = ctx.session.get(ImportDraft, draft_id)
    if draft is None or draft.person_id != ctx.sender.id or ctx.sender.role != Role.ADMIN:
        raise UserError("这份预演不是你的。")
    if draft.state == DraftState.DONE:
        return f"这份已经导入了，批次 {draft.batch_id}。"
    if draft.state == DraftState.DROPPED:
        return "这份已经放弃了，要导入请重新发文件。"
    return draft


@command(
    "撤销导入",
    help="把一批导入整批撤回",
    usage="撤销导入 IM-20261117-01",
    shelf=Shelf.ADMIN,
    positional=("batch",),
    roles=(Role.ADMIN,),
)
def undo_import(ctx: Context) -> Reply:
    return _undo_preview(ctx, ctx.args.rest if ctx.args else "")


@action(UndoImport)
def undo_pressed(ctx: Context, press: UndoImport) -> Reply:
    return _undo_preview(ctx, press.batch)


def _undo_preview(ctx: Context, said: str) -> Reply:
    batch = find_batch(ctx.session, said)
    if batch is None:
        raise UserError(f"没有批次「{said}」，编号像 IM-20261117-01。" if said else "还没有导入过。")
    if batch.undone_at is not None:
        return f"{batch.id} 已经撤销过了。"
    return undo_preview(plan_undo(ctx.session, batch))


@action(RunUndo)
def run_undo(ctx: Context, press: RunUndo) -> Reply:
    batch = find_batch(ctx.session, press.batch)
    if batch is None or ctx.sender.role != Role.ADMIN:
        raise UserError("只有管理员能撤销导入。")
    if batch.undone_at is not None:
        return f"{batch.id} 已经撤销过了。"
    plan = plan_undo(ctx.session, batch)
    if (len(plan.remove), len(plan.restore)) != (press.removed, press.restored):
        ctx.close_card("名单变了，看新的预演")
        return undo_preview(plan)
    undo_batch(ctx.session, plan, now=ctx.now)
    ctx.note(
        "import.undone", "import", batch.id, removed=len(plan.remove), restored=len(plan.restore), kept=len(plan.kept)
    )
    ctx.close_card("已撤销")
    return undone(plan)
