"""The reading child: `python -m bot.photo.worker`. Frames (`bot.photo.frames`) in on stdin, answers out on stdout.

A picture is hostile until read: it is decoded here, under limits, and never in the process that answers the platform;
what others see of it is drawn here too.
"""

import os
import resource
import signal
import sys
from typing import BinaryIO

from bot.photo.cut import cut_out
from bot.photo.engine import Engine, NoEngineError, open_engine
from bot.photo.frames import ANSWER, REQUEST, CutOrder, MaskOrder, Order, order_of
from bot.photo.mask import masked_copy
from bot.photo.pipeline import look
from bot.photo.reading import Problem, Reading, to_json

_MEBI = 1024 * 1024


def serve(engine_name: str, *, address_mb: int, seconds: int, threads: int) -> None:
    """Answer requests until stdin closes. A job that outlives `seconds` kills this process: the parent starts another."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not fall between the frames
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        engine = open_engine(engine_name, threads=threads)
    except NoEngineError:
        _answer(answers, to_json(Reading(problem=Problem.NO_ENGINE)))
        return
    if address_mb:
        resource.setrlimit(resource.RLIMIT_AS, (address_mb * _MEBI, address_mb * _MEBI))
    _answer(answers, to_json(Reading(engine=engine.name)))
    while (request := _request(sys.stdin.buffer)) is not None:
        signal.alarm(seconds)
        order, data = request
        answer = _done(order, data, engine)
        signal.alarm(0)
        _answer(answers, answer)


def _done(order: Order, data: bytes, engine: Engine) -> bytes:
    try:
        if isinstance(order, MaskOrder):
            return masked_copy(data, order.mask) or b""
        if isinstance(order, CutOrder):
            return cut_out(data, order.box, turn=order.turn) or b""
        return to_json(look(data, engine, expect=order.expect))
    except Exception as error:  # noqa: BLE001 - one bad picture must not end the child; its kind goes to the log
        sys.stderr.write(f"photo worker: {type(error).__name__}\n")
        drawing = isinstance(order, MaskOrder | CutOrder)
        return b"" if drawing else to_json(Reading(engine=engine.name, problem=Problem.ENGINE_FAILED))


def _request(stream: BinaryIO) -> tuple[Order, bytes] | None:
    head = stream.read(REQUEST.size)
    if len(head) < REQUEST.size:
        return None
    length, name_length = REQUEST.unpack(head)
    order = order_of(stream.read(name_length))
    return order, stream.read(length)


def _answer(stream: BinaryIO, body: bytes) -> None:
    stream.write(ANSWER.pack(len(body)) + body)
    stream.flush()


if __name__ == "__main__":
    name, address, limit, count = sys.argv[1:5]
    serve(name, address_mb=int(address), seconds=int(limit), threads=int(count))
