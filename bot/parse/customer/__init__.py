"""Which customer is meant: an index of names that answers in milliseconds and asks instead of guessing."""

from bot.parse.customer.index import CustomerIndex
from bot.parse.customer.keys import KEYS_VERSION, keys_for
from bot.parse.customer.types import Candidate, CustomerName, Reason, Resolution, Scope, Why

__all__ = [
    "KEYS_VERSION",
    "Candidate",
    "CustomerIndex",
    "CustomerName",
    "Reason",
    "Resolution",
    "Scope",
    "Why",
    "keys_for",
]
