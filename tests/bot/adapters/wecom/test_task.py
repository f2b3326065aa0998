from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.wecom.task import key_of, task_id
from bot.reply import Card


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_a_press_names_the_key_of_its_card(key: str) -> None:
    task = task_id([key])
    assert re.fullmatch(r"[0-9A-Za-z_@-]{1,128}", task)
    assert key_of(task) in {key, ""}


def test_a_usual_key_survives() -> None:
    task = task_id(["reply:17:0@p:linke"])
    assert task.startswith("reply@3a17@3a0@40p@3alinke@@")
    assert key_of(task) == "reply:17:0@p:linke"


def test_the_same_card_has_the_same_id_and_a_changed_one_another() -> None:
    first, again, changed = (task_id(["k"], Card(title)) for title in ("14:00", "14:00", "15:00"))
    assert first == again != changed
    assert key_of(changed) == "k"


def test_several_keys_and_long_ones_become_a_digest_that_names_no_key() -> None:
    assert task_id(["a", "b"]) == task_id(["b", "a"])
    assert task_id(["a", "b"]) != task_id(["a", "c"])
    for keys in (["a", "b"], ["汉" * 99]):
        assert re.fullmatch(r"@@[0-9a-f]{64}", task_id(keys))
        assert key_of(task_id(keys)) == ""


def test_a_task_of_somebody_else_is_left_as_it_is() -> None:
    assert key_of("rem-42-1") == "rem-42-1"
    assert key_of("@ff") == "@ff"
