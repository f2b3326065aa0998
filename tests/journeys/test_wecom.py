"""J1 and J3 through WeCom's wire: encrypted callbacks in, `message/send` and card changes out, the outcome of the practice chat."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.photo import Reading
from models.daily_report import report_of
from models.person import Account, Person
from models.roster import RosterChange
from models.visit import EvidenceState, Visit, evidence_of, is_complete
from scheduler.jobs.directory import follow, follow_all
from tests.chat import shanghai
from tests.readers import ScriptedReader, chat_screenshot, site_photo
from tests.wecom_company import WecomCompany

VISIT = "V-20261116-001"
MAKE_UP = "2026-10-10"
GATE, CHAT = b"\xff\xd8\xffgate", b"\xff\xd8\xffchat"


@pytest.fixture
def visiting(tmp_path: Path) -> Iterator[WecomCompany]:
    """周航 stands at the gate of 华东机械 at 16:40."""
    reader = ScriptedReader()
    reader.show(GATE, site_photo("2026-11-16", "14:05"))
    reader.show(CHAT, chat_screenshot("王建国", "采购经理"))
    company = WecomCompany(tmp_path, at="2026-11-16 16:40", reader=reader)
    company.say("zhouhang", "拜访 华东机械")
    yield company
    company.close()


def test_j1_a_late_photo_is_kept_as_backfilled_and_the_visit_ends_without_the_empty_phrase(
    visiting: WecomCompany,
) -> None:
    asked = visiting.say("zhouhang", image=GATE)
    assert "相差 2 小时 35 分" in asked[-1].text
    visiting.press("zhouhang", "是 14:05")
    kept = visiting.say("zhouhang", "车间不让带手机，出来才发")
    assert "补记·晚 2h35m" in kept[-1].text
    read = visiting.say("zhouhang", image=CHAT)
    assert "王建国 · 采购经理" in read[-1].text
    visiting.say("zhouhang", "他们认可方案，但嫌贵，周五前给新报价，客户很满意")
    visiting.press("zhouhang", "改突破点")
    visiting.press("zhouhang", "价格让步")
    visiting.press("zhouhang", "把那句删掉")
    assert f"✅ {VISIT} 已完成" in visiting.said("zhouhang")
    with visiting.session() as session:
        visit = session.get(Visit, VISIT)
        assert visit is not None
        assert (visit.breakthrough, visit.objections) == ("价格让步", ["价格"])
        assert "很满意" not in visit.summary
        photo = next(item for item in evidence_of(session, VISIT) if item.kind == "photo")
        assert (photo.state, photo.lag) == (EvidenceState.VALID_BACKFILLED, 9300)
    (told,) = visiting.inbox("chenmin")
    assert "晚 2h35m，理由：车间不让带手机" in told.text


def test_j1_with_its_place_all_three_pieces_are_there(visiting: WecomCompany) -> None:
    """A place message of WeCom is on the Chinese map already: 146 m from the gate, as in the journey."""
    (far,) = visiting.say("zhouhang", place=(31.2336, 121.4737))
    assert "超过 200 米" in far.text
    (place,) = visiting.say("zhouhang", place=(31.2304, 121.4737), times=3)
    assert "距客户登记地址 146 米（≤200）" in place.text
    assert "☑☐☐" in place.text
    visiting.say("zhouhang", image=GATE)
    visiting.press("zhouhang", "是 14:05")
    visiting.say("zhouhang", "车间不让带手机，出来才发")
    invited = visiting.say("zhouhang", image=CHAT)
    assert "☑☑☑" in invited[0].text
    assert "结束拜访" in invited[-1].text
    visiting.say("zhouhang", "目标促成签约，谈了价格让步，嫌贵，周五前给新报价")
    visiting.press("zhouhang", "都对")
    assert f"✅ {VISIT} 已完成（三要素完整，补记 1 处）" in visiting.said("zhouhang")
    with visiting.session() as session:
        assert is_complete(session, VISIT)


def test_a_photo_delivered_three_times_is_judged_once(visiting: WecomCompany) -> None:
    visiting.say("zhouhang", image=GATE, times=3)
    assert visiting.said("zhouhang").count("相差 2 小时 35 分") == 1


def test_a_press_delivered_three_times_counts_once(visiting: WecomCompany) -> None:
    visiting.say("zhouhang", image=GATE)
    assert len(visiting.press("zhouhang", "是 14:05", times=3)) == 1


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WecomCompany]:
    company = WecomCompany(tmp_path, at=f"{MAKE_UP} 08:30")
    yield company
    company.close()


def test_j3_the_reminder_on_a_make_up_saturday_leads_to_a_report(office: WecomCompany) -> None:
    office.advance_to(f"{MAKE_UP} 10:00")
    office.say("zhouhang", "拜访 华东机械")
    office.advance_to(f"{MAKE_UP} 17:34")  # a few minutes after the half hour, when everybody crowds the platform
    assert "补班日" in office.said("zhouhang")
    question = office.say("zhouhang", "蓝海 明确了采购时间")
    assert "请附一句原话" in question[-1].text
    receipt = office.say("zhouhang", "客户说：我们计划11月启动招标")
    assert "日报已交 17:34" in receipt[-1].text


def test_j3_the_manager_hears_once_after_six_and_the_group_reads_no_name(office: WecomCompany) -> None:
    office.advance_to(f"{MAKE_UP} 17:40")
    office.say("zhouhang", "日报 客户拜访 华东机械")
    office.say("sun", "日报 客户拜访 鼎盛五金")
    office.advance_to(f"{MAKE_UP} 18:05")
    told = [seen.text for seen in office.inbox("chenmin") if "日报" in seen.text]
    assert len(told) == 1
    assert "未交：林可" in told[0]
    (number,) = office.in_group()
    assert "今日日报 2/3" in number
    assert "林可" not in number
    receipt = office.say("linke", "日报 客户拜访 恒信；竞对反馈 恒信 格美降价8%")
    assert "迟交 5 分" in receipt[-1].text
    with office.session() as session:
        report = report_of(session, "linke", shanghai(MAKE_UP).date())
        assert report is not None
        assert report.late_minutes == 5


def test_somebody_the_bot_does_not_know_is_told_so_in_his_own_chat(office: WecomCompany) -> None:
    (answer,) = office.say("stranger", "/客户 华东机械")
    assert "华东机械" not in answer.text


def test_who_writes_his_account_in_capitals_is_the_same_person(office: WecomCompany) -> None:
    office.say("ZhouHang", "帮助")
    assert office.said("zhouhang")


class TestDirectory:
    """People imported by id, some in capitals as the console shows them, against the directory of the night."""

    @pytest.fixture
    def listed(self, office: WecomCompany) -> WecomCompany:
        with office.app.services.database.write() as session:
            for account in session.scalars(select(Account)):
                account.account_id = account.account_id.upper()
        office.wecom.state.users = [
            {"userid": who.capitalize(), "name": who, "department": [1], "status": 1} for who in self.accounts(office)
        ]
        return office

    def accounts(self, office: WecomCompany) -> list[str]:
        with office.session() as session:
            return list(session.scalars(select(Account.account_id)))

    def active(self, office: WecomCompany) -> set[str]:
        with office.session() as session:
            return set(session.scalars(select(Person.id).where(Person.active)))

    def follow(self, office: WecomCompany) -> RosterChange:
        services = office.app.services
        return follow(services, services.adapters["wecom"], office.now)

    def test_capitals_put_nobody_out(self, listed: WecomCompany) -> None:
        before = self.active(listed)
        assert self.follow(listed).left == []
        assert self.active(listed) == before

    @pytest.mark.parametrize("status", [2, 5])
    def test_who_has_left_is_deactivated(self, listed: WecomCompany, status: int) -> None:
        next(user for user in listed.wecom.state.users if user["name"] == "linke")["status"] = status
        assert self.follow(listed).left == ["linke"]
        assert "linke" not in self.active(listed)

    def test_a_directory_that_cannot_be_read_changes_nothing(self, listed: WecomCompany) -> None:
        listed.wecom.state.fail("user/list", 60011)
        before = self.active(listed)
        follow_all(listed.app.services, listed.now)
        assert self.active(listed) == before


def test_a_photo_that_takes_long_to_read_keeps_no_callback_waiting(tmp_path: Path) -> None:
    """The worker reads for as long as it likes (30 s in the rule); meanwhile messages are taken, and handled once it is done."""
    reading, done = threading.Event(), threading.Event()

    class SlowReader(ScriptedReader):
        def read(self, data: bytes) -> Reading:
            reading.set()
            done.wait(30)
            return super().read(data)

    reader = SlowReader()
    reader.show(GATE, site_photo("2026-11-16", "14:05"))
    company = WecomCompany(tmp_path, at="2026-11-16 14:10", reader=reader)
    company.say("zhouhang", "拜访 华东机械")
    worker = threading.Thread(target=lambda: company.say("zhouhang", image=GATE))
    worker.start()
    assert reading.wait(10)
    took = [company.deliver_only("linke", f"第 {number} 条") for number in range(10)]
    done.set()
    worker.join(20)
    company.runtime.settle()
    company.close()
    assert sorted(took)[5] < 0.1
    assert len(company.inbox("linke")) == 10
