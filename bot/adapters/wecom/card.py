"""One `Card` → WeCom's five kinds of template card.

text_notice        nothing to press
news_notice        nothing to press, and a picture with a public address
button_interaction buttons, perhaps one question with options
vote_interaction   one question with several answers
multiple_interaction two or three questions

What has no room on a template is not cut off: `plan` then says it in a text before the card.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from bot.adapters.wecom.text import shorten, shorten_bytes
from bot.reply import Button, ButtonStyle, Card, CardState, Field, Input, InputKind

TITLE: Final = 36
VOTE_TITLE: Final = 16
DESC: Final = 44
SUB_TITLE: Final = 160
FIELDS: Final = 6
FIELD_LABEL: Final = 5
FIELD_VALUE: Final = 30
BUTTONS: Final = 6
MENU: Final = 3
BUTTON_TEXT: Final = 10
QUESTIONS: Final = 3
OPTIONS: Final = 10
VOTE_OPTIONS: Final = 20
OPTION_TEXT: Final = 16
_SELECTS: Final = frozenset({InputKind.SELECT, InputKind.MULTI})
_STYLES: Final = {ButtonStyle.PRIMARY: 1, ButtonStyle.DEFAULT: 2, ButtonStyle.DANGER: 3}
_DONE: Final = {CardState.DONE: "已处理", CardState.VOID: "已失效", CardState.OPEN: "已处理"}
_NO_PAGE: Final = "https://work.weixin.qq.com"
"""Where a notice leads when the installation has no public address; WeCom insists on one."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CardPlan:
    """What to send for a card: a text before it (what has no room on it), and the template."""

    before: str
    template: Json


def plan(card: Card, *, task_id: str, link: str = "") -> CardPlan:
    """Lay a card out. `task_id` names it for presses and updates, `link` is where a notice leads."""
    card = card.written_out()
    card = replace(card, buttons=_pressable(card))
    questions = _questions(card)
    said = (card.body, _more_fields(card), _asked_in_words(card, questions), _more_buttons(card))
    text = "\n".join(part for part in said if part)
    fits = len(text) <= SUB_TITLE
    template = _layout(card, questions, task_id, link)
    template |= _main_title(card, template["card_type"], text if fits else "详情见上一条消息")
    if card.fields:
        shown = [field for field in card.fields if _fits(field)][:FIELDS]
        if shown:
            template["horizontal_content_list"] = [{"keyname": field.label, "value": field.value} for field in shown]
    if card.note and (card.state is CardState.OPEN or len(card.note) > BUTTON_TEXT):
        template["quote_area"] = {"type": 0, "quote_text": card.note}
    before = "" if fits else "\n".join(part for part in (f"【{card.title}】" if card.title else "", text) if part)
    return CardPlan(before, template)


def closed_template(card: Card, *, task_id: str, link: str = "") -> Json:
    """Return what a card is replaced by: the same kind with its buttons greyed, or what is open on it now."""
    template = plan(card, task_id=task_id, link=link).template
    if card.buttons and all(button.disabled for button in card.buttons):
        template["replace_text"] = shorten(card.note or _DONE[card.state], BUTTON_TEXT)
    return template


def _layout(card: Card, questions: list[Input], task_id: str, link: str) -> Json:
    if not card.buttons:
        return _notice(card, link)
    if len(questions) == 1 and questions[0].kind is InputKind.MULTI:
        return {"card_type": "vote_interaction", "task_id": task_id, "checkbox": _checkbox(questions[0])} | _submit(
            card
        )
    if len(questions) > 1:
        selects = [_selection(question, question.label) for question in questions]
        return {"card_type": "multiple_interaction", "task_id": task_id, "select_list": selects} | _submit(card)
    template: Json = {"card_type": "button_interaction", "task_id": task_id} | _buttons(card)
    if questions:
        template["button_selection"] = _selection(questions[0], questions[0].label)
    return template


def _main_title(card: Card, kind: str, text: str) -> Json:
    """Put a short body beside the title and a longer one below it."""
    title = shorten(card.title, VOTE_TITLE if kind == "vote_interaction" else TITLE)
    if kind in {"vote_interaction", "multiple_interaction"} or (len(text) <= DESC and "\n" not in text):
        return {"main_title": {"title": title, "desc": text} if text else {"title": title}}
    return {"main_title": {"title": title}, "sub_title_text": text}


# -- parts -------------------------------------------------------------------------------------------------------------


def _notice(card: Card, link: str) -> Json:
    action = {"type": 1, "url": link or _NO_PAGE}
    if card.image and card.image.startswith(("https://", "http://")):
        return {"card_type": "news_notice", "card_image": {"url": card.image}, "card_action": action}
    return {"card_type": "text_notice", "card_action": action}


def _buttons(card: Card) -> Json:
    shown, rest = card.buttons[:BUTTONS], card.buttons[BUTTONS : BUTTONS + MENU]
    result: Json = {"button_list": [_button(button) for button in shown]}
    if rest:
        actions = [{"text": shorten(button.label, BUTTON_TEXT), "key": str(button.action)} for button in rest]
        result["action_menu"] = {"desc": "更多", "action_list": actions}
    return result


def _button(button: Button) -> Json:
    return {
        "text": shorten(button.label, BUTTON_TEXT),
        "style": _STYLES[button.style],
        "key": str(button.action),
    }


def _submit(card: Card) -> Json:
    first, *rest = card.buttons
    result: Json = {"submit_button": {"text": shorten(first.label, BUTTON_TEXT), "key": str(first.action)}}
    if rest:
        actions = [{"text": shorten(button.label, BUTTON_TEXT), "key": str(button.action)} for button in rest[:MENU]]
        result["action_menu"] = {"desc": "更多", "action_list": actions}
    return result


def _selection(question: Input, title: str) -> Json:
    options = [
        {"id": shorten_bytes(value, 128), "text": shorten(label, OPTION_TEXT)} for value, label in question.options
    ]
    result: Json = {"question_key": question.name, "title": shorten(title, 12), "option_list": options[:OPTIONS]}
    if question.value:
        result["selected_id"] = question.value
    return result


def _checkbox(question: Input) -> Json:
    chosen = set(question.value.split(","))
    options = [
        {"id": shorten_bytes(value, 128), "text": shorten(label, OPTION_TEXT), "is_checked": value in chosen}
        for value, label in question.options
    ]
    return {"question_key": question.name, "mode": 1, "option_list": options[:VOTE_OPTIONS]}


# -- what fits ---------------------------------------------------------------------------------------------------------


def _fits(field: Field) -> bool:
    return len(field.label) <= FIELD_LABEL and len(field.value) <= FIELD_VALUE and "\n" not in field.value


def _pressable(card: Card) -> tuple[Button, ...]:
    """Return the buttons that can be pressed, or all of them on a closed card: WeCom greys all or none."""
    return tuple(button for button in card.buttons if not button.disabled) or card.buttons


def _more_buttons(card: Card) -> str:
    """Say what no button is left for."""
    rest = [button.label for button in card.buttons[BUTTONS + MENU :]]
    return f"也可以直接回复：{'、'.join(rest)}" if rest else ""


def _more_fields(card: Card) -> str:
    """Return the fields that have no room in the table, as lines."""
    fitting = [field for field in card.fields if _fits(field)]
    rest = [field for field in card.fields if not _fits(field)] + fitting[FIELDS:]
    ordered = [field for field in card.fields if field in rest]
    return "\n".join(f"{field.label}：{field.value}" for field in ordered)


def _questions(card: Card) -> list[Input]:
    """Return the inputs that become selections; a card of WeCom has room for one with several answers or three others."""
    choices = [each for each in card.inputs if each.kind in _SELECTS and 0 < len(each.options) <= _room(each)]
    if not card.buttons:
        return []
    if len(choices) == 1:
        return choices
    return [each for each in choices if each.kind is InputKind.SELECT][:QUESTIONS]


def _room(question: Input) -> int:
    return VOTE_OPTIONS if question.kind is InputKind.MULTI else OPTIONS


def _asked_in_words(card: Card, questions: list[Input]) -> str:
    """Say what cannot be chosen on the card: it is answered in the chat."""
    missing = [each.label for each in card.inputs if each not in questions]
    return f"请直接回复：{'、'.join(missing)}" if missing else ""
