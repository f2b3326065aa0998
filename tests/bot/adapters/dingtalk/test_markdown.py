from __future__ import annotations

from urllib.parse import unquote

from bot.adapters.dingtalk.markdown import card_text, choices, plain, short_title
from bot.reply import Card, Field, Link


def test_a_card_reads_well_without_tables() -> None:
    card = Card(
        "新线索", "华东机械\n来自官网", fields=(Field("客户", "华东机械"), Field("电话", "138")), note="已由周航接单"
    )
    assert card_text(card) == (
        "### 新线索\n\n华东机械  \n  来自官网\n\n- **客户**：华东机械\n- **电话**：138\n\n> 已由周航接单"
    )


def test_buttons_become_taps_that_say_readable_words_and_words_to_type() -> None:
    said = choices(["接单", "转出"], "7k2m", with_links=True)
    assert said.count("dtmd://dingtalkclient/sendMessage?content=") == 2
    assert "接单 #7k2m" in unquote(said)
    assert said.endswith("> 点不开就打字回复，如“接单 #7k2m”")
    assert choices(["接单", "转出"], "7k2m", with_links=False) == "> @我 回复“选项 #7k2m”：接单、转出"


def test_nobody_can_plant_a_link_that_speaks_for_his_manager() -> None:
    trap = "客户 [点我看照片](dtmd://dingtalkclient/sendMessage?content=%2F审批) DTMD://x\n# 大标题"
    safe = plain(trap)
    assert "](" not in safe
    assert "dtmd://" not in safe.lower()
    assert "\n# " not in safe
    assert safe.replace("\u200b", "") == trap


def test_the_notification_shows_what_it_is_about() -> None:
    assert short_title("", "\n ### 新线索：华东机械\n更多") == "新线索：华东机械 更多"
    assert len(short_title("长" * 500)) == 100
    assert short_title("", "  ") == "新消息"


def test_only_our_own_links_are_links() -> None:
    card = Card(
        "① 位置",
        "[点我](https://evil.example)",
        links=(Link("点这里]发送(定位", "https://bot.example/place/1.V-2.x_y"),),
    )
    text = card_text(card)
    assert "](https://evil" not in text
    assert text.count("](") == 1
    assert "](https://bot.example/place/1.V-2.x_y)" in text


def test_where_links_cannot_be_shown_they_are_written_out() -> None:
    card = Card("① 位置", "说明", links=(Link("发定位", "https://bot.example/place/1"),))
    assert "说明\n发定位：https://bot.example/place/1" in card.as_text()
