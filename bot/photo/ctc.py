"""What a line may say: every place on it with the characters the recognizer weighed there.

The recognizer gives a chance to each character at each step along a line. Reading takes the likeliest of each step; here
the runners-up are kept, because a list of known words may tell which of them is meant.
"""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from bot.photo.engine import Options, Places

Chances = npt.NDArray[np.float32]
"""Steps × characters; character 0 is "nothing here"."""
_KEPT = 6
_LEAST = 0.01
_LOST = 0.03  # a character that lost against "nothing": it may have been squeezed out


def places_of(chances: Chances, characters: Sequence[str]) -> Places:
    """Return the places of one line from left to right; taking the first option of each gives the plain reading."""
    best = chances.argmax(axis=1)
    runs = [
        (index, [step for step, _ in run]) for index, run in groupby(enumerate(best.tolist()), lambda pair: pair[1])
    ]
    places: list[Options] = []
    for number, (index, steps) in enumerate(runs):
        if index:
            places.append(_written(chances[max(steps, key=lambda step: chances[step, index])], index, characters))
        else:
            beside = {runs[near][0] for near in (number - 1, number + 1) if 0 <= near < len(runs)}
            places += _lost(chances[steps], beside, characters)
    return tuple(places)


def _written(step: Chances, index: int, characters: Sequence[str]) -> Options:
    others = [int(one) for one in np.argsort(-step)[:_KEPT] if one != index and step[one] >= _LEAST]
    return tuple((characters[one] if one else "", float(step[one])) for one in (index, *others))


def _lost(steps: Chances, beside: set[int], characters: Sequence[str]) -> list[Options]:
    """Return a place for what may stand between two characters, none when nothing was weighed but their own edges."""
    most = steps.max(axis=0)
    most[[0, *beside]] = 0
    index = int(most.argmax())
    if most[index] < _LOST:
        return []
    return [(("", float(1 - most[index])), (characters[index], float(most[index])))]
