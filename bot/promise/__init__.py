"""Promises in chat: heard in a sentence, drafted, asked about, registered (P01–P03, P08, M8, M9)."""

from bot.promise.overheard import offer_to_register

__all__ = ["offer_to_register"]
