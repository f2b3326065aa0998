"""Bodies of the practice API: what may come in, and a clear sentence for what may not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

from flask import Request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import from_json

MAX_JSON: Final = 1_000_000
MAX_TYPED: Final = 100_000
MAX_BODY: Final = 60 * 1024 * 1024
MAX_PART: Final = 20 * 1024 * 1024
MAX_PARTS: Final = 12
MAX_NUMBER: Final = 2**53

NAMES: Final = {
    "from": "from（谁发的）", "chat": "chat（direct 或群的编号）", "text": "text（文字）", "location": "location（位置）",
    "lat": "location.lat（纬度，-90 到 90）", "lng": "location.lng（经度，-180 到 180）", "label": "location.label（地点名）",
    "quote": "quote（引用的消息编号）", "mention_bot": "mention_bot", "client_id": "client_id", "message_id": "message_id（消息编号）",
    "action": "action（按钮的值）", "values": "values（卡片里填的内容）", "viewer": "viewer（谁在看）", "seq": "seq", "advance": "advance",
    "to": "to", "voice_text": "voice_text",
}  # fmt: skip


class ApiError(Exception):
    """A refusal; `sentence` is for a person."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def _clean(value: str) -> str:
    return value.replace("\x00", "")


def _word(value: str) -> str:
    if not value.isprintable():
        raise ValueError("control characters")
    return value


def _person(value: str) -> str:
    if value == "bot":
        raise ValueError("the bot is not played by hand")
    return value


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("not a number")
    return value


def _typed(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return value


Word = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_word)]
PersonId = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_word), AfterValidator(_person)]
Text = Annotated[str, Field(max_length=MAX_TYPED), AfterValidator(_clean)]
Typed = Annotated[str, BeforeValidator(_typed), Field(max_length=5_000), AfterValidator(_clean)]
Count = Annotated[int, Field(ge=0, le=MAX_NUMBER)]


class Body(BaseModel):
    """A JSON object; unknown members are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class LocationIn(Body):
    """A place; degrees."""

    lat: Annotated[float, Field(ge=-90, le=90), AfterValidator(_finite)]
    lng: Annotated[float, Field(ge=-180, le=180), AfterValidator(_finite)]
    label: Annotated[str, Field(max_length=200), AfterValidator(_clean)] = ""


class MessageIn(Body):
    """`POST /messages`."""

    sender: PersonId = Field(alias="from")
    chat: Word
    text: Text | None = None
    location: LocationIn | None = None
    quote: Word | None = None
    mention_bot: bool = False
    client_id: Word | None = None
    voice_text: Text | None = None


class ActionIn(Body):
    """`POST /actions`."""

    sender: PersonId = Field(alias="from")
    message_id: Word
    action: Annotated[str, Field(min_length=1, max_length=1_000)]
    values: Annotated[dict[Word, Typed], Field(max_length=40)] = {}
    client_id: Word | None = None


class ClockIn(Body):
    """`POST /clock`: one of the two."""

    advance: Annotated[str, Field(max_length=60)] | None = None
    to: Annotated[str, Field(max_length=60)] | None = None


class ReadIn(Body):
    """`POST /read`."""

    viewer: PersonId
    chat: Word
    seq: Count


class MessagesQuery(Body):
    """`GET /messages`."""

    viewer: PersonId
    after: Count = 0
    changed_after: Count | None = None
    chat: Word | None = None


Model = TypeVar("Model", bound=Body)


def json_body(model: type[Model], request: Request) -> Model:
    """Read a JSON body; raises ApiError."""
    request.max_content_length = MAX_JSON
    try:
        return model.model_validate_json(request.get_data() or b"null")
    except ValidationError as error:
        raise ApiError(sentence(error)) from None


def fields(model: type[Model], values: dict[str, Any]) -> Model:
    """Read form fields or query parameters; empty ones count as absent. Raises ApiError."""
    given = {key: value for key, value in values.items() if value != ""}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise ApiError(sentence(error)) from None


def form_values(form: Mapping[str, str]) -> dict[str, Any]:
    """Return form fields as a JSON body would hold them: the location is JSON inside its field."""
    values: dict[str, Any] = dict(form)
    if values.get("location"):
        try:
            values["location"] = from_json(values["location"])
        except ValueError:
            raise ApiError(f"{NAMES['location']} 写得不对。") from None
    return values


def sentence(error: ValidationError) -> str:
    """Say in one sentence what is wrong with a body."""
    first = error.errors(include_url=False)[0]
    known = [str(part) for part in first["loc"] if str(part) in NAMES]
    if not known:
        return "请求的内容要是一个 JSON 对象。"
    name = NAMES[known[-1]]
    if first["type"] == "missing":
        return f"缺少 {name}。"
    if first["type"] in {"string_too_long", "too_long"}:
        return f"{name} 太长了。"
    return f"{name} 写得不对。"
