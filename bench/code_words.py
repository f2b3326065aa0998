"""How often a code word on a sheet of paper is found in a photo (M5), and how often a photo without it passes.

    python -m bench.code_words [--each 12]

Sheets are drawn with a pen of single strokes that trembles, leans and runs askew, or in a brush-like print; real hands are
worse. Nothing here is a verdict: a code that is not found never counts against anybody.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.forger import Pixels, jpeg, place
from bot.photo.engine import Engine, open_engine
from bot.photo.facts import facts_of
from bot.photo.pipeline import look
from models.rules.code_word import DIGITS, LETTERS, is_written
from models.rules.photo import PhotoFacts

KAI = (
    Path("/usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf"),
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
)
PAPER = (760, 420)
ALPHABETS: Mapping[str, str] = {"letters and digits": LETTERS + DIGITS, "digits": "023456789", "letters": LETTERS}


def by_pen(word: str, chance: random.Random) -> Pixels:
    """Write with single strokes, each character a little off."""
    paper = _paper(chance)
    x, thick, size = 90, chance.randint(5, 11), chance.uniform(3.6, 5.0)
    for char in word:
        width = cv2.getTextSize(char, cv2.FONT_HERSHEY_SIMPLEX, size, thick)[0][0]
        at = (x, 265 + chance.randint(-22, 22))
        cv2.putText(
            paper,
            char,
            at,
            cv2.FONT_HERSHEY_SIMPLEX,
            size * chance.uniform(0.85, 1.1),
            _ink(chance),
            thick,
            cv2.LINE_AA,
        )
        x += width + chance.randint(6, 40)
    return _trembling(paper, chance)


def by_brush(word: str, chance: random.Random) -> Pixels:
    """Print in a font that looks written."""
    paper = Image.fromarray(_paper(chance))
    font = ImageFont.truetype(str(next(one for one in KAI if one.exists())), chance.randint(130, 180))
    ImageDraw.Draw(paper).text((80, 90), " ".join(word) if chance.random() < 0.3 else word, _ink(chance), font)
    return _trembling(np.asarray(paper), chance)


HANDS: Mapping[str, Callable[[str, random.Random], Pixels]] = {"pen": by_pen, "brush-like print": by_brush}


def _paper(chance: random.Random) -> Pixels:
    return np.full((PAPER[1], PAPER[0], 3), chance.randint(215, 250), np.uint8)


def _ink(chance: random.Random) -> tuple[int, int, int]:
    return chance.choice([(20, 20, 30), (30, 30, 140), (60, 60, 60)])


def _trembling(paper: Pixels, chance: random.Random) -> Pixels:
    """Bend the writing softly and lean it."""
    noise = np.random.default_rng(chance.randrange(1 << 30))
    height, width = paper.shape[:2]
    bends = [cv2.GaussianBlur(noise.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 18) for _ in range(2)]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    lean = chance.uniform(-0.25, 0.25) * (rows - height / 2)
    moved = [bend / (np.abs(bend).max() + 1e-6) * 7 for bend in bends]
    return cv2.remap(
        paper, columns + moved[0] + lean, rows + moved[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def held_up(sheet: Pixels, chance: random.Random) -> bytes:
    """Hold a sheet into an invented place, a quarter to a half of the photo wide, askew; send it as a chat does."""
    photo = place(chance.randrange(1 << 20), size=(1080, 1440))
    wide = int(photo.shape[1] * chance.uniform(0.28, 0.5))
    sheet = cv2.resize(sheet, (wide, wide * PAPER[1] // PAPER[0]), interpolation=cv2.INTER_AREA)
    high = sheet.shape[0]
    left, top = chance.randint(20, photo.shape[1] - wide - 20), chance.randint(60, 700)
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    askew = corners + np.array([[chance.uniform(-0.05, 0.05) * wide for _ in range(2)] for _ in corners], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, askew + np.array([left, top], np.float32))
    size = (photo.shape[1], photo.shape[0])
    over = cv2.warpPerspective(sheet, matrix, size)
    where = cv2.warpPerspective(np.full(sheet.shape[:2], 255, np.uint8), matrix, size) > 128
    photo[where] = over[where]
    return cv2.imencode(".jpg", jpeg(photo, 80)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 75])[1].tobytes()


def found(
    engine: Engine, alphabet: str, write: Callable[[str, random.Random], Pixels], each: int
) -> Iterator[tuple[str, PhotoFacts]]:
    """Yield the word and what was read of each photo."""
    chance = random.Random(f"{alphabet}{write.__name__}")
    for _ in range(each):
        word = "".join(chance.choice(alphabet) for _ in range(4))
        yield word, facts_of(look(held_up(write(word, chance), chance), engine))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--each", type=int, default=12)
    each = asked.parse_args().each
    engine, read = open_engine("auto"), []
    print("code words found: alphabet, hand")
    for name, alphabet in ALPHABETS.items():
        for hand, write in HANDS.items():
            seen = list(found(engine, alphabet, write, each))
            right = sum(is_written(word, facts.text) for word, facts in seen)
            print(f"  {name:20}{hand:18}{right:3} of {each}", flush=True)
            for word, facts in seen:
                if not is_written(word, facts.text):
                    print(f"      {word}: {' | '.join(facts.text.splitlines())[:70]}")
            read += [facts.text for _, facts in seen]
    chance = random.Random(1)
    for name, alphabet in ALPHABETS.items():
        tries = ["".join(chance.choice(alphabet) for _ in range(4)) for _ in range(2000)]
        passed = sum(is_written(word, text) for word in tries for text in read)
        print(f"another photo passes, {name}: {passed} of {len(tries) * len(read)}")


if __name__ == "__main__":
    main()
