"""Chat: how we listen and how we speak. Knows nothing of sales.

These are the names a handler needs.
"""

from bot.action import Action
from bot.command import NOT_MINE, Claimed, NotMine, Shelf, action, command, dialogue, listen
from bot.context import Context, Group, Turn, UserError
from bot.form import Answers, Form, Retry, ask, choice, plain
from bot.reply import Button, ButtonStyle, Card, CardState, Content, Document, Field, Input, InputKind, Reply
from bot.update import Update, UpdateKind

__all__ = [
    "NOT_MINE", "Action", "Answers", "Button", "ButtonStyle", "Card", "CardState", "Claimed", "Content", "Context",
    "Document", "Field", "Form", "Group", "Input", "InputKind", "NotMine", "Reply", "Retry", "Shelf", "Turn", "Update",
    "UpdateKind", "UserError", "action", "ask", "choice", "command", "dialogue", "listen", "plain",
]  # fmt: skip
