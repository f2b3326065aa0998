"""The answer to "哪家？": the name is learned and the sentence handled again (C04)."""

from __future__ import annotations

from bot import Context, Reply, action
from bot.cards.customer import PickCustomer
from bot.understand import speak_of
from models.customer import Customer, add_alias

MIN_ALIAS = 2


@action(PickCustomer)
def pick_customer(ctx: Context, press: PickCustomer) -> Reply:
    customer = ctx.session.get(Customer, press.customer_id)
    if customer is None or customer.archived:
        return "这家客户已经不在名单里了。"
    speak_of(ctx, customer.id)
    if len(press.said) >= MIN_ALIAS:
        add_alias(ctx.session, customer.id, press.said, now=ctx.now, by_person_id=ctx.sender.id)
        ctx.note("customer.alias", "customer", customer.id, alias=press.said)
    return ctx.again(press.row_id)
