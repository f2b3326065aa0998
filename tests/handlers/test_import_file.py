"""The administrator sends a table in chat: a preview first, doubtful rows one by one, one batch, taken back as a whole (J12, J8)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.sheet import csv_bytes, xlsx_bytes
from models.chat import OutboxRow
from models.customer import Customer, CustomerAlias
from models.import_batch import ImportBatch, ImportChange
from tests.chat import Company

HEADS = ["客户编号", "客户名称", "别名", "负责人", "来源"]
ROWS = [
    HEADS,
    ["C1001", "华东机械有限公司", "", "zhouhang", "展会扫码"],
    ["C1002", "蓝海包装有限公司", "蓝海集团", "zhouhang", ""],
    ["C5001", "恒立液压有限公司", "", "sun", ""],
    ["C5002", "鹏程照明电器厂", "", "sun", "官网表单"],
    ["C5003", "鹏程照明电器厂", "", "linke", "官网表单"],
    ["C5004", "云雀乐器有限公司", "", "nobody", "官网表单"],
]
FILE = {"客户.xlsx": xlsx_bytes([("客户", ROWS)])}


def _customers(company: Company) -> set[str]:
    with company.session() as session:
        return set(session.scalars(select(Customer.id)))


def test_a_table_sent_with_one_word_is_previewed_and_nothing_is_written(company: Company) -> None:
    before = _customers(company)
    (shown,) = company.say("akai", "导入", files=FILE)
    fields = {field.label: field.value for field in shown.card.fields}
    assert fields["新建"].startswith("2")
    assert fields["更新"].startswith("1")
    assert fields["相同"].startswith("1")
    assert fields["疑似同一家"].startswith("1")
    assert fields["有问题"].startswith("1")
    assert "1 组" in fields["同名不同家"]
    assert "第 7 行 云雀乐器有限公司：owner：没有编号为 nobody 的人" in shown.text
    assert shown.buttons == ["执行", "看 1 条疑似", "导出问题行", "算了"]
    assert _customers(company) == before


def test_a_table_alone_is_recognised_and_the_word_first_works_too(company: Company) -> None:
    assert "导入预演" in company.say("akai", files=FILE)[0].text
    assert "发给我" in company.say("akai", "导入 客户")[0].text
    assert "导入预演" in company.say("akai", files=FILE)[0].text


def test_doubtful_rows_are_decided_one_by_one_and_the_batch_does_what_was_shown(company: Company) -> None:
    company.say("akai", "导入", files=FILE)
    (asked,) = company.press("akai", "看 1 条疑似")
    assert "C1004" in asked.text
    assert "138" not in asked.text
    (again,) = company.press("akai", "是 C1004")
    assert {field.label: field.value for field in again.card.fields}["更新"].startswith("2")
    (done,) = company.press("akai", "执行", on=again)
    assert "IM-20261116-01" in done.text
    assert "新建 2，更新 2，相同 1，没写入 1" in done.text
    with company.session() as session:
        aliases = set(session.scalars(select(CustomerAlias.alias).where(CustomerAlias.customer_id == "C1004")))
        batch = session.get_one(ImportBatch, "IM-20261116-01")
        changes = session.scalar(select(func.count(ImportChange.id)))
    assert "恒立液压有限公司" in aliases
    assert changes == batch.counts["new"] + batch.counts["changed"] == 4
    assert {"C5002", "C5003"} <= _customers(company)
    assert "C5001" not in _customers(company)


def test_nobody_else_hears_of_single_rows_and_other_administrators_hear_once(company: Company) -> None:
    company.say("akai", "导入", files={"people.csv": "id,name,role\nadmin2,阿梅,admin\n".encode()})
    company.press("akai", "执行")
    company.say("akai", "导入", files=FILE)
    company.press("akai", "执行")
    with company.session() as session:
        pushes = session.scalars(select(OutboxRow).where(OutboxRow.is_push)).all()
    assert [row.person_id for row in pushes] == ["admin2", "admin2"]  # one a batch


def test_pressing_twice_writes_once(company: Company) -> None:
    (shown,) = company.say("akai", "导入", files=FILE)
    company.press("akai", "执行", on=shown)
    before = _customers(company)
    button = next(b for b in shown.card.buttons if b.label == "执行")
    assert button.disabled
    with company.session() as session:
        assert session.scalar(select(func.count(ImportBatch.id))) == 1
    assert _customers(company) == before


def test_a_list_that_changed_since_the_preview_is_shown_again_before_anything_is_written(company: Company) -> None:
    (first,) = company.say("akai", "导入", files=FILE)
    company.say("akai", "导入", files={"one.csv": csv_bytes([HEADS, ROWS[4]])})
    company.press("akai", "执行")
    (again,) = company.press("akai", "执行", on=first)
    assert "名单变了" in again.text
    assert "C5003" not in _customers(company)


def test_a_whole_batch_is_taken_back_with_a_preview(company: Company) -> None:
    before = _customers(company)
    company.say("akai", "导入", files=FILE)
    company.press("akai", "执行")
    company.say("sun", "拜访 #C5002")
    (preview,) = company.say("akai", "撤销导入 IM-20261116-01")
    assert "将删除 1 条，还原 1 条，有 1 条后来被改过或用过，不动" in preview.text
    (done,) = company.press("akai", "执行", on=preview)
    assert "已撤销" in done.text
    assert _customers(company) == before | {"C5002"}
    assert "已经撤销过" in company.say("akai", "撤销导入 im-20261116-01")[0].text
    assert "没有批次" in company.say("akai", "撤销导入 IM-20990101-01")[0].text


def test_only_administrators_import(company: Company) -> None:
    assert "只有管理员" in company.say("zhouhang", "导入", files=FILE)[0].text
    assert "预演" not in company.say("zhouhang", files=FILE)[0].text
    assert "只有管理员" in company.say("chenmin", "撤销导入 IM-20261116-01")[0].text


def test_problem_rows_come_as_a_file(company: Company) -> None:
    company.say("akai", "导入", files=FILE)
    (shown,) = company.press("akai", "导出问题行")
    document = shown.content
    text = (company.app.services.media.get(document.key) or b"").decode("utf-8-sig")  # type: ignore[union-attr]
    assert "7,owner：没有编号为 nobody 的人,C5004" in text
    assert "疑似与 C1004" in text


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [("a.csv", b"", "空的"), ("b.xlsx", b"PK\x03\x04xx", "打不开"), ("c.csv", b"a,b\n1,2\n", "分不出")],
)
def test_a_file_that_is_no_table_gets_one_clear_sentence(company: Company, name: str, data: bytes, said: str) -> None:
    assert said in company.say("akai", "导入", files={name: data or b"\n"})[0].text


def test_a_long_list_is_compared_piece_by_piece_and_the_preview_comes_by_itself(company: Company) -> None:
    rows = [HEADS, *[[f"C9{n:03d}", f"第{n}号独立制造厂", "", "sun", "官网表单"] for n in range(250)]]
    (shown,) = company.say("akai", "导入", files={"多.csv": csv_bytes(rows)})
    assert "250 行，正在" in shown.text
    company.advance(seconds=5)
    last = company.last("akai")
    assert "导入预演" in last.text
    company.press("akai", "执行", on=last)
    assert len(_customers(company)) == 256
