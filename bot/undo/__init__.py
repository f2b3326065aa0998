"""Taking back what was done, with everything it caused (M10, J8): one mechanism, a row for every kind of record."""

from bot.undo import commitment, contract, daily_report, leave, requirement, visit, visit_plan
from bot.undo.carry_out import Effects, effects_of, take_back
from bot.undo.deeds import (
    deed_of,
    first_deed,
    in_window,
    own_deeds,
    own_events,
    own_events_about,
    undoing_of,
    window_words,
)
from bot.undo.reversal import REVERSALS, Deed, Reversal, reference, reversal

__all__ = [
    "REVERSALS", "ROWS", "Deed", "Effects", "Reversal", "deed_of", "effects_of", "first_deed", "in_window", "own_deeds", "own_events",
    "own_events_about", "reference", "reversal", "take_back", "undoing_of", "window_words",
]  # fmt: skip

ROWS = (commitment, contract, daily_report, leave, requirement, visit, visit_plan)
"""The modules whose import fills the registry."""
