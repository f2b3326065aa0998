"""The cheapest way to turn a name into what was typed: drop, mishear, swap, add."""

from collections.abc import Sequence

from bot.parse.customer.spelling import PRICE, Unit, prices


def align(said: Sequence[Unit], written: str, drops: Sequence[float], brand: int) -> tuple[float, float]:
    """Return the cheapest price of all of `said` against `written`, and of the brand, its first `brand` letters.

    `drops[j]` is the price of leaving out the letter `written[j]`: high in a brand, next to nothing in a trade. The
    brand is compared with about as many units as it has letters.
    """
    before: list[float] = []
    row = [0.0]
    for drop in drops:
        row.append(row[-1] + drop)
    last: Unit | None = None
    extra, swap = PRICE.extra, PRICE.swap
    best_brand = row[brand]
    for i, unit in enumerate(said, start=1):
        above = row
        left = above[0] + extra
        row = [left]
        price = prices(unit)
        for j, (letter, drop) in enumerate(zip(written, drops, strict=True), start=1):
            cost = above[j - 1] + price[letter]
            if (other := above[j] + extra) < cost:
                cost = other
            if (other := left + drop) < cost:
                cost = other
            if last is not None and j > 1 and unit[1] == written[j - 2] and last[1] == letter:
                cost = min(cost, before[j - 2] + swap)
            row.append(cost)
            left = cost
        before, last = above, unit
        if brand - 1 <= i <= brand + 1 and row[brand] < best_brand:
            best_brand = row[brand]
    return row[-1], min(best_brand, row[-1])
