"""Announcements: to groups and people, now or later, edited and recalled with a trace, and who has read them (D12, P11)."""

from __future__ import annotations

from sqlalchemy import select

from bot.update import Press, UpdateKind
from models.chat import GroupRow
from models.event import Event
from tests.chat import Company, Shown


def _kinds(company: Company) -> list[str]:
    with company.session() as session:
        return list(session.scalars(select(Event.kind).where(Event.subject_kind == "announcement").order_by(Event.id)))


def _announce(company: Company, who: str, text: str) -> None:
    company.say(who, text)
    company.press(who, "发出")


def test_a_manager_sees_what_will_go_out_before_it_does(company: Company) -> None:
    (draft,) = company.say("chenmin", "/公告 周五前交客户清单 华东一组")
    assert draft.card.body == "周五前交客户清单"
    assert {f.label: f.value for f in draft.card.fields} == {"发给": "华东一组（3 人）", "时间": "现在"}
    assert company.inbox("huadong-team") == []
    company.press("chenmin", "发出")
    assert company.last("huadong-team").card.body == "周五前交客户清单"


def test_a_button_pressed_twice_announces_once(company: Company) -> None:
    (draft,) = company.say("chenmin", "/公告 今天早会改到九点半 华东一组")
    company.press("chenmin", "发出", on=draft)
    company.press("chenmin", "发出", on=draft)
    assert len(company.inbox("huadong-team")) == 1


def test_a_scheduled_announcement_goes_out_at_its_time_and_not_before(company: Company) -> None:
    _announce(company, "chenmin", "/公告 带样品册 周航、林可 明天9点半")
    company.advance_to("2026-11-17 09:29")
    assert "带样品册" not in company.said("zhouhang")
    company.advance_to("2026-11-17 09:30")
    assert company.said("zhouhang").count("带样品册") == 1
    assert company.said("linke").count("带样品册") == 1
    assert "带样品册" not in company.said("sun")


def test_a_time_inside_the_words_stays_in_the_words(company: Company) -> None:
    (draft,) = company.say("chenmin", "/公告 周五 18:00 前交清单，别忘了 我的团队")
    assert draft.card.body == "周五 18:00 前交清单，别忘了"


def test_who_has_not_read_it_is_told_to_the_sender(company: Company) -> None:
    _announce(company, "chenmin", "/公告 周五前交客户清单 华东一组")
    shown = company.last("huadong-team")
    company._deliver("zhouhang", UpdateKind.ACTION, group="huadong-team", press=_press(shown, "已读"))
    company._deliver("zhouhang", UpdateKind.ACTION, group="huadong-team", press=_press(shown, "已读"))
    (stats,) = company.say("chenmin", "公告 已读 1")
    assert "已读 1/3" in stats.text
    assert {f.label: f.value for f in stats.card.fields}["还没读"] == "林可、孙"
    assert "已读 1" in company.last("huadong-team").text
    assert len(company.inbox("huadong-team")) == 1


def _press(shown: Shown, label: str) -> Press:
    button = next(b for b in shown.card.buttons if b.label == label)
    assert isinstance(button.action, str)
    return Press(button.action, message_id=shown.key)


def test_reading_in_private_closes_the_card(company: Company) -> None:
    _announce(company, "chenmin", "/公告 带样品册 周航")
    company.press("zhouhang", "已读")
    assert company.last("zhouhang").buttons == []
    assert "已读 1/1" in company.say("chenmin", "公告 已读")[0].text


def test_an_edit_changes_every_copy_in_place_and_leaves_a_trace(company: Company) -> None:
    _announce(company, "chenmin", "/公告 周五前交 我的团队")
    company.say("chenmin", "公告 改 1 周四前交")
    for who in ("zhouhang", "linke", "sun"):
        assert company.last(who).card.body == "周四前交"
        assert "改过" in company.last(who).text
        assert len(company.inbox(who)) == 1
    assert _kinds(company) == ["announcement.sent", "announcement.edited"]


def test_a_recall_greys_out_what_was_shown_and_stops_what_was_not(company: Company) -> None:
    _announce(company, "chenmin", "/公告 一 周航")
    company.press("chenmin", "撤回")
    assert "撤回" in company.last("zhouhang").text
    assert company.last("zhouhang").buttons == []
    _announce(company, "chenmin", "/公告 二 周航 明天10点")
    assert "1 处还没发出" in company.say("chenmin", "公告 撤回 2")[0].text
    company.advance_to("2026-11-17 11:00")
    assert "二" not in [s.card.body for s in company.inbox("zhouhang") if not isinstance(s.content, str)]
    assert _kinds(company).count("announcement.recalled") == 2
    assert "已经撤回过" in company.say("chenmin", "公告 撤回 2")[0].text


def test_a_purpose_names_its_groups_and_a_group_out_of_reach_is_said_plainly(company: Company) -> None:
    (draft,) = company.say("chenmin", "/公告 承诺规范 销售群")
    assert "所有对外承诺请登记" in draft.card.body
    assert "华东销售群" in draft.text
    assert "我不在「西北销售群」里" in company.say("chenmin", "/公告 开会 西北销售群")[0].text
    with company.database.write() as session:
        session.add(
            GroupRow(id="far", platform="dingtalk", conversation_id="cid", name="钉钉大群", members_known=False)
        )
    assert "没有接上钉钉" in company.say("akai", "/公告 开会 钉钉大群")[0].text


def test_only_leaders_and_administrators_announce_and_only_to_their_own(company: Company) -> None:
    assert "只有" in company.say("zhouhang", "/公告 开会 我的团队")[0].text
    assert "不在你的团队" in company.say("chenmin", "/公告 开会 方晴")[0].text
    assert "你不在「总部」里" in company.say("chenmin", "/公告 开会 总部")[0].text
    assert "（11 人）" in company.say("akai", "/公告 开会 全员")[0].text
    _announce(company, "chenmin", "/公告 一 周航")
    assert "没有你发的" in company.say("hechuan", "公告 已读 1")[0].text


def test_without_a_scope_the_sender_is_asked(company: Company) -> None:
    (asked,) = company.say("chenmin", "/公告 明天带样品")
    assert "我的团队" in asked.buttons
    company.press("chenmin", "我的团队")
    company.press("chenmin", "发出")
    assert "明天带样品" in company.said("sun")


def test_the_list_shows_the_newest_with_their_counts(company: Company) -> None:
    assert "还没有发过" in company.say("chenmin", "/公告")[0].text
    _announce(company, "chenmin", "/公告 一二三 周航")
    assert "周航 已读 0/1" in company.say("chenmin", "/公告")[0].text


def test_a_time_that_is_over_is_refused(company: Company) -> None:
    assert "已经过了" in company.say("chenmin", "/公告 开会 发给：周航 时间：昨天8点")[0].text
