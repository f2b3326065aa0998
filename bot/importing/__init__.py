"""Import of people, customers and contacts: read a file, say what would happen, write it as one batch (J12)."""

from bot.importing.columns import KINDS, guess_kind
from bot.importing.plan import NEW_CUSTOMER, Plan, PlannedRow, Verdict
from bot.importing.reading import Reading, read_rows
from bot.importing.run import build_plan, order_of, problem_rows

__all__ = [
    "KINDS", "NEW_CUSTOMER", "Plan", "PlannedRow", "Reading", "Verdict", "build_plan", "guess_kind", "order_of",
    "problem_rows", "read_rows",
]  # fmt: skip
