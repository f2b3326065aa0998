"""The columns of every kind of file: English and Chinese heads, what must be there, and how a cell is read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from models.person import Role

Read = Callable[[str], Any]

ROLE_WORDS: Final = MappingProxyType(
    {
        **{role.value: role.value for role in Role if role is not Role.OUTSIDER},
        "销售": "rep", "业务员": "rep", "销售代表": "rep", "客户经理": "rep", "主管": "manager", "销售主管": "manager", "经理": "manager",
        "总监": "director", "区域总监": "director", "销售总监": "director", "副总": "vp", "销售vp": "vp", "销售副总": "vp", "售前": "presales",
        "交付": "delivery", "财务": "finance", "市场": "marketing", "店长": "store", "门店": "store", "总部": "hq", "管理员": "admin",
    }
)  # fmt: skip
"""What a file may call a role → the role."""

_YES: Final = frozenset({"1", "true", "yes", "y", "是", "在职", "启用", "√"})
_NO: Final = frozenset({"0", "false", "no", "n", "否", "离职", "停用", "×"})
_ID: Final = re.compile(r"[\w.@-]{1,64}")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the other heads it may have, whether a new record needs it, and how a cell is read."""

    name: str
    heads: tuple[str, ...]
    read: Read
    required: bool = False


@dataclass(frozen=True, slots=True)
class ImportKind:
    """What a file of one kind looks like; `marks` are columns that no other kind has."""

    name: str
    title: str
    columns: tuple[Column, ...]
    marks: frozenset[str]
    aliases: tuple[str, ...] = ()

    def column(self, head: str) -> Column | None:
        """Return the column a head means."""
        wanted = folded(head)
        return next((c for c in self.columns if wanted == c.name or wanted in c.heads), None)


def folded(head: str) -> str:
    """Return a head without blanks, marks for "required" and notes in brackets."""
    return re.sub(r"[\s*＊:：]|[(（].*?[)）]", "", head).casefold()


def text(most: int) -> Read:
    """Read words up to a length."""

    def read(cell: str) -> str:
        if len(cell) > most:
            raise ValueError(f"超过 {most} 字")
        return cell

    return read


def identifier(most: int) -> Read:
    """Read an id: letters, digits, Chinese, and . _ - @."""

    def read(cell: str) -> str:
        if len(cell) > most or not _ID.fullmatch(cell):
            raise ValueError(f"「{cell[:20]}」不能作编号（只用字母、数字、- _ . @，最长 {most}）")
        return cell

    return read


def role(cell: str) -> str:
    """Read a role by its English or Chinese word."""
    found = ROLE_WORDS.get(cell.casefold())
    if found is None:
        known = " ".join(item.value for item in Role if item is not Role.OUTSIDER)
        raise ValueError(f"不认识的角色「{cell[:20]}」，可用：{known}")
    return found


def yes_or_no(cell: str) -> bool:
    """Read whether somebody works here."""
    word = cell.casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError(f"「{cell[:20]}」看不懂，请写 1 或 0")


def degrees(most: float) -> Read:
    """Read a latitude or longitude."""

    def read(cell: str) -> float:
        try:
            value = float(cell)
        except ValueError:
            raise ValueError(f"「{cell[:20]}」不是坐标") from None
        if not math.isfinite(value) or abs(value) > most:
            raise ValueError(f"坐标 {cell[:20]} 超出 ±{most:.0f}")
        return value

    return read


def names(cell: str) -> list[str]:
    """Read aliases split by semicolons."""
    found = list(dict.fromkeys(part.strip() for part in re.split(r"[;；]", cell) if part.strip()))
    if any(len(part) > 100 for part in found):
        raise ValueError("有一个别名超过 100 字")
    return found


PEOPLE: Final = ImportKind(
    "people", "人员",
    (
        Column("id", ("人员编号", "编号", "工号"), identifier(64), required=True),
        Column("name", ("姓名", "名字", "人员姓名"), text(64), required=True),
        Column("role", ("角色", "岗位", "职务"), role, required=True),
        Column("manager", ("上级", "直属上级", "主管", "直属主管", "上级编号"), identifier(64)),
        Column("team", ("团队", "小组", "部门"), text(64)),
        Column("region", ("区域", "地区", "大区"), text(64)),
        Column("wecom_userid", ("企微账号", "企业微信账号", "企微userid", "企业微信userid"), text(128)),
        Column("dingtalk_userid", ("钉钉账号", "钉钉userid"), text(128)),
        Column("mobile", ("手机", "手机号", "电话"), text(32)),
        Column("email", ("邮箱", "电子邮箱", "邮件"), text(120)),
        Column("active", ("在职", "启用", "是否在职", "状态"), yes_or_no),
    ),
    frozenset({"manager", "wecom_userid", "dingtalk_userid", "team", "active"}), ("人员", "员工", "同事"),
)  # fmt: skip

CUSTOMERS: Final = ImportKind(
    "customers", "客户",
    (
        Column("id", ("客户编号", "编号", "客户id", "客户编码"), identifier(32)),
        Column("name", ("客户名称", "名称", "客户", "公司名称", "客户全称"), text(200), required=True),
        Column("aliases", ("别名", "简称", "客户别名", "其他名称"), names),
        Column("industry", ("行业", "客户行业"), text(64)),
        Column("region", ("区域", "地区", "城市"), text(64)),
        Column("owner", ("负责人", "负责人编号", "销售", "归属"), identifier(64)),
        Column("address", ("地址", "客户地址", "登记地址"), text(300)),
        Column("lat", ("纬度", "latitude"), degrees(90)),
        Column("lng", ("经度", "longitude", "lon"), degrees(180)),
        Column("source", ("来源", "客户来源"), text(64)),
        Column("grade", ("级别", "等级", "客户级别", "客户等级"), text(8)),
    ),
    frozenset({"aliases", "industry", "owner", "address", "source", "grade", "lat"}), ("客户", "公司"),
)  # fmt: skip

CONTACTS: Final = ImportKind(
    "contacts", "联系人",
    (
        Column("customer", ("客户编号", "客户", "客户id", "所属客户"), identifier(32), required=True),
        Column("name", ("姓名", "联系人", "联系人姓名"), text(64), required=True),
        Column("title", ("职位", "职务", "头衔"), text(64)),
        Column("role", ("角色", "决策角色", "决策链角色"), text(32)),
        Column("mobile", ("手机", "手机号", "电话"), text(32)),
    ),
    frozenset({"customer", "title"}), ("联系人",),
)  # fmt: skip

KINDS: Final = MappingProxyType({kind.name: kind for kind in (PEOPLE, CUSTOMERS, CONTACTS)})
"""Every kind of file by the word of the command line."""


def kind_named(word: str) -> ImportKind | None:
    """Return the kind a person names: customers, 客户."""
    wanted = word.strip().casefold()
    return next((k for k in KINDS.values() if wanted == k.name or wanted in k.aliases), None)


def guess_kind(heads: Sequence[str]) -> ImportKind | None:
    """Return the kind a file's heads speak for: most heads understood, every required one among them."""
    fitting = []
    for kind in KINDS.values():
        known = {column.name for head in heads if (column := kind.column(head))}
        if known >= {c.name for c in kind.columns if c.required}:
            fitting.append((len(known) + len(known & kind.marks), kind))
    best = sorted(fitting, key=lambda item: item[0], reverse=True)[:2]
    if not best or (len(best) == 2 and best[0][0] == best[1][0]):
        return None
    return best[0][1]
