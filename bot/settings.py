"""`config.toml` and the environment → frozen settings. An unknown key or a wrong unit refuses to start and names the key."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from models.rules.clock import Clock
from models.rules.clock_settings import configured_clocks

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class ConfigError(Exception):
    """The configuration cannot be used; the message names the key."""


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d+)\s*([smhd])", str(value))
    if match is None:
        raise ValueError('a duration is a number and one of s m h d, e.g. "15m"')
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def _hours(value: object) -> object:
    if isinstance(value, tuple):
        return value
    match = re.fullmatch(r"(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)", str(value))
    if match is None:
        raise ValueError('hours are written "09:00-18:00"')
    a, b, c, d = (int(group) for group in match.groups())
    return (time(a, b), time(c, d))


def _zone(value: object) -> object:
    try:
        return value if isinstance(value, ZoneInfo) else ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no time zone is named {value!r}") from None


def _clocks(value: object) -> object:
    if not isinstance(value, dict) or not all(isinstance(change, dict) for change in value.values()):
        raise ValueError("a table for each clock, e.g. [rules.clocks.lead_response]")
    return configured_clocks(value)


def _broker(value: str) -> str:
    if value and not re.match(r"(redis|rediss|amqp|amqps)://", value):
        raise ValueError('a broker is written "redis://host:6379/0" or "amqp://user@host//"; empty means none')
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Hours = Annotated[tuple[time, time], BeforeValidator(_hours)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Share = Annotated[float, Field(ge=0, le=1)]
Clocks = Annotated[dict[str, Clock], BeforeValidator(_clocks)]


class Section(BaseModel):
    """A table of the configuration: frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class DatabaseSection(Section):
    """Where everything is kept."""

    url: str = "sqlite:///data/bot.db"
    media_dir: str = "data/media"


class ServerSection(Section):
    """Where we listen, and the address others reach us under."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    public_url: str = ""
    threads: Annotated[int, Field(ge=1, le=256)] = 16


class QueueSection(Section):
    """Beyond one machine: processes wake each other through PostgreSQL, or through the broker (Celery) that is named here."""

    broker: Annotated[str, AfterValidator(_broker)] = ""


class WecomBotSection(Section):
    """The AI bot (智能机器人), by WebSocket, or by URL when `token` and `aes_key` are given."""

    bot_id: str = ""
    secret: str = ""
    ws_url: str = "wss://openws.work.weixin.qq.com"
    token: str = ""
    aes_key: str = ""


class WecomGroup(Section):
    """A push-only group robot; it hears nothing, so what is announced there is said here."""

    name: str
    webhook: str
    purpose: Literal["sales", "hq"] = "sales"


class WecomSection(Section):
    """The self-built app of WeCom."""

    corp_id: str = ""
    agent_id: Annotated[str, BeforeValidator(str)] = ""  # the console shows a number, and people paste it as one
    secret: str = ""
    token: str = ""
    aes_key: str = ""
    api_base: str = "https://qyapi.weixin.qq.com"
    bot: WecomBotSection = WecomBotSection()
    groups: tuple[WecomGroup, ...] = ()


class DingtalkGroup(Section):
    """A DingTalk group the bot may push to."""

    name: str
    conversation_id: str = ""
    webhook: str = ""
    webhook_secret: str = ""


class DingtalkSection(Section):
    """The DingTalk robot."""

    client_id: str = ""
    client_secret: str = ""
    robot_code: str = ""
    robot_name: str = ""
    corp_id: str = ""
    agent_id: str = ""
    mode: Literal["stream", "http"] = "stream"
    card_template_id: str = ""
    card_route_key: str = ""
    card_secret: str = ""
    event_token: str = ""
    event_aes_key: str = ""
    api_base: str = "https://api.dingtalk.com"
    oapi_base: str = "https://oapi.dingtalk.com"
    monthly_api_limit: Annotated[int, Field(ge=0)] = 5000
    monthly_message_limit: Annotated[int, Field(ge=0)] = 3000
    groups: tuple[DingtalkGroup, ...] = ()


class PracticeSection(Section):
    """The practice chat; loopback only."""

    enabled: bool = False


class PhotosSection(Section):
    """Reading pictures."""

    engine: Literal["auto", "tesseract", "rapidocr"] = "auto"
    keep_days: Annotated[int, Field(ge=1)] = 30
    time_tolerance: Duration = timedelta(minutes=15)
    distance_m: Annotated[int, Field(ge=1)] = 200
    timeout: Duration = timedelta(seconds=20)
    workers: Annotated[int, Field(ge=1, le=16)] = 1
    memory_mb: Annotated[int, Field(ge=256)] = 1024


class CalendarSection(Section):
    """Working time."""

    timezone: Zone = ZoneInfo("Asia/Shanghai")
    work_hours: Hours = (time(9), time(18))
    lunch: Hours = (time(12), time(13, 30))
    quiet_hours: Hours = (time(21), time(8))
    extra_holidays: tuple[date, ...] = ()
    extra_workdays: tuple[date, ...] = ()
    tables: Path | None = None
    """A folder of holiday tables of later years, or corrected ones, written like those in models/rules/calendar."""


class VisitRules(Section):
    """V01–V18."""

    plan_ahead: Duration = timedelta(hours=2)  # V05
    code_rate: Share = 0.05  # M5: share of visits asked for a code word
    place_link: Duration = timedelta(minutes=30)  # J1: how long a place page may be opened, where a chat sends no place
    goals: tuple[str, ...] = ("建立联系", "推进方案", "促成签约", "处理异议", "收集反馈")
    breakthroughs: tuple[str, ...] = ("价格让步", "交付周期", "定制方案", "服务承诺")


class CustomerRules(Section):
    """C01–C15."""

    sources: tuple[str, ...] = ("官网表单", "展会扫码", "销售推荐", "渠道转介")  # C06; an empty one becomes 未知来源


class CommitmentRules(Section):
    """P01–P15."""

    full_load: Annotated[float, Field(gt=0)] = 1.0  # P08
    place: Annotated[float, Field(gt=0, le=1)] = 0.1  # M9: share of a day that one registered promise takes


class DailyReportRules(Section):
    """D01–D13."""

    enabled: bool = True  # a company without daily reports is not asked for them
    due_at: time = time(18)  # D05; when reminders and escalation come says [rules.clocks.daily_report]
    push_after: Duration = timedelta(minutes=2)  # appendix 4 #10: judged at 18:00:00, pushed 18:01–18:04
    actions: tuple[str, ...] = ("客户拜访", "方案发送", "合同推进", "竞对反馈", "内部协同")
    breakthroughs: tuple[str, ...] = ("明确采购时间", "确认预算范围", "引入技术负责人")


class SignalRules(Section):
    """F09, F10."""

    repeated: Annotated[int, Field(ge=2)] = 3  # F10: from this one on (inclusive) a visit by a superior is suggested
    within: Duration = timedelta(days=14)
    visit_within: Annotated[int, Field(ge=1)] = 5  # working days such a visit is put down for
    rivals: tuple[str, ...] = ()  # brands of rivals; more are told in chat


class DigestRules(Section):
    """D08, P15: the cards of the morning."""

    rep_at: time = time(8, 30)
    manager_at: time = time(8, 50)


class UndoRules(Section):
    """M10, J8."""

    window: Duration = timedelta(minutes=10)


class PushRules(Section):
    """M3: how much may be pushed to one person."""

    daily_budget: Annotated[int, Field(ge=1)] = 20
    form_timeout: Duration = timedelta(hours=4)


class MetricLines(Section):
    """Where a number turns green and where it turns red (E03); what is left out stays as the catalogue has it."""

    target: Share | None = None
    warn: Share | None = None


class Rules(Section):
    """Thresholds of the rule book; every default is visible in `config.example.toml`."""

    visit: VisitRules = VisitRules()
    commitment: CommitmentRules = CommitmentRules()
    daily_report: DailyReportRules = DailyReportRules()
    customer: CustomerRules = CustomerRules()
    signal: SignalRules = SignalRules()
    digest: DigestRules = DigestRules()
    undo: UndoRules = UndoRules()
    push: PushRules = PushRules()
    clocks: Clocks = Field(default_factory=lambda: configured_clocks({}))
    """The clock catalogue as this company runs it, by name; see `models.rules.clock_settings` for what may be changed."""
    metrics: dict[str, MetricLines] = Field(default_factory=dict)
    """Lines of numbers by name; see `/口径`."""


class Settings(Section):
    """The whole configuration."""

    database: DatabaseSection = DatabaseSection()
    server: ServerSection = ServerSection()
    queue: QueueSection = QueueSection()
    wecom: WecomSection = WecomSection()
    dingtalk: DingtalkSection = DingtalkSection()
    practice: PracticeSection = PracticeSection()
    photos: PhotosSection = PhotosSection()
    calendar: CalendarSection = CalendarSection()
    rules: Rules = Rules()


def load_settings(path: Path | None) -> Settings:
    """Read a TOML file (None: defaults); raises ConfigError naming the key that is wrong."""
    if path is None:
        return Settings()
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; copy config.example.toml") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    return parse_settings(raw)


def parse_settings(raw: dict[str, Any]) -> Settings:
    """Check a parsed configuration; raises ConfigError naming the key that is wrong."""
    try:
        return Settings.model_validate(_resolve(raw, ()))
    except ValidationError as error:
        raise ConfigError("; ".join(_sentence(item) for item in error.errors())) from None


def _sentence(item: Any) -> str:
    key = ".".join(str(part) for part in item["loc"])
    reason = "unknown key" if item["type"] == "extra_forbidden" else item["msg"].removeprefix("Value error, ")
    return f"{key}: {reason}"


def _resolve(value: Any, path: tuple[str, ...]) -> Any:
    """Replace "env:NAME" and "file:PATH" by what they name."""
    if isinstance(value, dict):
        return {key: _resolve(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item, (*path, str(index))) for index, item in enumerate(value)]
    if isinstance(value, str) and value.startswith("env:"):
        return _from_env(value[4:], path)
    if isinstance(value, str) and value.startswith("file:"):
        return _from_file(value[5:], path)
    return value


def _from_env(name: str, path: tuple[str, ...]) -> str:
    if name not in os.environ:
        raise ConfigError(f"{'.'.join(path)}: environment variable {name} is not set")
    return os.environ[name]


def _from_file(name: str, path: tuple[str, ...]) -> str:
    try:
        return Path(name).read_text("utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{'.'.join(path)}: cannot read {name}: {error.strerror}") from None
