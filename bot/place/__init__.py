"""The one-time page that asks a phone where it is, for platforms whose chats send no place (J1, DingTalk)."""

from bot.place.link import PlaceLink, link_for, takes_places

__all__ = ["PlaceLink", "link_for", "takes_places"]
