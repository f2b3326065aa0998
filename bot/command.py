"""What a handler registers: commands, button actions, dialogues and listeners. Found by walking `handlers/`; no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from bot.action import Action
from bot.parse.command import CommandSpec
from bot.reply import Reply
from bot.update import UpdateKind
from models.person import Role

if TYPE_CHECKING:
    from bot.context import Context

Handler = Callable[["Context"], Reply]
ActionHandler = Callable[["Context", Any], Reply]


class Shelf(StrEnum):
    """Where a command stands in the help."""

    RECORD = "记"
    ADVANCE = "推"
    ASK = "查"
    CHANGE = "改"
    SELF = "自理"
    ADMIN = "管"


class DuplicateError(Exception):
    """Two handlers claim one name; the message names both modules."""


class NotMine:
    """What a dialogue returns to say that an update is not an answer to its question."""


NOT_MINE = NotMine()


@dataclass(frozen=True, slots=True)
class Command:
    """A command as registered.

    `in_group` answers in a group with what everybody present may see; without it the answer goes to the asker alone.
    `roles` empty: everybody.
    """

    spec: CommandSpec
    help: str
    usage: str
    shelf: Shelf
    run: Handler
    roles: frozenset[Role]
    in_group: Handler | None
    module: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """A listener's offer: what it takes a text or picture for, how sure it is, and what it would answer."""

    label: str
    run: Callable[[], Reply]
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Listener:
    """Hears what is neither command nor answer: `hear` returns a `Claimed` or None."""

    name: str
    kinds: frozenset[UpdateKind]
    hear: Callable[[Context], Claimed | None]
    module: str
    order: int = 50


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Hears a person's next updates while it is open; its state is stored JSON. Another version ends politely."""

    name: str
    version: int
    hear: Callable[[Context, dict[str, Any]], Reply | NotMine]
    module: str


@dataclass(slots=True)
class Registry:
    """Everything the handlers registered."""

    commands: dict[str, Command] = field(default_factory=dict)
    actions: dict[type[Action], tuple[ActionHandler, str]] = field(default_factory=dict)
    dialogues: dict[str, Dialogue] = field(default_factory=dict)
    listeners: dict[str, Listener] = field(default_factory=dict)
    specs: tuple[CommandSpec, ...] = ()

    def add_command(self, item: Command) -> None:
        """Register a command; raises DuplicateError when a name or alias is taken."""
        words = {item.spec.name, *item.spec.aliases}
        for other in self.commands.values():
            taken = words & {other.spec.name, *other.spec.aliases}
            if taken and other.module == item.module and other.spec.name == item.spec.name:
                break  # the same module again
            if taken:
                raise DuplicateError(f"{'、'.join(sorted(taken))}: claimed by {other.module} and {item.module}")
        self.commands[item.spec.name] = item
        self.specs = tuple(command.spec for command in self.commands.values())

    def visible_to(self, role: str) -> list[Command]:
        """Return the commands a role may use, in the order of the help."""
        usable = [c for c in self.commands.values() if not c.hidden and (not c.roles or role in c.roles)]
        return sorted(usable, key=lambda c: (list(Shelf).index(c.shelf), c.spec.name))


REGISTRY = Registry()
F = TypeVar("F", bound=Callable[..., Any])


def command(  # noqa: PLR0913  # a declaration: every argument but the name has a default
    name: str,
    *,
    help: str,  # noqa: A002  # the word a handler's author looks for
    aliases: Sequence[str] = (),
    usage: str = "",
    shelf: Shelf = Shelf.ASK,
    positional: Sequence[str] = (),
    keys: Mapping[str, str] | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
    glue: Sequence[str] = (),
    roles: Iterable[Role] = (),
    in_group: Handler | None = None,
    hidden: bool = False,
) -> Callable[[F], F]:
    """Register a function `(ctx) -> Reply` under a Chinese command word. Arguments are in `ctx.args`."""

    def register(function: F) -> F:
        spec = CommandSpec(
            name, tuple(aliases), dict(keys or {}), tuple(positional), True, dict(choices or {}), tuple(glue)
        )
        item = Command(
            spec, help, usage or f"/{name}", shelf, function, frozenset(roles), in_group, function.__module__, hidden
        )
        REGISTRY.add_command(item)
        return function

    return register


def action(kind: type[Action]) -> Callable[[F], F]:
    """Register a function `(ctx, press) -> Reply` for a button's payload type."""

    def register(function: F) -> F:
        other = REGISTRY.actions.get(kind)
        if other is not None and other[1] != function.__module__:
            raise DuplicateError(f"button {kind.name}: handled by {other[1]} and {function.__module__}")
        REGISTRY.actions[kind] = (function, function.__module__)
        return function

    return register


def dialogue(name: str, *, version: int = 1) -> Callable[[F], F]:
    """Register a function `(ctx, state) -> Reply | NOT_MINE` that hears a person while the dialogue is open."""

    def register(function: F) -> F:
        other = REGISTRY.dialogues.get(name)
        if other is not None and other.module != function.__module__:
            raise DuplicateError(f"dialogue {name}: in {other.module} and {function.__module__}")
        REGISTRY.dialogues[name] = Dialogue(name, version, function, function.__module__)
        return function

    return register


def listen(name: str, *, kinds: Iterable[UpdateKind] = (UpdateKind.TEXT,), order: int = 50) -> Callable[[F], F]:
    """Register a function `(ctx) -> Claimed | None` for texts, pictures or places that nothing else took.

    None claims → help; one → it runs; several → the person is asked which is meant.
    """

    def register(function: F) -> F:
        other = REGISTRY.listeners.get(name)
        if other is not None and other.module != function.__module__:
            raise DuplicateError(f"listener {name}: in {other.module} and {function.__module__}")
        REGISTRY.listeners[name] = Listener(name, frozenset(kinds), function, function.__module__, order)
        return function

    return register


def load_handlers(package: str = "handlers") -> Registry:
    """Import every module of the handlers package, which registers what it offers; return the registry."""
    root = importlib.import_module(package)
    for module in sorted(pkgutil.walk_packages(root.__path__, f"{package}."), key=lambda m: m.name):
        importlib.import_module(module.name)
    return REGISTRY
