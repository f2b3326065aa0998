"""Several readings of one line vote on each character: what most cuts agree on is likelier than what one of them says.

A character's chance is its mean over all readings, so it is never surer than its votes.
"""

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from bot.photo.engine import Options, Places

Chances = dict[str, float]
_KEPT = 6
_LACKING: Options = (("", 0.5),)  # a reading without a character others have: half a vote against it


def voted(readings: Sequence[Sequence[Options]]) -> Places:
    """Lay readings of one line side by side and return its places with the mean chance of each character."""
    pivot = max(readings, key=_sureness)
    text = _plain(pivot)
    written: list[Chances] = [{} for _ in text]
    between: list[Chances] = [{} for _ in range(len(text) + 1)]
    for reading in readings:
        _add(written, between, text, [place for place in reading if place[0][0]])
        _add_lost(between, text, reading)
    share = 1 / len(readings)
    places: list[Options] = []
    for at in range(len(text) + 1):
        lost = {char: chance * share for char, chance in between[at].items()}
        if lost:
            places.append(_ordered({"": 1 - min(1.0, sum(lost.values())), **lost}))
        if at < len(text):
            places.append(_ordered({char: chance * share for char, chance in written[at].items()}))
    return tuple(places)


def _plain(reading: Sequence[Options]) -> str:
    return "".join(place[0][0] for place in reading)


def _sureness(reading: Sequence[Options]) -> float:
    tops = [place[0][1] for place in reading if place[0][0]]
    return sum(tops) / len(tops) if tops else 0.0


def _add(written: list[Chances], between: list[Chances], text: str, reading: Sequence[Options]) -> None:
    """Add one reading's chances where its characters stand beside the pivot's."""
    for part in Levenshtein.opcodes(text, _plain(reading)):
        if part.tag == "insert":
            if part.dest_end - part.dest_start == 1:  # one character more: a longer run is scenery
                _count(between[part.src_start], reading[part.dest_start][:1])
            continue
        for step in range(part.src_end - part.src_start):
            options = _LACKING if part.tag == "delete" else reading[part.dest_start + step]
            _count(written[part.src_start + step], options)


def _count(chances: Chances, options: Options) -> None:
    for char, chance in options:
        chances[char] = chances.get(char, 0.0) + chance


def _add_lost(between: list[Chances], text: str, reading: Sequence[Options]) -> None:
    """Add what one reading weighed between its characters, when it reads like the pivot otherwise."""
    if _plain(reading) != text:
        return
    at = 0
    for place in reading:
        if place[0][0]:
            at += 1
            continue
        _count(between[at], place[1:])


def _ordered(place: Chances) -> Options:
    return tuple(sorted(place.items(), key=lambda option: -option[1])[:_KEPT])
