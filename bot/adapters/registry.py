"""Builds the adapters that the configuration asks for; a platform's library is imported only when it is on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.adapters.base import Adapter
from bot.services import Services

Build = Callable[[Services], Adapter]


def _practice(services: Services) -> Adapter:
    from bot.adapters.practice.adapter import PracticeAdapter  # noqa: PLC0415  # only when it is on

    return PracticeAdapter(services)


def _dingtalk(services: Services) -> Adapter:
    from bot.adapters.dingtalk.build import build_dingtalk  # noqa: PLC0415  # only when it is on

    return build_dingtalk(services)


def _wecom(services: Services) -> Adapter:
    from bot.adapters.wecom.build import build  # noqa: PLC0415  # wechatpy loads only when it is on

    return build(services)


def _has_wecom(services: Services) -> bool:
    section = services.settings.wecom
    return bool(section.corp_id or section.bot.bot_id or section.bot.token or section.groups)


BUILDERS: Final[dict[str, tuple[Callable[[Services], bool], Build]]] = {
    "practice": (lambda services: services.settings.practice.enabled, _practice),
    "dingtalk": (lambda services: bool(services.settings.dingtalk.client_id), _dingtalk),
    "wecom": (_has_wecom, _wecom),
}


def build_adapters(services: Services) -> dict[str, Adapter]:
    """Return the configured adapters by platform name."""
    return {name: build(services) for name, (is_on, build) in BUILDERS.items() if is_on(services)}
