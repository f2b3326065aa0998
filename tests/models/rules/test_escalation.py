"""Who hears what when: the journeys' chains, on both sides of every boundary."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from models.rules.clocks import CLOCKS
from models.rules.escalation import (
    Around,
    Kind,
    Silence,
    next_due,
    provisional,
    step_due_at,
    take,
    time_used,
)
from models.rules.running import Running, acknowledge, freeze, pause, restart, resume, retracted, snooze, stop
from models.rules.running_time import Span
from models.rules.workday import default_calendar
from tests.models.rules.cast import OFFICE, TEAM, absent, at, run, started, told


def fire_at(running: Running) -> datetime:
    item = next_due(running, OFFICE)
    assert item
    return item.fire_at


# --- J5: a lead -------------------------------------------------------------------------------------------------------


def test_linke_is_reminded_at_fifteen_minutes_and_not_a_second_earlier() -> None:
    lead = started("lead_response", "16 10:00:00", "linke")
    assert run(lead, "16 10:14:59")[1] == []
    lead, fired = run(lead, "16 10:15:00")
    assert told(fired) == [("linke", "lead_waiting")]
    assert fired[0].step.effect == "mark_waiting"
    assert run(lead, "16 11:59:59")[1] == []


def test_chenmin_hears_of_it_at_two_hours_exactly_once() -> None:
    lead, _ = run(started("lead_response_fire", "16 10:00:00", "linke"), "16 11:59:59")
    lead, fired = run(lead, "16 12:00:00")
    assert told(fired) == [("chenmin", "lead_unanswered")]
    assert run(lead, "16 18:00:00")[1] == []


def test_a_lead_taken_in_time_reminds_nobody() -> None:
    lead = stop(started("lead_response", "16 10:00:00", "linke"), at("16 10:14:59"), "accepted")
    assert run(lead, "17 18:00")[1] == []
    assert stop(lead, at("16 11:00"), "again") == lead


def test_being_in_a_meeting_is_known_but_not_an_answer() -> None:
    lead = acknowledge(started("lead_response_fire", "16 10:00", "linke"), "linke", at("16 10:05"))
    lead, fired = run(lead, "16 10:15")
    assert told(fired) == []
    assert fired[0].silence is Silence.ACKNOWLEDGED
    assert fired[0].step.effect == "mark_waiting"  # the state changes all the same
    lead, fired = run(lead, "16 12:00")
    assert told(fired) == [("chenmin", "lead_unanswered")]
    assert lead.acknowledged_by == "linke"


def test_an_ordinary_lead_sleeps_at_night_and_at_lunch_and_a_burning_one_does_not() -> None:
    night = started("lead_response", "16 23:10", "linke")
    assert step_due_at(night, 0, OFFICE) == at("17 09:15")
    assert step_due_at(night, 1, OFFICE) == at("17 11:00")
    noon = started("lead_response", "16 11:50", "linke")
    assert step_due_at(noon, 0, OFFICE) == at("16 13:35")
    fire = started("lead_response_fire", "16 23:10", "linke")
    assert fire_at(fire) == at("16 23:25")


def test_a_lead_that_came_late_on_friday_is_marked_on_friday_only_if_there_was_time() -> None:
    assert step_due_at(started("lead_response", "13 17:45:00", "linke"), 0, OFFICE) == at("13 18:00:00")
    assert step_due_at(started("lead_response", "13 17:45:01", "linke"), 0, OFFICE) == at("16 09:00:01")


def test_a_lead_may_be_given_to_somebody_else_after_four_hours() -> None:
    lead = started("lead_reassignment_fire", "16 10:00", "linke")
    assert run(lead, "16 13:59:59")[1] == []
    _, fired = run(lead, "16 14:00")
    assert fired[0].step.effect == "reassign_lead"
    assert fired[0].silence is Silence.EFFECT_ONLY


def test_an_answer_that_was_given_in_time_but_arrived_late_takes_the_reminder_back() -> None:
    lead, fired = run(started("lead_response", "16 10:00:00", "linke"), "16 10:15:00")
    assert told(fired)
    lead = stop(lead, at("16 10:14:59"), "accepted")
    assert [taken.number for taken in retracted(lead)] == [0]
    answered_late = stop(replace(lead, stopped_at=None), at("16 10:15:00"), "accepted")
    assert retracted(answered_late) == ()


# --- J4: silence of a payment ----------------------------------------------------------------------------------------


def test_a_silent_payment_tells_both_at_forty_eight_hours() -> None:
    payment = started("payment_silence", "04 16:00:00", "zhouhang")
    assert run(payment, "06 15:59:59")[1] == []
    payment, fired = run(payment, "06 16:00:00")
    assert told(fired) == [("zhouhang", "payment_silent"), ("chenmin", "payment_silent")]
    assert run(payment, "20 16:00")[1] == []


def test_any_real_action_begins_the_forty_eight_hours_anew() -> None:
    payment = restart(started("payment_silence", "04 16:00", "zhouhang"), at("05 10:00"))
    assert run(payment, "07 09:59:59")[1] == []
    payment, fired = run(payment, "07 10:00:00")
    assert len(fired) == 1
    again = restart(payment, at("09 10:00"))
    _, fired = run(again, "11 10:00")
    assert told(fired) == [("zhouhang", "payment_silent"), ("chenmin", "payment_silent")]
    assert fired[0].key != payment.key


def test_waiting_for_the_customer_pauses_and_after_it_the_silence_counts_again() -> None:
    payment, _ = run(started("payment_silence", "04 16:00", "zhouhang"), "06 16:00")
    payment = pause(payment, (at("06 16:20"), at("12 09:00")), "zhouhang", "客户内部走OA")
    assert payment.round == 2
    assert run(payment, "14 08:59:59")[1] == []
    _, fired = run(payment, "14 09:00:00")
    assert told(fired) == [("zhouhang", "payment_silent"), ("chenmin", "payment_silent")]


def test_a_pause_in_the_middle_leaves_the_rest_owed() -> None:
    payment = started("payment_silence", "04 16:00", "zhouhang")
    payment = pause(payment, (at("05 16:00"), at("12 09:00")), "zhouhang")
    assert step_due_at(payment, 0, OFFICE) == at("13 09:00")
    assert time_used(payment, at("10 09:00"), OFFICE) == timedelta(hours=24)
    assert payment.is_paused(at("12 08:59:59"))
    assert not payment.is_paused(at("12 09:00"))
    early = resume(payment, at("06 16:00"))
    assert step_due_at(early, 0, OFFICE) == at("07 16:00")


def test_the_third_pause_in_a_row_turns_yellow_and_a_real_action_clears_it() -> None:
    payment = started("payment_silence", "02 09:00", "zhouhang")
    for day in ("03", "04"):
        payment = pause(payment, (at(f"{day} 09:00"), at(f"{day} 10:00")), "zhouhang")
        assert not payment.is_yellow
    payment = restart(payment, at("04 12:00"), keeps_pauses=True)
    payment = pause(payment, (at("05 09:00"), at("06 10:00")), "zhouhang")
    assert payment.is_yellow
    assert not restart(payment, at("06 09:00")).is_yellow
    with pytest.raises(ValueError, match="ends after it begins"):
        pause(payment, (at("07 09:00"), at("07 09:00")), "zhouhang")


def test_a_frozen_clock_waits_for_whoever_froze_it() -> None:
    payment = freeze(started("payment_silence", "04 16:00", "zhouhang"), at("05 16:00"), "akai", "交接")
    assert next_due(payment, OFFICE) is None
    assert payment.pauses_in_row == 0
    assert step_due_at(resume(payment, at("09 16:00")), 0, OFFICE) == at("10 16:00")


def test_the_holiday_stops_the_silence_clock() -> None:
    payment = started("payment_silence", "2026-09-29 17:00", "zhouhang")
    assert run(payment, "2026-10-08 16:59:59")[1] == []
    assert len(run(payment, "2026-10-08 17:00:00")[1]) == 1


def test_a_payment_path_is_asked_for_at_twenty_four_hours() -> None:
    path = started("payment_path", "02 10:00", "zhouhang")
    assert run(path, "03 09:59:59")[1] == []
    assert told(run(path, "03 10:00:00")[1]) == [
        ("zhouhang", "payment_path_missing"),
        ("chenmin", "payment_path_missing"),
    ]


def test_the_check_after_signing_comes_once_on_the_seventh_day() -> None:
    check = started("post_signing_check", "02 10:00", "zhouhang")
    assert step_due_at(check, 0, OFFICE) == at("09 09:30")


# --- J10: a manager who does not answer ------------------------------------------------------------------------------


def test_chenmin_is_warned_two_hours_before_and_hechuan_asked_on_tuesday_at_three() -> None:
    step = started("next_step_confirmation", "13 15:00", "chenmin", "zhouhang")
    assert run(step, "17 12:59:59")[1] == []
    step, fired = run(step, "17 13:00")
    assert told(fired) == [("chenmin", "confirmation_soon")]
    assert run(step, "17 14:59:59")[1] == []
    step, fired = run(step, "17 15:00")
    assert told(fired) == [("hechuan", "confirmation_overdue"), ("zhouhang", "confirmation_overdue")]
    assert run(step, "30 15:00")[1] == []


def test_a_confirmed_step_climbs_nowhere() -> None:
    step = stop(started("next_step_confirmation", "13 15:00", "chenmin", "zhouhang"), at("16 09:00"), "confirmed")
    assert run(step, "30 15:00")[1] == []


def test_hechuan_may_grant_another_working_day_and_is_asked_again_himself() -> None:
    step, _ = run(started("next_step_confirmation", "13 15:00", "chenmin", "zhouhang"), "17 15:00")
    step = snooze(step, "hechuan", at("18 15:00"))
    assert run(step, "18 14:59:59")[1] == []
    step, fired = run(step, "18 15:00")
    assert told(fired) == [("hechuan", "confirmation_overdue")]
    assert fired[0].kind is Kind.AGAIN
    assert run(step, "25 15:00")[1] == []


def test_if_the_director_submitted_it_himself_it_goes_to_the_vp() -> None:
    step = started("next_step_confirmation", "13 15:00", "chenmin", "hechuan")
    _, fired = run(step, "17 15:00")
    assert told(fired)[-2:] == [("duli", "confirmation_overdue"), ("hechuan", "confirmation_overdue")]


def test_if_the_vp_is_away_too_the_administrator_gets_it_and_nobody_twice() -> None:
    step = started("next_step_confirmation", "13 15:00", "chenmin", "hechuan")
    _, fired = run(step, "17 15:00", absent("duli"))
    assert told(fired)[-2:] == [("akai", "confirmation_overdue"), ("hechuan", "confirmation_overdue")]


def test_a_deputy_is_asked_at_once_when_the_manager_is_on_leave() -> None:
    team = absent("chenmin", deputy="sun")
    _, fired = run(started("next_step_confirmation", "13 15:00", "chenmin", "zhouhang"), "17 13:00", team)
    assert told(fired) == [("sun", "confirmation_soon")]
    assert fired[0].told[0].instead_of == "chenmin"


# --- J3: the daily report ----------------------------------------------------------------------------------------------


def test_the_report_of_a_make_up_day_climbs_from_the_rep_to_the_director() -> None:
    report = started("daily_report", "2026-10-10 09:00", "linke")
    report, fired = run(report, "2026-10-10 17:30")
    assert told(fired) == [("linke", "daily_report_due")]
    report, fired = run(report, "2026-10-10 18:00:59")
    assert fired == []  # the deadline is 18:00:00, the push comes between 18:01 and 18:04
    report, fired = run(report, "2026-10-10 18:04")
    assert told(fired) == [("chenmin", "daily_report_missing")]
    assert fired[0].due_at == at("2026-10-10 18:00")
    assert run(report, "2026-10-12 09:29:59")[1] == []
    assert told(run(report, "2026-10-12 09:30")[1]) == [("hechuan", "daily_report_overdue")]


def test_a_push_is_spread_over_three_minutes_and_always_the_same_way() -> None:
    spread = replace(CLOCKS["daily_report"].steps[1], merge="")
    clock = replace(CLOCKS["daily_report"], steps=(spread,))
    report = replace(started("daily_report", "16 09:00", "linke"), clock=clock)
    times = {fire_at(replace(report, key=f"daily_report:{n}")) for n in range(300)}
    assert min(times) >= at("16 18:01")
    assert max(times) <= at("16 18:04")
    assert len(times) > 90
    assert fire_at(report) == fire_at(report)


def test_reports_that_go_on_one_card_fire_at_one_instant() -> None:
    reports = [run(started("daily_report", "16 09:00", who), "16 17:30")[0] for who in ("linke", "zhouhang", "sun")]
    keyed = [replace(report, key=f"daily_report:{number}") for number, report in enumerate(reports)]
    assert len({fire_at(report) for report in keyed}) == 1


def test_linke_asks_for_an_hour_and_hands_in_before_it_is_over() -> None:
    report, _ = run(started("daily_report", "16 09:00", "linke"), "16 18:04")
    report = snooze(report, "linke", at("16 19:20"))
    asked_again = run(report, "16 19:20")[1]
    assert told(asked_again) == [("linke", "daily_report_missing")]
    handed_in = stop(report, at("16 19:05"), "submitted")
    assert run(handed_in, "17 12:00")[1] == []


def test_the_report_of_the_last_day_before_the_holiday_climbs_after_it() -> None:
    report = started("daily_report", "2026-09-30 09:00", "linke")
    assert step_due_at(report, 2, OFFICE) == at("2026-10-08 09:30")


# --- J2: a promise ----------------------------------------------------------------------------------------------------


def test_a_promise_is_recalled_on_its_day_and_climbs_an_hour_after_its_time() -> None:
    promise = started("commitment_due", "2026-09-30 17:20", "zhouhang", target="2026-10-08 15:00")
    _, fired = run(promise, "2026-10-07 23:59")
    assert fired == []
    instants = [step_due_at(promise, number, OFFICE) for number in range(4)]
    assert instants == [at(f"2026-10-08 {wall}") for wall in ("09:30", "13:30", "15:00", "16:00")]


def test_a_promise_made_on_its_own_day_does_not_recall_what_is_past() -> None:
    promise = started("commitment_due", "17 13:45", "zhouhang", target="17 15:00")
    promise, fired = run(promise, "17 14:59:59")
    assert fired == []
    _, fired = run(promise, "17 16:00")
    assert told(fired) == [("zhouhang", "commitment_overdue"), ("chenmin", "commitment_overdue_manager")]


def test_a_promise_far_away_does_not_die_before_its_day() -> None:
    promise = started("commitment_due", "2026-11-02 09:00", "zhouhang", target="2027-03-01 15:00")
    promise, fired = run(promise, "2027-03-01 15:00")
    assert [firing.step.card for firing in fired if firing.told] == ["commitment_overdue"]


# --- time itself ------------------------------------------------------------------------------------------------------


def test_after_an_outage_what_still_matters_is_sent_and_says_how_late() -> None:
    lead = started("lead_response", "16 10:00", "linke")
    lead, fired = run(lead, "16 10:22")
    assert fired[0].late == timedelta(minutes=7)
    _, fired = run(started("lead_response", "16 10:00", "linke"), "16 12:30")
    assert told(fired) == [("chenmin", "lead_unanswered")]  # the reminder before it was overtaken
    assert fired[0].silence is Silence.SUPERSEDED
    assert fired[0].step.effect == "mark_waiting"
    assert fired[1].late == timedelta(minutes=30)


def test_a_few_seconds_are_not_late() -> None:
    lead = started("lead_response", "16 10:00:00", "linke")
    assert run(lead, "16 10:15:59")[1][0].late == timedelta()
    assert run(lead, "16 10:16:00")[1][0].late == timedelta(minutes=1)


def test_firing_twice_at_one_instant_sends_once_and_a_clock_set_back_sends_nothing() -> None:
    lead, fired = run(started("lead_response", "16 10:00", "linke"), "16 10:15")
    assert len(fired) == 1
    assert run(lead, "16 10:15")[1] == []
    assert run(lead, "16 09:15")[1] == []
    same, firing = take(lead, at("16 10:15"), OFFICE, TEAM)
    assert same is lead
    assert firing is None


def test_a_reminder_at_night_waits_for_the_morning_but_a_lock_is_on_time() -> None:
    quote = started("quote_feedback", "17 10:00", "linke")
    assert fire_at(quote) == at("18 08:00")
    assert step_due_at(quote, 0, OFFICE) == at("18 06:00")
    assert run(stop(quote, at("18 07:30"), "answered"), "18 10:00")[1] == []
    night = started("quote_feedback", "17 03:00", "linke")
    _, fired = run(night, "18 03:00:00")
    assert fired[-1].step.effect == "lock_stage"
    assert fired[-1].due_at == at("18 03:00")


def test_a_pause_in_the_night_holds_back_what_waited_for_the_morning() -> None:
    payment = started("payment_silence", "04 23:00", "zhouhang")
    payment = pause(payment, (at("07 07:00"), at("10 09:00")), "zhouhang")
    assert step_due_at(payment, 0, OFFICE) == at("06 23:00")
    assert fire_at(payment) == at("10 09:00")


def test_leave_stops_a_lead_and_does_not_stop_a_promise_to_a_customer() -> None:
    leave = Around(OFFICE.calendar, (Span(at("16 10:05"), at("18 09:00")),))
    assert step_due_at(started("lead_response", "16 10:00", "linke"), 0, leave) == at("18 09:10")
    promise = started("commitment_due", "16 10:00", "zhouhang", target="17 15:00")
    assert step_due_at(promise, 2, leave) == at("17 15:00")


def test_a_daily_step_moves_by_the_time_that_was_paused() -> None:
    check = started("post_signing_check", "02 10:00", "zhouhang")
    check = pause(check, (at("03 10:00"), at("05 10:00")), "zhouhang")
    assert step_due_at(check, 0, OFFICE) == at("11 09:30")


def test_a_clock_nobody_stops_ends_at_its_longest_life() -> None:
    lead, _ = run(started("lead_response", "2026-11-02 10:00", "linke"), "2026-11-03 10:00")
    lead, fired = run(lead, "2026-12-02 10:00")
    assert [firing.kind for firing in fired] == [Kind.EXPIRY]
    assert lead.stop_reason == "expired"
    assert fired[0].told == ()


def test_a_deadline_in_a_year_without_a_table_is_marked_provisional() -> None:
    step = started("next_step_confirmation", "2026-12-31 15:00", "chenmin")
    assert provisional(step, 1, OFFICE)
    assert not provisional(started("next_step_confirmation", "13 15:00", "chenmin"), 1, OFFICE)


def test_the_owner_s_own_zone_decides() -> None:
    berlin = Around(default_calendar("Europe/Berlin"))
    lead = started("lead_response", "16 10:00", "linke")  # 03:00 in Berlin
    assert step_due_at(lead, 0, berlin) == at("16 09:15", berlin.calendar.zone)


def test_a_running_clock_keeps_the_chain_it_was_started_with() -> None:
    lead = started("lead_response", "16 10:00", "linke")
    assert lead.clock is CLOCKS["lead_response"]
    changed = replace(lead.clock, steps=lead.clock.steps[1:])
    assert lead.clock != changed
    assert run(lead, "16 10:15")[1]


def test_operations_on_a_stopped_clock_change_nothing() -> None:
    lead = stop(started("lead_response", "16 10:00", "linke"), at("16 10:01"), "accepted")
    assert acknowledge(lead, "linke", at("16 10:02")) == lead
    assert snooze(lead, "linke", at("16 10:30")) == lead
    assert pause(lead, (at("16 10:02"), None), "linke") == lead
    assert restart(lead, at("16 10:02")) == lead
    assert next_due(lead, OFFICE) is None
    assert time_used(lead, at("16 12:00"), OFFICE) == timedelta(minutes=1)


def test_a_snoozed_owner_is_left_alone_until_then() -> None:
    step = started("next_step_confirmation", "13 15:00", "chenmin", "zhouhang")
    step = snooze(step, "chenmin", at("17 14:00"))
    step, fired = run(step, "17 13:30")
    assert told(fired) == []
    assert fired[0].silence is Silence.SNOOZED
    step, fired = run(step, "17 14:00")
    assert told(fired) == [("chenmin", "confirmation_soon")]
    assert told(run(step, "17 15:00")[1])[0] == ("hechuan", "confirmation_overdue")
