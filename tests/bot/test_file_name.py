"""Names of files as strangers send them: shown and stored without doing harm."""

from __future__ import annotations

import pytest

from bot.file_name import LONGEST, plain_file_name
from bot.update import Media, MediaKind

NAMES = {
    "客户名单.xlsx": "客户名单.xlsx",
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\system32\\cmd.exe": "cmd.exe",
    "/": "",
    "..": "",
    "C:\\照片\\门头.jpg": "门头.jpg",
    "a\nb\r\nSet-Cookie: x.csv": "a b Set-Cookie: x.csv",
    "门头\u202egpj.exe": "门头gpj.exe",
    "名单\x00.csv": "名单.csv",
    "\u200b\ufeff\u2066名单\u2069.csv": "名单.csv",
    "名单\ud83d.csv": "名单.csv",
    "  名单 .csv . ": "名单 .csv",
    "=1+1.csv": "=1+1.csv",  # an export quotes it; a chat shows it
    "👍🏽.jpg": "👍🏽.jpg",
    "": "",
}


@pytest.mark.parametrize("sent", NAMES, ids=ascii)
def test_a_name_is_shown_without_folders_and_hidden_signs(sent: str) -> None:
    assert plain_file_name(sent) == NAMES[sent]
    assert Media(MediaKind.FILE, name=sent).name == NAMES[sent]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("好" * (LONGEST - 4) + ".csv", "好" * (LONGEST - 4) + ".csv"),
        ("好" * (LONGEST - 3) + ".csv", "好" * (LONGEST - 5) + "….csv"),
        ("好" * 5000 + ".csv", "好" * (LONGEST - 5) + "….csv"),
        ("a." + "b" * 5000, "a." + "b" * (LONGEST - 3) + "…"),
    ],
)
def test_a_long_name_keeps_its_ending(sent: str, kept: str) -> None:
    assert plain_file_name(sent) == kept
    assert len(kept) <= LONGEST


def test_a_plain_name_stays_as_it_is_however_often_it_is_made_plain() -> None:
    for name in NAMES.values():
        assert plain_file_name(name) == name
