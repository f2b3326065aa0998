"""竞品: the rivals' own names, so that 格美 is heard as well as 竞品 (F09, C14)."""

from __future__ import annotations

import re
from typing import Final

from bot import Context, Reply, Shelf, UserError, command
from models.person import Role
from models.signal import put_rival_names, rival_names

READERS: Final = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR, Role.VP, Role.PRESALES, Role.MARKETING, Role.ADMIN})
EDITORS: Final = frozenset({Role.MANAGER, Role.DIRECTOR, Role.VP, Role.MARKETING, Role.ADMIN})
CHANGE: Final = re.compile(r"(加|新增|添加|去掉|删掉|删除|去)[\s:：]*(.*)", re.DOTALL)
SEPARATOR: Final = re.compile(r"[、，,;；\n/]+")
NAME: Final = re.compile(r"[\w一-龥 .&·'’\-]{2,20}")
MAX_NAMES: Final = 500


@command(
    "竞品", aliases=("竞品名单", "对手名单"), help="竞品品牌名单，加进去就听得出", usage="/竞品 加 格美、恒力", shelf=Shelf.ASK, roles=READERS,
    glue=("加", "去掉"),
)  # fmt: skip
def rivals(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    match = CHANGE.fullmatch(said)
    if match is None:
        return _list(ctx)
    if Role(ctx.sender.role) not in EDITORS:
        raise UserError("竞品名单由主管以上或市场维护，把名字告诉主管就行。")
    names = list(dict.fromkeys(" ".join(name.split()) for name in SEPARATOR.split(match[2]) if name.strip()))
    if not names:
        raise UserError("哪个品牌？例：/竞品 加 格美、恒力")
    return _add(ctx, names) if match[1] in {"加", "新增", "添加"} else _drop(ctx, names)


def _list(ctx: Context) -> Reply:
    told, configured = rival_names(ctx.session), ctx.settings.rules.signal.rivals
    names = list(dict.fromkeys([*configured, *told]))
    if not names:
        return "竞品名单还是空的。主管以上发：/竞品 加 格美、恒力"
    return f"竞品名单（{len(names)}）：{'、'.join(names)}"


def _add(ctx: Context, names: list[str]) -> Reply:
    wrong = [name for name in names if not NAME.fullmatch(name)]
    if wrong:
        raise UserError(f"「{wrong[0][:20]}」不像品牌名：2–20 个字，不带符号。")
    after = {*rival_names(ctx.session), *names}
    if len(after) > MAX_NAMES:
        raise UserError(f"名单最多 {MAX_NAMES} 个。")
    _keep(ctx, after)
    return f"记下了：{'、'.join(names)}。以后写到就算竞品信号。"


def _drop(ctx: Context, names: list[str]) -> Reply:
    known = set(rival_names(ctx.session))
    missing = [name for name in names if name not in known]
    if missing:
        raise UserError(f"名单里没有「{missing[0]}」。")
    _keep(ctx, known - set(names))
    return f"去掉了：{'、'.join(names)}。"


def _keep(ctx: Context, names: set[str]) -> None:
    before = rival_names(ctx.session)
    put_rival_names(ctx.session, names)
    ctx.note("rivals.changed", "setting", "rival_names", before=before, after=sorted(names))
