"""What the reading child needs at most: memory and time on large, dense and hostile pictures, and on spoilt files.

    python -m bench.photo_limits [--files 200]

Every picture has a child of its own with the limits of a real one but for the memory, which is measured, not cut.
"""

from __future__ import annotations

import argparse
import io
import random
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.code_words import KAI
from bench.forger import Pixels, place
from bot.adapters.practice import samples
from bot.photo.child import BrokenChildError, Child
from bot.photo.frames import ReadOrder
from bot.photo.reading import from_json

WORDS = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
TIMEOUT_S, PLENTY_MB = 90.0, 6000


def encoded(pixels: Pixels, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


def enlarged(data: bytes, size: tuple[int, int]) -> bytes:
    picture = Image.open(io.BytesIO(data)).convert("RGB").resize(size)
    return encoded(np.asarray(picture))


def dense(size: tuple[int, int], print_px: int, *, gaps: bool = True) -> Pixels:
    """A page full of small print: thousands of lines, or lines as long as the page."""
    page, chance = Image.new("RGB", size, "white"), random.Random(1)
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(str(KAI[1]), print_px)
    for y in range(0, size[1], round(print_px * 1.5)):
        x = 0
        while x < size[0]:
            text = "".join(chance.choice(WORDS) for _ in range(chance.randint(2, 8) if gaps else size[0] // print_px))
            pen.text((x, y), text, "black", font)
            x += print_px * (len(text) + 2)
    return np.asarray(page)


def red(pixels: Pixels) -> Pixels:
    return np.where(pixels[..., :1] < 128, np.array([200, 20, 20], np.uint8), np.array([250, 215, 215], np.uint8))


PICTURES: Mapping[str, Callable[[], bytes]] = {
    "contract page, 12 MP": lambda: enlarged(samples.make_contract_page(), (3000, 4000)),
    "contract page, 50 MP": lambda: enlarged(samples.make_contract_page(), (6120, 8160)),
    "invented place, 12 MP": lambda: encoded(place(3, size=(3000, 4000))),
    "noise, 25 MP": lambda: encoded(np.random.default_rng(1).integers(0, 255, (5000, 5000, 3), np.uint8)),
    "4,000 lines, 12 MP": lambda: encoded(dense((3000, 4000), 24)),
    "1,000 lines, 1 MP": lambda: encoded(dense((1000, 1000), 12)),
    "long lines, 12 MP": lambda: encoded(dense((4000, 3000), 40, gaps=False)),
    "one long line, 12,000 by 210": lambda: encoded(dense((12_000, 210), 60, gaps=False)),
    "red print, 12 MP": lambda: encoded(red(dense((3000, 4000), 30))),
}


def peak_mb(child: Child, stop: Event, peak: list[int]) -> None:
    """Note the most the child ever had resident, as long as it lives."""
    status = Path(f"/proc/{child._process.pid}/status")  # noqa: SLF001 - a bench looks inside
    while not stop.wait(0.05):
        try:
            rows = status.read_text(encoding="ascii").splitlines()
        except OSError:
            return
        peak[0] = max([peak[0], *(int(row.split()[1]) // 1024 for row in rows if row.startswith("VmHWM"))])


def measured(data: bytes) -> tuple[str, int, float, int]:
    """Return outcome, lines, seconds and peak MB of reading one file in a new child."""
    child, stop, peak = Child("auto", timeout_s=TIMEOUT_S, memory_mb=PLENTY_MB, threads=2), Event(), [0]
    watch = Thread(target=peak_mb, args=(child, stop, peak))
    watch.start()
    started = monotonic()
    try:
        reading = from_json(child.ask(ReadOrder(None), data))
        outcome, lines = reading.problem or reading.kind, len(reading.lines)
    except BrokenChildError as broken:
        outcome, lines = broken.problem, 0
    took = monotonic() - started
    stop.set()
    watch.join()
    child.close()
    return str(outcome), lines, took, peak[0]


def spoilt(count: int, seed: int = 11) -> tuple[Counter[str], float]:
    """Read `count` files with random bytes wrong, one child after another; return outcomes and the slowest."""
    chance, outcomes, slowest = random.Random(seed), Counter[str](), 0.0
    page = cv2.resize(place(5, size=(540, 720)), (270, 360))
    good = [encoded(page, kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")]
    child = Child("auto", timeout_s=20, memory_mb=1024, threads=2)
    for _ in range(count):
        data = bytearray(chance.choice(good))
        for _ in range(chance.choice((1, 3, 10, 100))):
            data[chance.randrange(min(len(data), chance.choice((64, 1024, len(data)))))] = chance.randrange(256)
        started = monotonic()
        try:
            outcomes[from_json(child.ask(ReadOrder(None), bytes(data))).problem or "read"] += 1
        except BrokenChildError as broken:
            outcomes[f"child lost: {broken.problem}"] += 1
            child = Child("auto", timeout_s=20, memory_mb=1024, threads=2)
        slowest = max(slowest, monotonic() - started)
    child.close()
    return outcomes, slowest


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--files", type=int, default=200)
    files = asked.parse_args().files
    print("picture: outcome, lines, seconds, peak MB (limit 1024)")
    for name, make in PICTURES.items():
        outcome, lines, took, peak = measured(make())
        print(f"  {name:30}{outcome:16}{lines:5}{took:8.1f}{peak:7}", flush=True)
    outcomes, slowest = spoilt(files)
    print(f"{files} files with wrong bytes: {dict(outcomes)}, slowest {slowest:.1f} s")


if __name__ == "__main__":
    main()
