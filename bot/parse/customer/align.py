"""The cheapest way to turn a name into what was typed: drop, mishear, swap, add."""

from collections.abc import Sequence

from bot.parse.customer.spelling import PRICE, Unit, differ


def align(said: Sequence[Unit], written: str, drops: Sequence[float]) -> list[float]:
    """Return, for each prefix of `written`, the cheapest price of the whole of `said` against it.

    `drops[j]` is the price of leaving out the letter `written[j]`: high in a brand, next to nothing in a trade.
    """
    before: list[float] = []
    row = [0.0]
    for drop in drops:
        row.append(row[-1] + drop)
    last = None
    for unit in said:
        above, row = row, [row[0] + PRICE.extra]
        left = row[0]
        for j, letter in enumerate(written):
            cost = above[j] + differ(unit, letter)
            if (other := above[j + 1] + PRICE.extra) < cost:
                cost = other
            if (other := left + drops[j]) < cost:
                cost = other
            if last is not None and j and unit.text == written[j - 1] and last.text == letter:
                other = before[j - 1] + PRICE.swap
                cost = min(cost, other)
            row.append(cost)
            left = cost
        before, last = above, unit
    return row
