"""Import from the command line: what is new, what is the same, what is refused and why, and the whole of it taken back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.sheet import xlsx_bytes
from models.customer import Contact, Customer, CustomerAlias
from models.event import Event
from models.import_batch import ImportBatch
from models.person import Account, Person, managers_of
from tests.bot.cli import CommandLine

PEOPLE = """id,name,role,manager,team,region,wecom_userid,dingtalk_userid,mobile,email,active
zhou,周航,rep,chen,华东一组,华东,zhouhang,,13800000001,,1
chen,陈敏,manager,he,华东一组,华东,chenmin,dd-chen,,chen@example.com,1
he,何川,director,,华东区,华东,hechuan,,,,1
"""
CUSTOMERS = """id,name,aliases,industry,region,owner,address,lat,lng,source,grade
C2001,云帆精密机械有限公司,云帆;云帆精密,制造业,无锡,zhou,无锡市新吴区,31.5,120.4,官网表单,A
C2002,天禾食品有限公司,,零售业,南京,zhou,,,,,
"""


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


@pytest.fixture
def staffed(shell: CommandLine) -> CommandLine:
    assert shell.run("import", "people", shell.write("people.csv", PEOPLE)).exit_code == 0
    return shell


def _all(shell: CommandLine, query: Any) -> Sequence[Any]:
    database = shell.database()
    with database.read() as session:
        found = session.scalars(query).all()
    database.close()
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_managers_may_stand_below_the_people_they_lead(shell: CommandLine, encoding: str) -> None:
    result = shell.run("import", "people", shell.write("people.csv", PEOPLE, encoding))
    assert result.exit_code == 0, result.output
    assert "新建：3" in result.output
    database = shell.database()
    with database.read() as session:
        assert [p.name for p in managers_of(session, "zhou")] == ["陈敏", "何川"]
        accounts = {(a.platform, a.account_id): a.person_id for a in session.scalars(select(Account))}
    database.close()
    assert accounts[("wecom", "zhouhang")] == "zhou"
    assert accounts[("dingtalk", "dd-chen")] == "chen"


def test_a_dry_run_writes_nothing(shell: CommandLine) -> None:
    result = shell.run("import", "people", shell.write("people.csv", PEOPLE), "--dry-run")
    assert result.exit_code == 0
    assert "预演（未写入）" in result.output
    assert "新建：3" in result.output
    assert _all(shell, select(Person)) == []
    assert _all(shell, select(ImportBatch)) == []


def test_chinese_heads_and_roles_are_understood_in_a_spreadsheet(shell: CommandLine) -> None:
    rows = [
        ["工号", "姓名*", "角色", "直属上级", "企业微信账号", "在职"],
        ["u1", "吴桂", "店长", "u2", "wugui", "是"],
        ["u2", "杜立", "VP", "", "", "否"],
    ]
    path = shell.folder / "人员.xlsx"
    path.write_bytes(xlsx_bytes([("人员", rows)]))
    assert shell.run("import", "people", str(path)).exit_code == 0
    found = {p.id: (p.role, p.manager_id, p.active) for p in _all(shell, select(Person))}
    assert found == {"u1": ("store", "u2", True), "u2": ("vp", None, False)}


def test_every_bad_row_is_named_with_its_number_and_the_good_ones_are_written(shell: CommandLine) -> None:
    text = """id,name,role,manager,wecom_userid
a,甲,rep,b,same
b,乙,manager,c,same
c,丙,director,b,
d,丁,boss,,
e,戊,rep,nobody,
f,己,rep,e,
g,庚,manager,,
g,辛,rep,,
,壬,rep,,
h,,rep,,
i,癸,rep,g,
"""
    problems = shell.folder / "problems.csv"
    result = shell.run("import", "people", shell.write("p.csv", text), "--problems", str(problems))
    assert result.exit_code == 1
    told = {row["行号"]: row["问题"] for row in csv.DictReader(io.StringIO(problems.read_text("utf-8-sig")))}
    assert set(told) == {"2", "3", "4", "5", "6", "7", "9", "10", "11"}
    assert "已经是 a 的" in told["3"]
    assert "boss" in told["5"]
    assert "nobody" in told["6"]
    assert "编号为 e" in told["7"]
    assert "第 8 行重复" in told["9"]
    assert "必填" in told["10"]
    assert "必填" in told["11"]
    assert {p.id for p in _all(shell, select(Person))} == {"g", "i"}


def test_a_reporting_line_that_runs_in_a_circle_is_refused(shell: CommandLine) -> None:
    text = "id,name,role,manager\na,甲,manager,b\nb,乙,manager,c\nc,丙,manager,a\nd,丁,rep,a\ne,戊,rep,e\nf,己,rep,\n"
    result = shell.run("import", "people", shell.write("p.csv", text), "--dry-run")
    assert result.exit_code == 1
    assert "绕成一圈 a → b → c → a" in result.output
    assert "新建：1" in result.output


def test_a_circle_that_closes_through_somebody_already_here_is_refused(staffed: CommandLine) -> None:
    result = staffed.run("import", "people", staffed.write("p.csv", "id,name,role,manager\nhe,何川,director,zhou\n"))
    assert result.exit_code == 1
    assert "绕成一圈" in result.output
    assert _all(staffed, select(Person.manager_id).where(Person.id == "he")) == [None]


def test_an_existing_id_is_updated_and_empty_cells_leave_what_is_there(staffed: CommandLine) -> None:
    text = "id,name,role,manager,mobile\nzhou,周航,rep,,13900000009\nchen,陈敏,manager,-,\n"
    result = staffed.run("import", "people", staffed.write("p.csv", text))
    assert "更新：2" in result.output
    people = {p.id: p for p in _all(staffed, select(Person))}
    assert (people["zhou"].mobile, people["zhou"].manager_id) == ("13900000009", "chen")
    assert people["chen"].manager_id is None


def test_the_same_file_again_changes_nothing(staffed: CommandLine) -> None:
    result = staffed.run("import", "people", staffed.write("people.csv", PEOPLE))
    assert "相同：3" in result.output
    assert "没有要写的" in result.output


def test_an_empty_source_becomes_unknown_and_every_row_is_there(staffed: CommandLine) -> None:
    rows = "".join(f"C3{n:03d},独立客户{n}号工厂,\n" for n in range(22))
    result = staffed.run("import", "customers", staffed.write("c.csv", "id,name,source\n" + rows))
    assert "补「未知来源」：22" in result.output
    assert _all(staffed, select(Customer.source).distinct()) == ["未知来源"]
    out = staffed.run("export", "customers").output
    assert len(out.splitlines()) == 23


def test_customers_of_one_name_and_different_numbers_stay_apart(staffed: CommandLine) -> None:
    text = "id,name,region,owner\nC1,宏达贸易有限公司,上海,zhou\nC2,宏达贸易有限公司,成都,chen\n"
    result = staffed.run("import", "customers", staffed.write("c.csv", text))
    assert "同名不同家：1 组" in result.output
    again = staffed.run("import", "customers", staffed.write("c2.csv", "id,name,region\nC3,宏达贸易有限公司,西安\n"))
    assert "疑似" in again.output
    assert {c.id: c.region for c in _all(staffed, select(Customer))} == {"C1": "上海", "C2": "成都", "C3": "西安"}


def test_a_row_without_number_that_may_be_somebody_known_is_held_back(staffed: CommandLine) -> None:
    staffed.run("import", "customers", staffed.write("c.csv", CUSTOMERS))
    result = staffed.run("import", "customers", staffed.write("d.csv", "name\n云帆精密机械股份有限公司\n浩瀚文具店\n"))
    assert "疑似同一家：1" in result.output
    assert "C2001" in result.output
    assert set(_all(staffed, select(Customer.name))) == {"云帆精密机械有限公司", "天禾食品有限公司", "浩瀚文具店"}
    assert _all(staffed, select(Customer.id).where(Customer.name == "浩瀚文具店")) == ["C2003"]


def test_bad_owners_coordinates_and_sources_are_told(staffed: CommandLine) -> None:
    text = "id,name,owner,lat,lng,source\nC1,甲厂,nobody,,,\nC2,乙厂,zhou,31.2,,\nC3,丙厂,zhou,131,20,\nC4,丁厂,zhou,,,老朋友\n"
    result = staffed.run("import", "customers", staffed.write("c.csv", text))
    assert result.exit_code == 1
    assert "没有编号为 nobody 的人" in result.output
    assert "要一起填" in result.output
    assert "超出" in result.output
    assert _all(staffed, select(Customer.source)) == ["未知来源"]


def test_contacts_find_their_customer_by_number_only(staffed: CommandLine) -> None:
    staffed.run("import", "customers", staffed.write("c.csv", CUSTOMERS))
    text = "customer,name,title,role,mobile\nC2001,王建国,采购经理,采购负责人,13800000001\nC2001,王建国,设备科,,13800000002\n云帆,李敏,财务,,\n"
    result = staffed.run("import", "contacts", staffed.write("k.csv", text))
    assert result.exit_code == 1
    assert "没有编号为 云帆 的客户" in result.output
    more = staffed.write("k2.csv", "customer,name,title,mobile\nC2001,王建国,采购总监,13800000001\n")
    assert "更新：1" in staffed.run("import", "contacts", more).output
    found = {(c.mobile, c.title) for c in _all(staffed, select(Contact))}
    assert found == {("13800000001", "采购总监"), ("13800000002", "设备科")}


def test_a_batch_is_taken_back_as_a_whole_but_not_what_was_touched_since(staffed: CommandLine) -> None:
    staffed.run("import", "customers", staffed.write("c.csv", CUSTOMERS))
    second = "id,name,aliases,grade\nC2001,云帆精密机械有限公司,云帆机械,B\nC2002,天禾食品有限公司,,C\nC3001,新客甲,,\nC3002,新客乙,,\nC3003,新客丙,,\n"
    result = staffed.run("import", "customers", staffed.write("d.csv", second))
    number = next(word for word in result.output.split() if word.startswith("IM-")).partition("。")[0]
    assert number.endswith("-03")
    staffed.run(
        "import", "customers", staffed.write("e.csv", "id,name,grade\nC2002,天禾食品有限公司,A\nC3002,新客乙,A\n")
    )
    staffed.run("import", "contacts", staffed.write("k.csv", "customer,name\nC3003,老王\n"))
    preview = staffed.run("undo-import", number, "--dry-run")
    assert "删除 1 条，还原 1 条，有 3 条" in preview.output
    assert len(_all(staffed, select(Customer))) == 5
    assert "删除 1 条" in staffed.run("undo-import", number).output
    grades = {c.id: c.grade for c in _all(staffed, select(Customer))}
    assert grades == {"C2001": "A", "C2002": "A", "C3002": "A", "C3003": ""}
    assert set(_all(staffed, select(CustomerAlias.alias))) == {"云帆", "云帆精密"}
    assert staffed.run("undo-import", number).exit_code == 1
    assert "import.undone" in _all(staffed, select(Event.kind))
    assert "holds" in staffed.run("audit", "verify").output


def test_a_number_that_was_taken_back_is_not_given_out_again(staffed: CommandLine) -> None:
    staffed.run("import", "customers", staffed.write("c.csv", "name\n独一厂\n"))
    staffed.run("undo-import", "")
    staffed.run("import", "customers", staffed.write("d.csv", "name\n独二厂\n"))
    assert _all(staffed, select(Customer.id)) == ["C1002"]


def test_people_who_stay_keep_their_managers_when_a_batch_is_taken_back(staffed: CommandLine) -> None:
    staffed.run("import", "people", staffed.write("p.csv", "id,name,role,manager\nnew,新人,rep,chen\n"))
    result = staffed.run("undo-import", next(iter(_all(staffed, select(ImportBatch.id).order_by(ImportBatch.id)))))
    assert "删除 1 条" in result.output  # 周航; 陈敏 leads the newcomer, 何川 leads 陈敏
    assert {p.id for p in _all(staffed, select(Person))} == {"chen", "he", "new"}


def test_four_thousand_customers_are_written_in_bulk(staffed: CommandLine) -> None:
    rows = "".join(f"C{10000 + n},第{n}号独立工厂,别名{n}\n" for n in range(4000))
    result = staffed.run("import", "customers", staffed.write("c.csv", "id,name,aliases\n" + rows))
    assert result.exit_code == 0
    assert _all(staffed, select(func.count(Customer.id))) == [4000]
    assert "删除 4,000 条" in staffed.run("undo-import", "").output


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "编号,电话\n1,2\n", "表头里没有"),
        ("b.csv", "id,name,role,姓名\n1,a,rep,b\n", "有两列都是 name"),
        ("c.csv", "", "空的"),
    ],
)
def test_a_file_that_cannot_be_used_is_wrong_use(shell: CommandLine, name: str, text: str, said: str) -> None:
    result = shell.run("import", "people", shell.write(name, text))
    assert result.exit_code == 2
    assert said in result.output


def test_an_unknown_kind_and_a_missing_file_are_wrong_use(shell: CommandLine) -> None:
    assert shell.run("import", "planets", shell.write("a.csv", "id\n")).exit_code == 2
    assert shell.run("import", "people", str(shell.folder / "nothing.csv")).exit_code == 2


def test_what_is_exported_is_imported_again_as_the_same(staffed: CommandLine) -> None:
    staffed.run("import", "customers", staffed.write("c.csv", CUSTOMERS.replace("天禾食品", "=HYPERLINK(天禾)")))
    for suffix in ("csv", "xlsx"):
        for kind, count in (("people", 3), ("customers", 2)):
            out = str(staffed.folder / f"{kind}.{suffix}")
            assert staffed.run("export", kind, "--out", out).exit_code == 0
            assert f"相同：{count}" in staffed.run("import", kind, out).output
