from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.adapters.base import FetchedMedia, TransportError
from bot.adapters.dingtalk.errors import DingtalkError, Kind
from bot.adapters.dingtalk.media import Downloader, Prefetch, sniff
from bot.update import Media, MediaKind
from tests.bot.adapters.dingtalk.desk import Desk
from tests.fakes.dingtalk.routes import DOWNLOAD
from tests.fakes.dingtalk.server import FakeDingtalk
from tests.fakes.dingtalk.state import Trouble

JPEG = b"\xff\xd8\xff\xe0photo"


def photo(code: str = "p1.file", **ref: str) -> Media:
    return Media(MediaKind.IMAGE, ref={"code": code, "robot": "dingabc123", **ref})


def test_a_photo_is_fetched_its_type_told_by_its_bytes_and_no_token_travels(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.files["p1.file"] = (JPEG, {"Content-Type": "text/html"})
    fetched = desk.adapter.fetch(photo())
    assert (fetched.data, fetched.mime) == (JPEG, "image/jpeg")
    headers = {name.lower() for name in ding.state.called("/file/<name>")[0].headers}
    assert "x-acs-dingtalk-access-token" not in headers


def test_an_expired_code_asks_for_the_photo_again_and_is_not_retried(desk: Desk) -> None:
    with pytest.raises(TransportError) as caught:
        desk.adapter.fetch(photo("gone"))
    assert caught.value.permanent
    assert "重新发送" in str(caught.value)


def test_the_second_code_is_tried_when_the_first_is_refused(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.files["p2.file"] = (JPEG, {})
    assert desk.adapter.fetch(photo("gone", other="p2.file")).data == JPEG


def test_a_code_of_another_robot_is_a_matter_for_the_administrator(desk: Desk) -> None:
    with pytest.raises(DingtalkError) as caught:
        desk.adapter.fetch(Media(MediaKind.IMAGE, ref={"code": "p1.file", "robot": "dingOther"}))
    assert caught.value.kind is Kind.CONFIG


@pytest.mark.parametrize(
    ("headers", "permanent"), [({"status": "403"}, True), ({"status": "503"}, False), ({"status": "404"}, True)]
)
def test_a_storage_host_that_refuses_or_stumbles(
    desk: Desk, ding: FakeDingtalk, headers: dict[str, str], permanent: bool
) -> None:
    ding.state.files["p1.file"] = (b"<Error/>", headers)
    with pytest.raises(TransportError) as caught:
        desk.adapter.fetch(photo())
    assert caught.value.permanent is permanent


def test_redirects_are_followed_three_times_and_only_to_the_web(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.files |= {
        "a.file": (b"", {"status": "302", "Location": "/file/b.file"}),
        "b.file": (JPEG, {}),
        "loop.file": (b"", {"status": "302", "Location": "/file/loop.file"}),
        "local.file": (b"", {"status": "302", "Location": "file:///etc/passwd"}),
    }
    assert desk.adapter.fetch(photo("a.file")).data == JPEG
    for bad in ("loop.file", "local.file"):
        with pytest.raises(TransportError):
            desk.adapter.fetch(photo(bad))
    assert len([call for call in ding.state.calls if call.path == "/file/<name>"]) == 2 + 4 + 1


def test_a_file_too_large_is_refused_before_it_fills_the_memory(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.files["p1.file"] = (b"x" * 300_000, {})
    small = Downloader(desk.adapter._api, max_bytes=200_000)
    with pytest.raises(DingtalkError, match="too large"):
        small.download(photo())


def test_a_download_that_trickles_is_given_up(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.files["p1.file"] = (b"x" * 300_000, {})
    ticks = iter(range(0, 1000, 20))
    with pytest.raises(DingtalkError, match="too slow"):
        Downloader(desk.adapter._api, clock=lambda: next(ticks)).download(photo())


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"", "application/octet-stream"),
        (b"<html>", "application/octet-stream"),
    ],
)
def test_types_are_told_by_their_first_bytes(data: bytes, mime: str) -> None:
    assert sniff(data) == mime


def test_what_was_begun_early_is_downloaded_once(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.files["p1.file"] = (JPEG, {})
    desk.adapter._media.start(photo())
    desk.adapter._media.start(photo())
    assert desk.adapter.fetch(photo()).data == JPEG
    assert len(ding.state.called(DOWNLOAD)) == 1


def test_an_early_download_that_stumbled_is_tried_again_and_one_refused_is_not(desk: Desk, ding: FakeDingtalk) -> None:
    ding.state.files["p1.file"] = (JPEG, {})
    ding.state.trouble(DOWNLOAD, Trouble(500, {"code": "system.error"}))
    desk.adapter._media.start(photo())
    assert desk.adapter.fetch(photo()).data == JPEG
    desk.adapter._media.start(photo("gone"))
    with pytest.raises(TransportError):
        desk.adapter.fetch(photo("gone"))
    assert len(ding.state.called(DOWNLOAD)) == 3


def test_photos_nobody_asks_for_are_forgotten() -> None:
    now = [0.0]
    kept = Prefetch(lambda _: FetchedMedia(b"x"), clock=lambda: now[0])
    for n in range(100):
        kept.start(photo(f"c{n}"))
    assert len(kept._waiting) <= 64
    now[0] = 601
    kept.start(photo("new"))
    assert len(kept._waiting) == 1
    kept.stop()


def test_a_turn_that_comes_before_the_download_is_through_waits_for_it() -> None:
    go = threading.Event()

    def slow(_: Media) -> FetchedMedia:
        assert go.wait(5)
        return FetchedMedia(JPEG)

    kept = Prefetch(slow)
    kept.start(photo())
    with ThreadPoolExecutor(1) as pool:
        fetched = pool.submit(kept.fetch, photo())
        go.set()
        assert fetched.result(5).data == JPEG
    kept.stop()
