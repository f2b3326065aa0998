"""边界声明: the sentence a proposal ends with, number and date from the record (P04); 需求清单 records what it quotes."""

from __future__ import annotations

from bot import Context, Reply, Shelf, UserError, command
from bot.cards.boundary import boundary_statement, list_recorded, nothing_recorded
from bot.cards.customer import which_customer
from bot.parse.code import CodeKind, find_codes
from bot.understand import customers_in, find_customer, speak_of
from models.customer import Customer, focus_of
from models.person import Concern, Role
from models.requirement import RequirementList, lists_of, record_list

SALES = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR, Role.VP, Role.PRESALES})
MIN_TEXT = 2


@command(
    "边界声明", aliases=("承诺边界", "boundary"), help="方案末尾的边界声明，编号和日期取自记录", usage="边界声明 华东机械",
    shelf=Shelf.ASK, roles=SALES,
)  # fmt: skip
def state_boundary(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    codes = [code for code in find_codes(said) if code.kind is CodeKind.REQUIREMENT]
    if codes:
        return _statement(ctx, _by_number(ctx, codes[0].value))
    customer = _customer(ctx, said)
    if not isinstance(customer, Customer):
        return customer
    _must_see(ctx, customer)
    lists = lists_of(ctx.session, customer.id)
    return _statement(ctx, lists[0]) if lists else nothing_recorded(customer.label)


@command(
    "需求清单", aliases=("确认需求",), help="登记客户确认的需求清单，得到编号", usage="需求清单 华东机械 10台主机、含安装调试", shelf=Shelf.RECORD,
    roles=SALES,
)  # fmt: skip
def record_requirements(ctx: Context) -> Reply:
    said = ctx.args.rest.strip() if ctx.args else ""
    found = customers_in(ctx, said)
    if not found:
        raise UserError("哪家客户的什么需求？例：需求清单 华东机械 10台主机、含安装调试")
    (start, end), resolution = found[0]
    if resolution.decided is None:
        return which_customer(said[start:end], resolution, ctx.row_id)
    customer = ctx.session.get_one(Customer, resolution.decided.id)
    _must_see(ctx, customer)
    text = (said[:start] + said[end:]).strip(" ，,：:。")
    image = next((image.key for image in ctx.update.images), None)
    if len(text) < MIN_TEXT and image is None:
        raise UserError("清单里有什么？写在后面，或和照片一起发。")
    made = RequirementList(
        customer_id=customer.id, owner_id=ctx.sender.id, text=text, media_key=image, confirmed_at=ctx.now
    )
    record_list(ctx.session, made, ctx.calendar.local_date(ctx.now))
    speak_of(ctx, customer.id)
    ctx.note("requirement.recorded", "requirement", made.id, customer=customer.id, version=made.version)
    return list_recorded(made, customer.label)


def _customer(ctx: Context, said: str) -> Customer | Reply:
    """Return the customer that is named, or spoken of a moment ago; else the question."""
    if not said:
        focus = focus_of(ctx.session, ctx.sender.id, ctx.now)
        if focus is None:
            raise UserError("哪家客户的？例：边界声明 华东机械")
        return ctx.session.get_one(Customer, focus)
    resolution = find_customer(ctx, said)
    if resolution.decided is None:
        return which_customer(said, resolution, ctx.row_id)
    return ctx.session.get_one(Customer, resolution.decided.id)


def _by_number(ctx: Context, number: str) -> RequirementList:
    row = ctx.session.get(RequirementList, number)
    customer = ctx.session.get(Customer, row.customer_id) if row else None
    if row is None or customer is None or row.undone:
        raise UserError(f"没有需求清单 {number}。")
    _must_see(ctx, customer, row.owner_id)
    return row


def _must_see(ctx: Context, customer: Customer, *owners: str) -> None:
    """Refuse what is none of the speaker's business; presales write proposals for everybody's customers."""
    if ctx.sender.role == Role.PRESALES or ctx.sender.id in owners:
        return
    if not ctx.sight.covers(Concern.CUSTOMER, customer.owner_id):
        raise UserError(f"{customer.label} 不是你的客户，请找负责人。")


def _statement(ctx: Context, row: RequirementList) -> Reply:
    ctx.note("requirement.stated", "requirement", row.id)
    return boundary_statement(row, ctx.calendar.zone)
