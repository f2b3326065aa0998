"""The clock catalogue (appendix 1): every timer of the rule book, in one place.

`CLOCKS` climb a chain for one subject. `PERIODS` are lengths that metrics, gates and recalculations use, `MOMENTS` times of
the week at which the whole company is looked at. All are defaults; a running clock keeps the copy it was started with.
"""

from dataclasses import dataclass, replace
from datetime import time, timedelta
from enum import StrEnum
from types import MappingProxyType

from models.rules.clock import Anchor, Clock, Lapse, OnDay, OnLeave, Priority, Quiet, Recipient, Step
from models.rules.running_time import TimeMode

OWNER, SUBMITTER, MANAGER, DIRECTOR, VP, _ADMIN = Recipient


def _minutes(count: int) -> Lapse:
    return Lapse(timedelta(minutes=count))


def _hours(count: int) -> Lapse:
    return Lapse(timedelta(hours=count))


_LEAD = Clock(
    name="lead_response",
    numbers=(1, 2),
    rules=("L06", "L07", "E02"),
    title="线索响应",
    starts="线索分配",
    stops="接单、转出或报无效",
    mode=TimeMode.WORKING_HOURS,
    on_leave=OnLeave.STOPS,
    steps=(
        Step(_minutes(15), (OWNER,), "lead_waiting", reminder=True, effect="mark_waiting"),
        Step(_hours(2), (MANAGER,), "lead_unanswered"),
    ),
)

_REASSIGN = Clock(
    name="lead_reassignment",
    numbers=(3,),
    rules=("L05",),
    title="线索再分配",
    starts="上次分配",
    stops="被接",
    mode=TimeMode.WORKING_HOURS,
    steps=(Step(_hours(4), (), "lead_reassigned", effect="reassign_lead"),),
)


def _around_the_clock(clock: Clock) -> Clock:
    """Return the variant for 火线 leads, which run at night and through lunch (appendix 4, #7)."""
    steps = tuple(replace(step, priority=Priority.URGENT) for step in clock.steps)
    return replace(
        clock,
        name=f"{clock.name}_fire",
        title=f"火线{clock.title}",
        mode=TimeMode.NATURAL,
        quiet=Quiet.THROUGH,
        steps=steps,
    )


_ALL = (
    _LEAD,
    _around_the_clock(_LEAD),
    _REASSIGN,
    _around_the_clock(_REASSIGN),
    Clock(
        name="quote_feedback",
        numbers=(7,),
        rules=("F05",),
        title="报价反馈",
        starts="报价发出",
        stops="填了反馈类型",
        mode=TimeMode.NATURAL,
        steps=(
            Step(_hours(20), (OWNER,), "quote_feedback_soon", reminder=True),
            Step(_hours(24), (OWNER,), "quote_feedback_locked", effect="lock_stage"),
        ),
    ),
    Clock(
        name="payment_path",
        numbers=(8,),
        rules=("R07",),
        title="回款路径图",
        starts="合同签署",
        stops="四块填齐",
        mode=TimeMode.NATURAL,
        steps=(Step(_hours(24), (OWNER, MANAGER), "payment_path_missing"),),
    ),
    Clock(
        name="payment_silence",
        numbers=(9,),
        rules=("R09", "E02"),
        title="回款静默",
        starts="环节的最后一次操作",
        stops="环节完成；任一真实操作重新计时",
        mode=TimeMode.NATURAL_EXCEPT_HOLIDAYS,
        longest_life=timedelta(days=180),
        pausable=True,
        steps=(Step(_hours(48), (OWNER, MANAGER), "payment_silent"),),
    ),
    Clock(
        name="next_step_confirmation",
        numbers=(10,),
        rules=("P14", "E01"),
        title="主管确认下一步",
        starts="推给主管",
        stops="主管确认",
        mode=TimeMode.WORKING_DAYS,
        steps=(
            Step(_hours(46), (OWNER,), "confirmation_soon", reminder=True),
            Step(_hours(48), (DIRECTOR, SUBMITTER), "confirmation_overdue"),
        ),
    ),
    Clock(
        name="c_grade_intervention",
        numbers=(11,),
        rules=("H05", "E01"),
        title="C 级客户介入",
        starts="客户降为 C 级",
        stops="主管复盘",
        mode=TimeMode.WORKING_DAYS,
        steps=(Step(_hours(48), (DIRECTOR,), "intervention_overdue"),),
    ),
    Clock(
        name="presales_response",
        numbers=(12,),
        rules=("P07", "P06", "E01"),
        title="售前响应",
        starts="派单",
        stops="售前响应",
        mode=TimeMode.WORKING_DAYS,
        on_leave=OnLeave.STOPS,
        steps=(Step(_hours(2 * 24), (MANAGER,), "presales_overdue"),),
    ),
    Clock(
        name="attribution_negotiation",
        numbers=(13,),
        rules=("A04", "A05"),
        title="归属协商",
        starts="差异超过 15 个百分点",
        stops="各方同意",
        mode=TimeMode.NATURAL,
        steps=(Step(_hours(72), (VP,), "attribution_ruling", effect="close_negotiation", priority=Priority.URGENT),),
    ),
    Clock(
        name="minutes_evidence",
        numbers=(14,),
        rules=("A02",),
        title="纪要凭证",
        starts="会议结束",
        stops="纪要发出",
        mode=TimeMode.NATURAL,
        steps=(
            Step(_hours(22), (OWNER,), "minutes_soon", reminder=True),
            Step(_hours(24), (), "minutes_late", effect="no_points"),
        ),
    ),
    Clock(
        name="daily_report",
        numbers=(15,),
        rules=("D05", "D11"),
        title="日报截止",
        starts="工作日（含补班日）",
        stops="提交日报",
        mode=TimeMode.WORKING_DAYS,
        on_leave=OnLeave.STOPS,
        longest_life=timedelta(days=21),
        steps=(
            Step(OnDay(0, time(17, 30)), (OWNER,), "daily_report_due", reminder=True),
            Step(
                OnDay(0, time(18)),
                (MANAGER,),
                "daily_report_missing",
                jitter=(timedelta(minutes=1), timedelta(minutes=4)),
                merge="daily_report",
            ),
            Step(OnDay(1, time(9, 30), working=True), (DIRECTOR,), "daily_report_overdue", merge="daily_report"),
        ),
    ),
    Clock(
        name="payment_block",
        numbers=(16,),
        rules=("R06",),
        title="阻塞首补救",
        starts="标记阻塞",
        stops="首项补救动作",
        mode=TimeMode.WORKING_HOURS,
        steps=(Step(_hours(4), (OWNER,), "payment_block_overdue", reminder=True, effect="count_late_remedy"),),
    ),
    Clock(
        name="post_signing_check",
        numbers=(22,),
        rules=("R15",),
        title="签后体检",
        starts="合同签署",
        stops="答完三问",
        mode=TimeMode.NATURAL,
        steps=(Step(OnDay(7, time(9, 30)), (OWNER,), "post_signing_check"),),
    ),
    Clock(
        name="commitment_due",
        rules=("P05", "P15", "E01"),
        title="承诺到期",
        starts="登记承诺",
        stops="闭环、改期或撤销",
        mode=TimeMode.NATURAL,
        steps=(
            Step(OnDay(0, time(9, 30)), (OWNER,), "commitment_today", reminder=True, anchor=Anchor.TARGET),
            Step(_minutes(-90), (OWNER,), "commitment_soon", reminder=True, anchor=Anchor.TARGET),
            Step(_hours(0), (OWNER,), "commitment_overdue", anchor=Anchor.TARGET),
            Step(_hours(1), (MANAGER,), "commitment_overdue_manager", anchor=Anchor.TARGET),
        ),
    ),
)

CLOCKS = MappingProxyType({clock.name: clock for clock in _ALL})
"""Every clock by name."""


class Use(StrEnum):
    """What a period is for."""

    REFRESH = "refresh"
    """A value is computed anew when it is older than this."""
    WINDOW = "window"
    """A metric looks back (or ahead) so far."""
    LINE = "line"
    """A metric counts what took longer than this, or a gate asks for at least this."""


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time the rule book names; exactly one of `duration`, `days` (local days), `months` is set."""

    name: str
    number: int
    rules: tuple[str, ...]
    title: str
    use: Use
    duration: timedelta | None = None
    days: int | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of the week at which something is done; `last_workday` moves it to the week's last working day."""

    name: str
    number: int
    rules: tuple[str, ...]
    title: str
    at: time
    last_workday: bool = True


def _hour_period(name: str, number: int, rule: str, title: str, what: tuple[Use, int]) -> Period:
    return Period(name, number, (rule,), title, what[0], duration=timedelta(hours=what[1]))


def _day_period(name: str, number: int, rule: str, title: str, what: tuple[Use, int]) -> Period:
    return Period(name, number, (rule,), title, what[0], days=what[1])


def _month_period(name: str, number: int, rule: str, title: str, what: tuple[Use, int]) -> Period:
    return Period(name, number, (rule,), title, what[0], months=what[1])


_PERIODS = (
    _hour_period("lead_first_response", 4, "L08", "线索首响健康线", (Use.LINE, 24)),
    _hour_period("ability_refresh", 5, "L03", "能力系数刷新", (Use.REFRESH, 24)),
    _hour_period("visit_plan_lead", 6, "V05", "拜访计划提前量", (Use.LINE, 2)),
    _day_period("health_refresh", 17, "H01", "健康度刷新", (Use.REFRESH, 7)),
    _hour_period("grade_refresh", 18, "H03", "四维分级刷新", (Use.REFRESH, 72)),
    _day_period("no_valid_interaction", 19, "B01", "无有效互动", (Use.LINE, 30)),
    _day_period("quote_unopened", 20, "B01", "报价未打开", (Use.LINE, 7)),
    _day_period("shelved_order", 21, "R14", "搁置订单", (Use.LINE, 45)),
    _day_period("stage_stay", 23, "F06", "阶段停留", (Use.LINE, 11)),
    _day_period("interaction_window", 24, "H01", "互动频次窗口", (Use.WINDOW, 90)),
    _month_period("a_grade_window", 25, "H06", "A 级准确率窗口", (Use.WINDOW, 3)),
    _month_period("track_window", 26, "C11", "行为轨迹窗口", (Use.WINDOW, 6)),
    _day_period("schedule_window", 27, "P08", "排期可见窗口", (Use.WINDOW, 30)),
    _month_period("low_months", 28, "E08", "可信度、诊断表连续低于阈值", (Use.LINE, 2)),
    _hour_period("improvement_plan", 30, "B10", "改进方案上线", (Use.LINE, 72)),
)

PERIODS = MappingProxyType({period.name: period for period in _PERIODS})
"""Every period by name."""

MOMENTS = MappingProxyType(
    {moment.name: moment for moment in (Moment("friday_review", 29, ("T01",), "周五复盘", time(16)),)}
)
"""Every weekly moment by name."""
