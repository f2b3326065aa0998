"""The boundary statement of a proposal, and the requirement lists it stands on (P04)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from models.requirement import RequirementList


def boundary_statement(row: RequirementList, zone: ZoneInfo) -> str:
    """Return the sentence to put at the end of a proposal; nothing in it can be filled in by hand."""
    local = row.confirmed_at.astimezone(zone)
    day = f"{local.year}年{local.month}月{local.day}日"
    return f"本方案基于客户 {day} 确认的需求清单（编号 {row.id}），新增需求需重新评估排期。"


def list_recorded(row: RequirementList, customer: str) -> str:
    """Receipt of a recorded list."""
    older = f"（第 {row.version} 版，旧版声明作废，请换新）" if row.version > 1 else ""
    return f"✅ {customer} 需求清单已记：{row.id}{older}。要写进方案就发「边界声明」。"


def nothing_recorded(customer: str) -> str:
    """Say that there is nothing to quote yet, and how to record it."""
    return f"{customer} 还没有确认过的需求清单，声明没有依据。先登记：需求清单 {customer} 内容"
