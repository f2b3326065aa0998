"""Imports in chat: what would happen, the doubtful rows one by one, what was written, and taking a batch back (J12, J8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.action import Action
from bot.importing import Plan, PlannedRow, Verdict
from bot.reply import Button, ButtonStyle, Card, Field
from models.import_batch import ImportBatch, ImportDraft, UndoPlan
from models.register import REGISTERS

SHOWN_REASONS = 5


@dataclass(frozen=True, slots=True)
class RunImport(Action, name="import.run"):
    """Write what was shown."""

    draft: int


@dataclass(frozen=True, slots=True)
class DropImport(Action, name="import.drop"):
    """Leave the file alone."""

    draft: int


@dataclass(frozen=True, slots=True)
class ShowDoubts(Action, name="import.doubts"):
    """Look at the doubtful rows, one by one."""

    draft: int


@dataclass(frozen=True, slots=True)
class DecideDoubt(Action, name="import.decide"):
    """Say who a doubtful row is: an id, `new`, or nothing for later."""

    draft: int
    row: int
    who: str


@dataclass(frozen=True, slots=True)
class ExportProblems(Action, name="import.problems"):
    """Give the rows with problems as a file."""

    draft: int


@dataclass(frozen=True, slots=True)
class UndoImport(Action, name="import.undo"):
    """Preview taking a batch back."""

    batch: str


@dataclass(frozen=True, slots=True)
class RunUndo(Action, name="import.undo_run"):
    """Take a batch back; the numbers are what was shown."""

    batch: str
    removed: int
    restored: int


def lines_of(plan: Plan) -> list[tuple[str, str]]:
    """Return what a plan comes to, as (label, value); lines that say nothing are left out."""
    counts = plan.counts
    rows = (
        ("新建", counts["new"], ""),
        ("更新", counts["changed"], "编号已有，有改动"),
        ("相同", counts["same"], "编号已有，内容一样，不动"),
        ("疑似同一家", counts["suspected"], "要你看；没看的不写入"),
        ("补「未知来源」", counts["filled"], "来源空着或不在名单里"),
        ("有问题", counts["bad"], "不写入，可导出原因"),
    )
    found = [(label, f"{count:,}" + (f"（{note}）" if note else "")) for label, count, note in rows if count]
    if plan.same_named:
        found.append(("同名不同家", f"{plan.same_named} 组，编号不同，不会合并"))
    if plan.ignored:
        found.append(("没用上的列", "、".join(plan.ignored[:8])))
    return found


def reasons_of(plan: Plan) -> list[str]:
    """Return the first problems with their row numbers."""
    bad = plan.of(Verdict.BAD)
    lines = [f"第 {row.number} 行 {row.label}：{'；'.join(row.reasons)}" for row in bad[:SHOWN_REASONS]]
    return lines + ([f"…还有 {len(bad) - SHOWN_REASONS} 行"] if len(bad) > SHOWN_REASONS else [])


def import_preview(draft: ImportDraft, plan: Plan, *, changed: bool = False) -> Card:
    """Say what would happen; nothing is written yet."""
    counts = plan.counts
    said = ["预演之后名单变了，请再看一次。"] if changed else []
    said.append(f"「{draft.file_name}」{counts['total']:,} 行，还没写入。")
    buttons = []
    if counts["new"] + counts["changed"]:
        buttons.append(Button("执行", RunImport(draft.id), ButtonStyle.PRIMARY))
    if counts["suspected"]:
        buttons.append(Button(f"看 {counts['suspected']} 条疑似", ShowDoubts(draft.id)))
    if counts["bad"] + counts["suspected"] + counts["filled"]:
        buttons.append(Button("导出问题行", ExportProblems(draft.id)))
    buttons.append(Button("算了", DropImport(draft.id)))
    fields = tuple(Field(label, value) for label, value in lines_of(plan))
    body = "\n".join([*said, *reasons_of(plan)])
    return Card(title=f"导入预演 · {plan.kind.title}", body=body, fields=fields, buttons=tuple(buttons))


def doubt(draft: ImportDraft, row: PlannedRow, left: int, known: Mapping[str, Mapping[str, str]]) -> Card:
    """Ask whether a row is a customer there is; no phone numbers or amounts are shown (L15)."""
    there = [f"· {id_} {known[id_]['name']}　{known[id_].get('region', '')}" for id_ in row.like if id_ in known]
    facts = "　".join(str(row.values.get(c) or "") for c in ("id", "name", "region") if row.values.get(c))
    buttons = [Button(f"是 {id_}", DecideDoubt(draft.id, row.number, id_)) for id_ in row.like if id_ in known]
    buttons += [
        Button("不是同一家", DecideDoubt(draft.id, row.number, "new")),
        Button("先放着", DecideDoubt(draft.id, row.number, "")),
    ]
    body = f"第 {row.number} 行：{facts}\n已有的：\n" + "\n".join(there)
    return Card(title=f"是同一家吗？还剩 {left} 条", body=body, buttons=tuple(buttons))


def imported(batch: ImportBatch, left: int) -> Card:
    """Say what was written, and how it is taken back."""
    counts = batch.counts
    parts = [f"新建 {counts['new']:,}", f"更新 {counts['changed']:,}", f"相同 {counts['same']:,}"]
    parts += [f"没写入 {left:,}"] if left else []
    body = f"{'，'.join(parts)}。没有给任何销售发推送。\n要整批撤回，发「撤销导入 {batch.id}」。"
    return Card(
        title=f"导入完成 · {REGISTERS[batch.kind].title} {batch.id}", body=body,
        buttons=(Button("撤销这批", UndoImport(batch.id)),),
    )  # fmt: skip


def import_told(batch: ImportBatch, who: str) -> str:
    """What the other administrators read: one line a batch."""
    counts = batch.counts
    what = f"新建 {counts['new']:,}，更新 {counts['changed']:,}"
    return f"{who}导入了{REGISTERS[batch.kind].title}「{batch.file_name}」：{what}（{batch.id}，可「撤销导入 {batch.id}」）"


def undo_preview(plan: UndoPlan) -> Card:
    """Say what taking a batch back would do."""
    kept = f"，有 {len(plan.kept):,} 条后来被改过或用过，不动" if plan.kept else ""
    body = f"将删除 {len(plan.remove):,} 条，还原 {len(plan.restore):,} 条{kept}。"
    run = RunUndo(plan.batch.id, len(plan.remove), len(plan.restore))
    buttons = (Button("执行", run, ButtonStyle.DANGER),) if plan.remove or plan.restore else ()
    return Card(title=f"撤销导入 {plan.batch.id}？", body=body, buttons=buttons)


def undone(plan: UndoPlan) -> str:
    """Say what taking a batch back did."""
    kept = f"，{len(plan.kept):,} 条后来被改过或用过，没动" if plan.kept else ""
    return f"已撤销 {plan.batch.id}：删除 {len(plan.remove):,} 条，还原 {len(plan.restore):,} 条{kept}。"
