"""The reading child: `python -m bot.photo.worker`. Frames in on stdin, JSON readings out on stdout.

A picture is hostile until read: it is decoded here, under limits, and never in the process that answers the platform.
Request: 8 bytes length, 1 byte length of `expect`, `expect`, the file. Answer: 4 bytes length, JSON.
"""

import os
import resource
import signal
import sys
from typing import BinaryIO

from bot.photo.engine import NoEngineError, open_engine
from bot.photo.frames import ANSWER, REQUEST
from bot.photo.pipeline import look
from bot.photo.reading import PhotoKind, Problem, Reading, to_json

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
        _answer(answers, Reading(problem=Problem.NO_ENGINE))
        return
    if address_mb:
        resource.setrlimit(resource.RLIMIT_AS, (address_mb * _MEBI, address_mb * _MEBI))
    _answer(answers, Reading(engine=engine.name))
    while (request := _request(sys.stdin.buffer)) is not None:
        signal.alarm(seconds)
        data, expect = request
        try:
            reading = look(data, engine, expect=expect)
        except Exception as error:  # noqa: BLE001 - one bad picture must not end the child; its kind goes to the log
            sys.stderr.write(f"photo worker: {type(error).__name__}\n")
            reading = Reading(engine=engine.name, problem=Problem.ENGINE_FAILED)
        signal.alarm(0)
        _answer(answers, reading)


def _request(stream: BinaryIO) -> tuple[bytes, PhotoKind | None] | None:
    head = stream.read(REQUEST.size)
    if len(head) < REQUEST.size:
        return None
    length, name_length = REQUEST.unpack(head)
    name = stream.read(name_length).decode()
    return stream.read(length), PhotoKind(name) if name else None


def _answer(stream: BinaryIO, reading: Reading) -> None:
    body = to_json(reading)
    stream.write(ANSWER.pack(len(body)) + body)
    stream.flush()


if __name__ == "__main__":
    name, address, limit, count = sys.argv[1:5]
    serve(name, address_mb=int(address), seconds=int(limit), threads=int(count))
