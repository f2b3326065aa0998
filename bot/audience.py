"""Whom an announcement is for, as a person says it: a group's name or purpose, people's names, the team, everybody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.context import Context, UserError
from models.chat import GroupMemberRow, GroupRow
from models.person import Person, Role, tree_of

PURPOSES: Final = {"销售群": "sales", "团队群": "team", "总部群": "hq"}
TEAM: Final = frozenset({"我的团队", "团队", "全组", "本组"})
EVERYBODY: Final = frozenset({"全员", "所有人", "全公司", "大家"})
HERE: Final = frozenset({"本群", "这个群"})
_SPLIT: Final = re.compile(r"[、,，和]")


@dataclass(frozen=True, slots=True)
class Audience:
    """Groups and people by id, and the words for them."""

    label: str
    group_ids: tuple[str, ...] = ()
    person_ids: tuple[str, ...] = ()


def audience_of(ctx: Context, words: str) -> Audience | None:
    """Return whom the words mean; None when they name nobody. Raises UserError when they name somebody out of reach."""
    found = [_one(ctx, word.strip()) for word in _SPLIT.split(words) if word.strip()]
    known = [one for one in found if one is not None]
    if not found or len(known) < len(found):
        return None
    groups = tuple(dict.fromkeys(id_ for one in known for id_ in one.group_ids))
    people = tuple(dict.fromkeys(id_ for one in known for id_ in one.person_ids))
    return Audience("、".join(one.label for one in known), groups, people)


def offers(ctx: Context) -> list[str]:
    """Return what to offer when nothing was said: the groups within reach, then the team or everybody."""
    names = [group.name for group in _groups(ctx) if _unreachable(ctx, group) is None]
    return [*names[:5], "全员" if ctx.sender.role == Role.ADMIN else "我的团队"]


def _one(ctx: Context, word: str) -> Audience | None:
    if word in HERE and ctx.group_id:
        return _group_audience(ctx, ctx.session.get_one(GroupRow, ctx.group_id))
    if word in TEAM or word in EVERYBODY:
        return Audience(word, person_ids=_below(ctx, everybody=word in EVERYBODY and ctx.sender.role == Role.ADMIN))
    if named := _named_groups(ctx.session, word):
        return _allowed_group(ctx, named, word)
    people = list(ctx.session.scalars(select(Person).where(Person.name == word, Person.active).order_by(Person.id)))
    if len(people) > 1:
        raise UserError(f"有 {len(people)} 位「{word}」，请写团队或群。")
    if not people:
        _refuse_unknown_group(word)
        return None
    if ctx.sender.role != Role.ADMIN and people[0].id not in ctx.sight.owners:
        raise UserError(f"{word}不在你的团队，公告发不到他。")
    return Audience(word, person_ids=(people[0].id,))


def _refuse_unknown_group(word: str) -> None:
    if word.endswith("群") and 2 < len(word) <= 20:
        raise UserError(f"我不在「{word}」里，发不到。请把我拉进群，在群里 @我 发：/绑定本群 销售")


def _named_groups(session: Session, word: str) -> list[GroupRow]:
    groups = list(session.scalars(select(GroupRow).order_by(GroupRow.id)))
    exact = [group for group in groups if group.name == word]
    return exact or [group for group in groups if group.purpose and group.purpose == PURPOSES.get(word)]


def _groups(ctx: Context) -> list[GroupRow]:
    """Return the groups a person may announce in: an administrator all, others those they are in or that list nobody."""
    groups = list(ctx.session.scalars(select(GroupRow).order_by(GroupRow.id)))
    if ctx.sender.role == Role.ADMIN:
        return groups
    mine = set(ctx.session.scalars(select(GroupMemberRow.group_id).where(GroupMemberRow.person_id == ctx.sender.id)))
    return [group for group in groups if group.id in mine or not group.members_known]


def _allowed_group(ctx: Context, named: list[GroupRow], word: str) -> Audience:
    allowed = {group.id for group in _groups(ctx)}
    mine = [group for group in named if group.id in allowed]
    if not mine:
        raise UserError(f"你不在「{word}」里，不能在那里发公告。")
    parts = [_group_audience(ctx, group) for group in mine]
    return Audience("、".join(part.label for part in parts), tuple(id_ for part in parts for id_ in part.group_ids))


def _group_audience(ctx: Context, group: GroupRow) -> Audience:
    if reason := _unreachable(ctx, group):
        raise UserError(reason)
    return Audience(group.name, (group.id,))


def _unreachable(ctx: Context, group: GroupRow) -> str | None:
    if group.platform in ctx.services.adapters:
        return None
    platform = {"wecom": "企业微信", "dingtalk": "钉钉"}.get(group.platform, group.platform)
    return f"「{group.name}」在{platform}，现在没有接上{platform}，发不到。请管理员看 /体检。"


def _below(ctx: Context, *, everybody: bool) -> tuple[str, ...]:
    query = select(Person.id).where(Person.active, Person.role != Role.OUTSIDER, Person.id != ctx.sender.id)
    if not everybody:
        query = query.where(Person.id.in_(tree_of(ctx.session, ctx.sender.id)))
    return tuple(ctx.session.scalars(query.order_by(Person.id)))
