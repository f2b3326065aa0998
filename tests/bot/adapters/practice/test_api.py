"""Programs drive the practice chat over HTTP as `contracts` promises."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from PIL import Image

from bot.clock import SystemClock
from tests.bot.adapters.practice.playhouse import Playhouse


def jpeg(colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()


def test_the_state_names_the_cast_and_its_groups(untouched: Playhouse) -> None:
    state = untouched.get("/state").json()
    assert datetime.fromisoformat(state["now"]) == untouched.clock.now()
    assert state["frozen"] is True
    assert {"id": "zhouhang", "name": "周航", "role": "rep", "manager": "chenmin", "team": "华东一组"} in state[
        "people"
    ]
    groups = {group["id"]: group for group in state["groups"]}
    assert "waibu" in groups["huadong-sales"]["members"]
    assert "waibu" not in groups["huadong-team"]["members"]


def test_a_rep_speaks_and_waits_for_the_answer(playhouse: Playhouse) -> None:
    answer = playhouse.say("zhouhang", "/回声 你好")
    (reply,) = answer["replies"]
    assert (reply["from"], reply["text"], reply["chat"]) == (
        "bot",
        "回声 /回声 你好",
        {"type": "direct", "id": "zhouhang"},
    )
    seen = playhouse.messages("zhouhang")
    assert [message["id"] for message in seen] == [answer["id"], reply["id"]]
    assert seen[0]["seq"] < seen[1]["seq"]
    assert playhouse.messages("zhouhang", after=seen[0]["seq"]) == seen[1:]
    assert playhouse.messages("linke") == []


def test_without_waiting_the_answer_is_202(playhouse: Playhouse) -> None:
    answer = playhouse.post("/messages", {"from": "zhouhang", "chat": "direct", "text": "你好"})
    assert answer.status_code == 202
    assert set(answer.json()) == {"id"}


def test_the_same_client_id_changes_nothing_and_answers_the_same(playhouse: Playhouse) -> None:
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(playhouse.say, "zhouhang", "/回声 一次", client_id="c-1") for _ in range(3)]
        first, second, third = (job.result() for job in jobs)
    assert first["id"] == second["id"] == third["id"]
    ids = {tuple(reply["id"] for reply in answer["replies"]) for answer in (first, second, third)}
    assert len(ids) == 1
    assert len(playhouse.messages("zhouhang")) == 2
    assert playhouse.say("linke", "/回声 别人的", client_id="c-1")["id"] != first["id"]


def test_a_pressed_button_greys_the_card_in_place_and_the_manager_hears_of_it(playhouse: Playhouse) -> None:
    (card,) = playhouse.say("zhouhang", "/问一问")["replies"]
    assert card["card"]["inputs"][1]["options"][0] == {"value": "1", "label": "明天"}
    cursor = playhouse.get("/messages", viewer="zhouhang").json()["cursor"]
    pressed = playhouse.press("zhouhang", card, "同意", values={"why": "客户在催"}, client_id="p-1")
    assert [reply["text"] for reply in pressed["replies"]] == ["好的。客户在催"]
    (now,) = [m for m in playhouse.messages("zhouhang") if m["id"] == card["id"]]
    assert now["seq"] == card["seq"]
    assert now["updated_at"] is not None
    assert all(button["disabled"] for button in now["card"]["buttons"])
    assert (now["card"]["state"], now["card"]["note"]) == ("done", "周航已同意")
    changed = playhouse.get("/messages", viewer="zhouhang", changed_after=cursor).json()["messages"]
    assert card["id"] in {message["id"] for message in changed}
    assert [m["text"] for m in playhouse.messages("chenmin")] == ["周航同意了"]
    again = playhouse.press("zhouhang", card, "同意", client_id="p-1")
    assert again == pressed
    assert len(playhouse.messages("chenmin")) == 1


def test_a_forged_button_and_somebody_elses_card_do_nothing(playhouse: Playhouse) -> None:
    (card,) = playhouse.say("zhouhang", "/问一问")["replies"]
    body = {"from": "zhouhang", "message_id": card["id"], "action": "test.agree~x~AAAAAAAAAAAA"}
    assert "失效" in playhouse.post("/actions?wait=1", body).json()["replies"][0]["text"]
    other = playhouse.post("/actions?wait=1", {**body, "from": "linke", "action": card["card"]["buttons"][0]["action"]})
    assert other.status_code == 404
    assert "不是发给你的" in other.json()["error"]
    assert playhouse.messages("chenmin") == []


def test_in_a_group_the_bot_hears_only_what_mentions_it(playhouse: Playhouse) -> None:
    assert playhouse.say("zhouhang", "点名", chat="huadong-team")["replies"] == []
    (named,) = playhouse.say("zhouhang", "点名", chat="huadong-team", mention_bot=True)["replies"]
    assert (named["text"], named["chat"]) == ("4 人在场", {"type": "group", "id": "huadong-team"})
    (written,) = playhouse.say("zhouhang", "@机器人 点名", chat="huadong-team")["replies"]
    assert written["text"] == "4 人在场"
    assert [m["id"] for m in playhouse.messages("sun", chat="huadong-team")] == [
        m["id"] for m in playhouse.messages("zhouhang", chat="huadong-team")
    ]
    assert playhouse.messages("waibu") == []


def test_a_private_answer_to_a_group_question_stays_private(playhouse: Playhouse) -> None:
    replies = playhouse.say("zhouhang", "回声 私事", chat="huadong-sales", mention_bot=True)["replies"]
    assert {(reply["chat"]["type"], reply["text"]) for reply in replies} == {
        ("direct", "回声 回声 私事"),
        ("group", "已私聊发你。"),
    }
    assert [m["text"] for m in playhouse.messages("waibu") if m["from"] == "bot"] == ["已私聊发你。"]


def test_nobody_speaks_in_a_group_he_is_not_in(playhouse: Playhouse) -> None:
    inside = {"from": "waibu", "chat": "huadong-team", "text": "你好"}
    assert playhouse.post("/messages", inside).status_code == 403
    assert playhouse.post("/messages", {**inside, "chat": "nowhere"}).status_code == 404
    assert playhouse.get("/messages", viewer="waibu", chat="huadong-team").status_code == 403


def test_an_unknown_person_gets_an_ordinary_answer(playhouse: Playhouse) -> None:
    (reply,) = playhouse.say("nobody", "你好")["replies"]
    assert "不认识你" in reply["text"]


def test_a_location_and_a_quote_arrive(playhouse: Playhouse) -> None:
    (reply,) = playhouse.say("zhouhang", "/回声", location={"lat": 31.2304, "lng": 121.4737, "label": "南门"})[
        "replies"
    ]
    assert "31.2304" in reply["text"]
    (mine, _) = playhouse.messages("zhouhang")
    assert mine["location"] == {"lat": 31.2304, "lng": 121.4737, "label": "南门"}
    (quoting,) = playhouse.say("zhouhang", "/回声 这条", quote=reply["id"])["replies"]
    assert f"引用「{reply['text']}」" in quoting["text"]
    foreign = playhouse.post("/messages", {"from": "linke", "chat": "direct", "text": "x", "quote": reply["id"]})
    assert foreign.status_code == 404


def test_a_picture_is_shown_only_to_who_can_see_the_message(playhouse: Playhouse) -> None:
    data = jpeg()
    (reply,) = playhouse.say("zhouhang", "/回声", files=[("image", ("门头.jpg", data, "image/jpeg"))])["replies"]
    assert f"图 {len(data)}" in reply["text"]
    url = playhouse.messages("zhouhang")[0]["image_url"]
    shown = playhouse.http.get(playhouse.url + url, timeout=10)
    assert (shown.content, shown.headers["Content-Type"]) == (data, "image/jpeg")
    for changed in (url.replace("viewer=zhouhang", "viewer=linke"), url.split("?")[0], url[:-1] + "x"):
        assert playhouse.http.get(playhouse.url + changed, timeout=10).status_code == 403


def test_a_file_dressed_as_a_picture_is_never_shown_as_a_page(playhouse: Playhouse) -> None:
    playhouse.say("zhouhang", "/回声", files=[("image", ("照片.jpg", b"<html><script>1</script>", "text/html"))])
    url = playhouse.messages("zhouhang")[0]["image_url"]
    served = playhouse.http.get(playhouse.url + url, timeout=10)
    assert served.headers["Content-Type"] == "application/octet-stream"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Disposition"].startswith("attachment")


def test_twenty_megabytes_pass_and_one_byte_more_is_refused_with_a_sentence(playhouse: Playhouse) -> None:
    limit = 20 * 1024 * 1024
    playhouse.say("zhouhang", "/回声", files=[("image", ("大.jpg", b"\xff" * limit, "image/jpeg"))])
    url = f"{playhouse.url}/practice/api/messages"
    over = [("image", ("大.jpg", b"\xff" * (limit + 1), "image/jpeg"))]
    answer = playhouse.http.post(url, data={"from": "zhouhang", "chat": "direct"}, files=over, timeout=60)
    assert (answer.status_code, "20 MB" in answer.json()["error"]) == (413, True)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"chat": "direct", "text": "x"}, "from"),
        ({"from": "zhouhang", "text": "x"}, "chat"),
        ({"from": "bot", "chat": "direct", "text": "x"}, "from"),
        ({"from": "zhouhang", "chat": "direct"}, "空的"),
        ({"from": "zhouhang", "chat": "direct", "text": "  \n"}, "空的"),
        ({"from": "zhouhang", "chat": "direct", "text": 7}, "text"),
        ({"from": "zhouhang", "chat": "direct", "text": "长" * 100_001}, "太长"),
        ({"from": "zhouhang", "chat": "direct", "location": {"lat": 91, "lng": 0}}, "lat"),
        ({"from": "zhouhang", "chat": "direct", "location": {"lat": 1}}, "lng"),
        ({"from": "zhouhang", "chat": "direct", "location": "here"}, "location"),
        ({"from": "zhouhang", "chat": "direct", "text": "x", "quote": "nothing"}, "引用"),
        ([1, 2], "JSON"),
        (None, "JSON"),
    ],
)
def test_a_bad_message_is_refused_with_a_sentence(untouched: Playhouse, body: object, named: str) -> None:
    answer = untouched.post("/messages", body)
    assert 400 <= answer.status_code < 500
    assert named in answer.json()["error"]


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b'"' * 9, b"[" * 100_000, b'{"from": "\\ud800"}', b"1e999"])
def test_a_body_that_is_no_json_is_refused(untouched: Playhouse, data: bytes) -> None:
    for path in ("/messages", "/actions", "/clock", "/read"):
        answer = untouched.http.post(
            f"{untouched.url}/practice/api{path}", data=data, headers={"Content-Type": "application/json"}, timeout=10
        )
        assert answer.status_code == 400
        assert answer.json()["error"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"viewer": "zhouhang", "after": "x"},
        {"viewer": "zhouhang", "after": 10**30},
        {"viewer": "zhouhang", "after": -1},
    ],
)
def test_a_bad_question_is_refused(untouched: Playhouse, query: dict[str, str]) -> None:
    answer = untouched.get("/messages", **query)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


def test_an_unknown_path_and_method_are_json_too(untouched: Playhouse) -> None:
    assert untouched.get("/nothing").json()["error"]
    answer = untouched.http.delete(f"{untouched.url}/practice/api/messages", timeout=10)
    assert (answer.status_code, bool(answer.json()["error"])) == (404, True)


def test_the_clock_moves_forward_and_tells_where_it_is(playhouse: Playhouse) -> None:
    before = playhouse.clock.now()
    moved = playhouse.post("/clock", {"advance": "PT48H"}).json()
    assert datetime.fromisoformat(moved["now"]) == before + timedelta(hours=48)
    shown = {m["id"] for one in playhouse.get("/state").json()["people"] for m in playhouse.messages(one["id"])}
    assert moved["pushed"] == len(shown)
    there = playhouse.post("/clock", {"to": "2026-11-19T08:00:00+08:00"}).json()
    assert datetime.fromisoformat(there["now"]) == datetime.fromisoformat("2026-11-19T08:00:00+08:00")
    same = playhouse.post("/clock", {"to": "2026-11-19T08:00:00"})  # local time of the company
    assert same.json()["now"] == there["now"]


def test_a_message_that_waited_for_its_time_is_pushed_on_the_way(playhouse: Playhouse) -> None:
    playhouse.post("/clock", {"to": "2026-11-16T22:00:00+08:00"})  # quiet hours
    (card,) = playhouse.say("zhouhang", "/问一问")["replies"]
    playhouse.press("zhouhang", card, "同意")
    playhouse.post("/clock", {"to": "2026-11-17T07:59:59+08:00"})
    assert "周航同意了" not in {m["text"] for m in playhouse.messages("chenmin")}
    due = datetime.fromisoformat("2026-11-17T08:00:00+08:00")
    assert datetime.fromisoformat(playhouse.get("/clock/next").json()["at"]) == due
    assert playhouse.post("/clock", {"to": due.isoformat()}).json()["pushed"] >= 1
    (pushed,) = [m for m in playhouse.messages("chenmin") if "周航同意了" in json.dumps(m, ensure_ascii=False)]
    assert datetime.fromisoformat(pushed["at"]) == due


@pytest.mark.parametrize(
    "move",
    [
        {}, {"advance": "PT1H", "to": "2026-11-20T00:00:00Z"}, {"advance": "-PT1H"}, {"to": "2026-11-16T08:59:59+08:00"}, {"advance": "soon"},
        {"advance": "P99999999Y"}, {"advance": "48:00"}, {"to": "tomorrow"}, {"to": "9999-12-31T23:59:59-14:00"}, {"to": "2026-13-40"}, {"advance": 5},
    ],
)  # fmt: skip
def test_the_clock_refuses_what_it_cannot_do(untouched: Playhouse, move: dict[str, object]) -> None:
    before = untouched.clock.now()
    answer = untouched.post("/clock", move)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)
    assert untouched.clock.now() == before


def test_a_reset_brings_the_fresh_company_back(playhouse: Playhouse) -> None:
    began = playhouse.clock.now()
    playhouse.say("zhouhang", "/问一问")
    playhouse.post("/clock", {"advance": "P3D"})
    assert playhouse.post("/reset", {}).status_code == 200
    assert playhouse.clock.now() == began
    assert playhouse.messages("zhouhang") == []
    assert len(playhouse.say("zhouhang", "/回声 再来")["replies"]) == 1


def test_a_real_company_is_neither_emptied_nor_moved(playhouse: Playhouse) -> None:
    playhouse.say("zhouhang", "/回声 留着")
    playhouse.app.services.clock = SystemClock()
    assert "真实" in playhouse.post("/reset", {}).json()["error"]
    assert "真实" in playhouse.post("/clock", {"advance": "PT1H"}).json()["error"]
    assert len(playhouse.messages("zhouhang")) == 2
    assert playhouse.get("/state").json()["frozen"] is False


def test_unread_counts_grow_with_pushes_and_vanish_when_read(playhouse: Playhouse) -> None:
    (card,) = playhouse.say("zhouhang", "/问一问")["replies"]
    playhouse.press("zhouhang", card, "同意")
    people = playhouse.get("/overview").json()["people"]
    assert people["chenmin"]["chats"] == {"direct": 1}
    assert people["chenmin"]["last"]["gist"] == "周航同意了"
    (push,) = playhouse.messages("chenmin")
    playhouse.post("/read", {"viewer": "chenmin", "chat": "direct", "seq": push["seq"]})
    assert playhouse.get("/overview").json()["people"]["chenmin"]["unread"] == 0
    playhouse.say("linke", "大家好", chat="huadong-team")
    people = playhouse.get("/overview").json()["people"]
    assert people["sun"]["chats"] == {"huadong-team": 1}
    assert people["linke"]["unread"] == 0


def test_commands_places_and_samples_are_offered(untouched: Playhouse) -> None:
    names = {command["name"] for command in untouched.get("/commands", viewer="zhouhang").json()["commands"]}
    assert {"帮助", "问一问"} <= names
    places = {place["label"] for place in untouched.get("/places", viewer="zhouhang").json()["places"]}
    assert "华东机械" in places
    assert "恒信暖通" not in places  # 林可's
    samples = untouched.get("/samples").json()["samples"]
    for sample in samples:
        drawn = untouched.get(f"/samples/{sample['id']}", viewer="zhouhang")
        assert drawn.headers["Content-Type"] == "image/jpeg"
        Image.open(io.BytesIO(drawn.content)).verify()
    assert untouched.get("/samples/none", viewer="zhouhang").status_code == 404


def test_the_event_stream_tells_who_has_news(playhouse: Playhouse) -> None:
    with playhouse.http.get(f"{playhouse.url}/practice/api/events", stream=True, timeout=10) as stream:
        lines = stream.iter_lines(chunk_size=1, decode_unicode=True)
        assert next(line for line in lines if line.startswith("event:")) == "event: clock"
        playhouse.post("/messages", {"from": "zhouhang", "chat": "huadong-team", "text": "早"})
        assert next(line for line in lines if line.startswith("event:")) == "event: change"
        assert json.loads(next(lines).removeprefix("data: "))["viewers"] == ["chenmin", "linke", "sun", "zhouhang"]
        playhouse.post("/clock", {"advance": "PT1M"})
        assert next(line for line in lines if line.startswith("event:")) == "event: clock"
        playhouse.post("/reset", {})
        assert next(line for line in lines if line.startswith("event:")) == "event: reset"
