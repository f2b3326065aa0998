"""Forms: questions in order, answered one at a time, in one line, or partly by a sentence.

A form is a class whose attributes are the questions::

    class RecordVisit(Form, name="visit.record", title="登记拜访"):
        customer = ask("拜访了哪家客户？", parse=read_customer)
        goal = ask("这次的目标？", parse=choice("建立联系", "推进方案"))

        def done(self, ctx: Context, answers: Answers) -> Reply: ...

`取消`, `上一步`, time-outs and stored versions belong to the framework. Answers are stored as JSON values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.action import Action
from bot.command import NOT_MINE, NotMine, action, dialogue
from bot.context import Context, UserError
from bot.reply import Button, Card, Reply
from bot.update import UpdateKind

Answers = dict[str, Any]
Parse = Callable[[Context, str], Any]

CANCEL = frozenset({"取消", "算了", "不填了", "退出"})
BACK = frozenset({"上一步", "返回"})
SKIP = frozenset({"跳过", "无", "没有", "暂无"})


class Retry(UserError):  # noqa: N818  # a request, not a failure
    """An answer that does not fit; its text says what is wanted, and the question stays open."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the words, how an answer is read (JSON value; raises Retry), and what may be picked by a button."""

    text: str
    parse: Parse
    options: tuple[str, ...] = ()
    required: bool = True
    name: str = ""


def ask(text: str, *, parse: Parse | None = None, options: Sequence[str] = (), required: bool = True) -> Any:
    """Declare a question of a form. With `options` and no `parse`, one of them is the answer."""
    reader = parse or (choice(*options) if options else plain)
    return Question(text, reader, tuple(options), required)


def plain(_ctx: Context, text: str) -> str:
    """Take any words as they are."""
    return text.strip()


def choice(*options: str) -> Parse:
    """Take one of the options, by its words, its beginning or its number."""

    def read(_ctx: Context, text: str) -> str:
        wanted = text.strip()
        if wanted.isdigit() and 1 <= int(wanted) <= len(options):
            return options[int(wanted) - 1]
        fitting = [option for option in options if wanted and (option.startswith(wanted) or option in wanted)]
        if len(fitting) != 1:
            raise Retry(f"请选一个：{'／'.join(options)}")
        return fitting[0]

    return read


@dataclass(frozen=True, slots=True)
class FormPick(Action, name="form.pick"):
    """A picked option of the open question."""

    form: str
    question: str
    option: int


class Form:
    """Base of all forms; see the module's docstring."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    version: ClassVar[int] = 1
    questions: ClassVar[tuple[Question, ...]] = ()
    forms: ClassVar[dict[str, Form]] = {}

    def __init_subclass__(cls, *, name: str, title: str = "", version: int = 1, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name, cls.title, cls.version = name, title, version
        cls.questions = tuple(
            Question(q.text, q.parse, q.options, q.required, attribute)
            for attribute, q in vars(cls).items()
            if isinstance(q, Question)
        )
        Form.forms[name] = cls()

        def hear(ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
            return Form.forms[name].hear(ctx, state)

        hear.__module__ = cls.__module__
        dialogue(name, version=version)(hear)

    def done(self, ctx: Context, answers: Answers) -> Reply:
        """Take the complete answers; the framework has closed the dialogue."""
        raise NotImplementedError

    def prefill(self, ctx: Context, text: str) -> Answers:  # noqa: ARG002  # for subclasses
        """Read as many answers as a sentence holds; the rest is asked for."""
        return {}

    @classmethod
    def begin(cls, ctx: Context, answers: Answers | None = None) -> Reply:
        """Open the form with the answers there are; asks the first open question, or finishes at once."""
        return Form.forms[cls.name].advance(ctx, dict(answers or {}))

    def advance(self, ctx: Context, answers: Answers, *, hint: str = "") -> Reply:
        """Ask the next open question, or finish."""
        question = next((q for q in self.questions if q.name not in answers), None)
        if question is None:
            ctx.hang_up()
            return self.done(ctx, answers)
        ctx.talk(self.name, answers, free_text=not question.options)
        return self._question_card(question, hint)

    def hear(self, ctx: Context, state: dict[str, Any]) -> Reply | NotMine:
        """Take an update as the answer to the open question."""
        if ctx.update.kind not in {UpdateKind.TEXT, UpdateKind.VOICE}:
            return NOT_MINE
        text = ctx.text.strip()
        if text in CANCEL:
            ctx.hang_up()
            return "好，不填了。"
        if text in BACK:
            return self._back(ctx, state)
        return self.answer(ctx, state, text)

    def answer(self, ctx: Context, answers: Answers, text: str) -> Reply:
        """Read an answer to the first open question and go on."""
        question = next(q for q in self.questions if q.name not in answers)
        if text in SKIP and not question.required:
            return self.advance(ctx, {**answers, question.name: None})
        try:
            value = question.parse(ctx, text)
        except Retry as retry:
            return self._question_card(question, str(retry))
        return self.advance(ctx, {**answers, question.name: value})

    def _back(self, ctx: Context, answers: Answers) -> Reply:
        given = [q.name for q in self.questions if q.name in answers]
        if given:
            answers.pop(given[-1])
        return self.advance(ctx, answers)

    def _question_card(self, question: Question, hint: str) -> Reply:
        number = self.questions.index(question) + 1
        title = f"{self.title}（{number}/{len(self.questions)}）" if self.title else ""
        body = f"{hint}\n{question.text}" if hint else question.text
        if not question.options:
            return Card(title=title, body=body) if title else body
        buttons = tuple(
            Button(option, FormPick(self.name, question.name, index)) for index, option in enumerate(question.options)
        )
        return Card(title=title, body=body, buttons=buttons)


@action(FormPick)
def pick_option(ctx: Context, press: FormPick) -> Reply:
    """Take a pressed option as the answer, if its question is still open."""
    row = ctx.open_dialogue()
    form = Form.forms.get(press.form)
    if row is None or form is None or row.form != press.form:
        return "这一问已经结束了。"
    question = next((q for q in form.questions if q.name not in row.answers), None)
    if question is None or question.name != press.question or not 0 <= press.option < len(question.options):
        return "这一问已经答过了。要改请发「上一步」。"
    return form.answer(ctx, dict(row.answers), question.options[press.option])
