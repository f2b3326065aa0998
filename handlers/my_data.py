"""我的数据, 清除个人数据: what is stored about oneself as a file; one person's data erased by an administrator (PIPL 45, 47)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, Final

from bot import Context, Document, Reply, Shelf, UserError, action, command
from bot.cards.my_data import ErasePerson, KeepPerson, erasure_preview
from bot.media import remember_media
from bot.sheet import csv_bytes
from models.person import Person, Role
from models.personal import counts_of, erase_person, named, pages_of, photos_of, whose

KEEP_DAYS: Final = 1
"""Days the file itself is kept: it holds everything, so it goes first."""
SUFFIX: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}


@command("我的数据", aliases=("导出我的数据",), help="导出存着的关于你的一切", usage="/我的数据", shelf=Shelf.SELF)
def my_data(ctx: Context) -> Reply:
    if ctx.is_group:
        raise UserError("这里有你的个人数据，请私聊发给我。")
    packed = _packed(ctx)
    key = ctx.services.media.put(packed)
    name = f"我的数据-{ctx.sender.id}-{ctx.calendar.local_date(ctx.now)}.zip"
    remember_media(
        ctx.session,
        key,
        name=name,
        mime="application/zip",
        size=len(packed),
        kind="file",
        now=ctx.now,
        keep_days=KEEP_DAYS,
    )
    ctx.note("person.exported", "person", ctx.sender.id)
    return Document(key, name, caption="存着的关于你的一切都在里面，只发给了你，明天删除这份文件。")


def _packed(ctx: Context) -> bytes:
    who = whose(ctx.session, ctx.sender)
    out, everything = io.BytesIO(), {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for title, rows in pages_of(ctx.session, who):
            pack.writestr(f"{title}.csv", csv_bytes([[_cell(cell) for cell in row] for row in rows]))
            everything[title] = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
        pack.writestr("全部.json", json.dumps(everything, ensure_ascii=False, indent=1, default=str))
        for photo in photos_of(ctx.session, who):
            data = ctx.services.media.get(photo.key)
            if data is not None:
                pack.writestr(f"附件/{photo.key[:16]}.{SUFFIX.get(photo.mime, 'bin')}", data)
    return out.getvalue()


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


@command(
    "清除个人数据", help="清除一个人的个人数据", usage="/清除个人数据 周航", shelf=Shelf.SELF, roles=frozenset({Role.ADMIN}),
    positional=("person",),
)  # fmt: skip
def erase_data(ctx: Context) -> Reply:
    if ctx.is_group:
        raise UserError("请私聊发给我。")
    words = ctx.args.rest.strip() if ctx.args else ""
    people = named(ctx.session, words)
    if not people:
        raise UserError("清除谁的？写全名或编号，例：/清除个人数据 周航")
    if len(people) > 1:
        raise UserError(f"有 {len(people)} 个人叫这个名字，请写编号：{'、'.join(person.id for person in people)}")
    person = _erasable(ctx, people[0])
    who = whose(ctx.session, person)
    return erasure_preview(person.id, person.name, counts_of(ctx.session, who), len(photos_of(ctx.session, who)))


@action(ErasePerson)
def erase_pressed(ctx: Context, press: ErasePerson) -> Reply:
    if ctx.sender.role != Role.ADMIN:
        raise UserError("只有管理员能清除个人数据。")
    person = ctx.session.get(Person, press.person_id)
    if person is None:
        raise UserError("名单里没有这个人了。")
    name = _erasable(ctx, person).name
    counts = erase_person(ctx.session, person, now=ctx.now, by=ctx.sender.id, cause=ctx.cause)
    ctx.close_card("已清除")
    return f"{name}（{press.person_id}）的个人数据已清除：{sum(counts.values()):,} 条，照片原件今晚删除。操作链完好。"


@action(KeepPerson)
def keep_pressed(ctx: Context, press: KeepPerson) -> Reply:
    ctx.close_card("没有清除")
    return f"好，{press.person_id} 的数据不动。"


def _erasable(ctx: Context, person: Person) -> Person:
    if person.id == ctx.sender.id:
        raise UserError("不能清除自己，请让另一位管理员来做。")
    return person
