"""The place of a visit: sent in the chat, by the one-time page, or asked for anew with 定位 (V02, J1)."""

from __future__ import annotations

from typing import Final

from bot import Claimed, Content, Context, Reply, Shelf, UpdateKind, UserError, command, listen
from bot.cards.visit_place import location_accepted, location_too_far, place_too_vague, place_wanted
from bot.evidence import done, place_asked, with_review
from models.customer import Customer, distance_m
from models.rules.gates import LOCATION
from models.rules.hints import place_hints
from models.rules.photo import Verdict
from models.rules.place import check_place, on_one_map
from models.visit import EvidenceState, Visit, VisitEvidence, VisitState, open_visit, places_before, put_evidence

STATE_OF: Final = {
    Verdict.AGREES: EvidenceState.VALID,
    Verdict.DIFFERS: EvidenceState.WAITING,
    Verdict.CANNOT_READ: EvidenceState.WEAK,
}


@listen("visit.location", kinds={UpdateKind.LOCATION}, order=10)
def hear_location(ctx: Context) -> Claimed | None:
    place = ctx.update.location
    visit = _visit_meant(ctx, place.about) if place else None
    if visit is None:
        return None
    return Claimed("拜访位置", lambda: take_location(ctx, visit))


def _visit_meant(ctx: Context, about: str) -> Visit | None:
    """Return the visit a place was asked for, or else the open one; never another person's."""
    if not about:
        return open_visit(ctx.session, ctx.sender.id, now=ctx.now)
    visit = ctx.session.get(Visit, about)
    return visit if visit is not None and visit.owner_id == ctx.sender.id else None


def take_location(ctx: Context, visit: Visit) -> Reply:
    """Judge a place against the customer's registered one (V02: 200 m in, 201 m out)."""
    place = ctx.update.location
    assert place is not None
    if visit.state != VisitState.OPEN:
        raise UserError(f"{visit.id} 已经结束了，这个位置没有记。")
    if not (-90 <= place.lat <= 90 and -180 <= place.lng <= 180):  # degrees
        raise UserError("这个位置的经纬度不对，请重新发送位置。")
    point = on_one_map((place.lat, place.lng), place.system)
    evidence = VisitEvidence(
        visit_id=visit.id, kind=LOCATION, state=EvidenceState.VALID, received_at=ctx.now, lat=point[0], lng=point[1],
        accuracy_m=None if place.accuracy is None else round(place.accuracy), read=place.label[:200], confidence=1.0,
    )  # fmt: skip
    _judge(ctx, visit, evidence)
    evidence.hints = place_hints(point, places_before(ctx.session, visit))
    put_evidence(ctx.session, evidence)
    ctx.note(
        "visit.evidence", "visit", visit.id,
        element=LOCATION, state=evidence.state, metres=evidence.distance_m, accuracy=evidence.accuracy_m,
    )  # fmt: skip
    return with_review(ctx, visit, _place_receipt(ctx, visit, evidence))


def _judge(ctx: Context, visit: Visit, evidence: VisitEvidence) -> None:
    """Compare a place with the customer's, as far as the phone is sure of it; without a registered one it is only kept."""
    customer = ctx.session.get(Customer, visit.customer_id)
    assert customer is not None
    assert evidence.lat is not None
    assert evidence.lng is not None
    radius, accuracy = ctx.settings.photos.distance_m, evidence.accuracy_m
    if customer.lat is None or customer.lng is None:
        vague = accuracy is not None and accuracy > radius
        evidence.state = EvidenceState.WEAK if vague else EvidenceState.VALID
        return
    metres = distance_m(evidence.lat, evidence.lng, customer.lat, customer.lng)
    finding = check_place(metres, radius_m=radius, accuracy_m=accuracy)
    evidence.distance_m = int(finding.read or 0)
    evidence.state, evidence.confidence = STATE_OF[finding.verdict], finding.confidence
    evidence.reason = finding.reason if finding.verdict is not Verdict.AGREES else ""


def _place_receipt(ctx: Context, visit: Visit, evidence: VisitEvidence) -> Content:
    there, radius = done(ctx, visit), ctx.settings.photos.distance_m
    if evidence.state == EvidenceState.WEAK:
        again = place_asked(ctx, visit.id)
        return place_too_vague(evidence.distance_m, evidence.accuracy_m or 0, there, again)
    if evidence.state == EvidenceState.WAITING:
        assert evidence.distance_m is not None
        return location_too_far(evidence.distance_m, radius, evidence.id, there)
    return location_accepted(evidence.distance_m, radius, there)


@command("定位", aliases=("发定位", "发位置"), help="拿一个发位置的链接", usage="定位", shelf=Shelf.RECORD, hidden=True)
def ask_for_place(ctx: Context) -> Reply:
    visit = open_visit(ctx.session, ctx.sender.id, now=ctx.now)
    if visit is None:
        raise UserError("没有进行中的拜访。先发「拜访 客户名」开始。")
    asked = place_asked(ctx, visit.id)
    if asked is None:
        return "点输入框旁的「+」→「位置」发给我就行，不用链接。"
    customer = ctx.session.get(Customer, visit.customer_id)
    return place_wanted(visit.id, customer.label if customer else "", asked, done(ctx, visit))
