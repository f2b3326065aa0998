"""The forger's workshop (M20): makes invented site photos and attacks on them, for tests and for `bench.fraud_rates`."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Attack = Callable[[Pixels, random.Random], Pixels]


def place(seed: int, *, size: tuple[int, int] = (1080, 1440)) -> Pixels:
    """Draw an invented place: sky, buildings with windows, signs, trees, cars, light and sensor noise."""
    chance, noise = random.Random(f"place-{seed}"), np.random.default_rng(seed)
    width, height = size
    picture = np.empty((height, width, 3), np.float32)
    sky, ground = noise.integers(90, 240, 3), noise.integers(50, 150, 3)
    horizon = int(height * chance.uniform(0.4, 0.75))
    picture[:] = sky + np.linspace(-35, 25, height)[:, None, None]
    picture[horizon:] = ground
    for _ in range(chance.randint(3, 9)):
        _house(picture, chance, noise, horizon)
    for _ in range(chance.randint(2, 14)):
        _thing(picture, chance, noise, horizon)
    for cell, strength in ((96, 24), (24, 12), (6, 7)):
        grain = noise.normal(0, strength, (height // cell + 1, width // cell + 1)).astype(np.float32)
        picture += cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
    picture *= np.linspace(chance.uniform(0.75, 1.1), chance.uniform(0.75, 1.1), width)[None, :, None]
    return stamped(_whole(picture + noise.normal(0, 3, picture.shape)), "2026-11-16 14:05")


def _house(picture: Any, chance: random.Random, noise: Any, horizon: int) -> None:
    width = picture.shape[1]
    left, wide = chance.randint(-width // 8, width), chance.randint(width // 8, width // 2)
    top = int(horizon * chance.uniform(0.05, 0.9))
    picture[top:horizon, max(0, left) : left + wide] = noise.integers(50, 220, 3)
    step = chance.randint(width // 40, width // 14)
    pane, lit = noise.integers(20, 250, 3), chance.random()
    for x in range(left + step // 3, left + wide - step // 2, step):
        for y in range(top + step // 3, horizon - step // 2, step):
            if chance.random() < lit and x >= 0:
                picture[y : y + step // 2, x : x + step // 2] = pane


def _thing(picture: Any, chance: random.Random, noise: Any, horizon: int) -> None:
    height, width = picture.shape[:2]
    at = (chance.randint(0, width), chance.randint(horizon // 2, min(height, horizon + height // 4)))
    axes = (chance.randint(width // 60, width // 8), chance.randint(width // 60, width // 8))
    colour = [int(one) for one in noise.integers(10, 250, 3)]
    if chance.random() < 0.5:
        cv2.ellipse(picture, at, axes, chance.randint(0, 90), 0, 360, colour, -1)
    else:
        cv2.rectangle(picture, at, (at[0] + 2 * axes[0], at[1] + axes[1]), colour, -1)


def stamped(pixels: Pixels, text: str) -> Pixels:
    """Put a camera app's watermark over the lower left."""
    picture = pixels.copy()
    height, width = picture.shape[:2]
    panel = picture[int(height * 0.74) : int(height * 0.96), int(width * 0.03) : int(width * 0.72)]
    panel[:] = (panel * 0.5 + np.array([20, 60, 130]) * 0.5).astype(np.uint8)
    origin = (int(width * 0.05), int(height * 0.84))
    cv2.putText(picture, text, origin, cv2.FONT_HERSHEY_SIMPLEX, width / 720, (255, 255, 255), max(1, width // 500))
    return picture


# -- attacks -----------------------------------------------------------------------------------------------------------


def jpeg(pixels: Pixels, quality: int) -> Pixels:
    """Save and open again."""
    data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def _resized(pixels: Pixels, ratio: float) -> Pixels:
    return cv2.resize(pixels, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)


def cropped(pixels: Pixels, share: float, chance: random.Random) -> Pixels:
    """Cut a share of width and height off, wherever."""
    height, width = pixels.shape[:2]
    high, wide = int(height * (1 - share)), int(width * (1 - share))
    y, x = chance.randint(0, height - high), chance.randint(0, width - wide)
    return np.ascontiguousarray(pixels[y : y + high, x : x + wide])


def screenshot(pixels: Pixels, chance: random.Random) -> Pixels:
    """Show the photo full screen on a phone, black or white around it, with a clock and a battery."""
    wide, high = chance.choice([(1080, 2340), (1170, 2532), (1080, 1920)])
    ground = chance.choice([0, 0, 255])
    screen = np.full((high, wide, 3), ground, np.uint8)
    ratio = min(wide / pixels.shape[1], (high - 260) / pixels.shape[0])
    shown = _resized(pixels, ratio)
    y, x = (high - shown.shape[0]) // 2, (wide - shown.shape[1]) // 2
    screen[y : y + shown.shape[0], x : x + shown.shape[1]] = shown
    ink = (255 - ground,) * 3
    cv2.putText(screen, "14:32", (60, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.4, ink, 3)
    cv2.putText(screen, "5G 76%", (wide - 260, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.4, ink, 3)
    return jpeg(screen, 80)


def rephotographed(pixels: Pixels, chance: random.Random) -> Pixels:
    """Photograph the photo from a screen: a little askew, with the pattern of two pixel grids, uneven light."""
    picture = _resized(pixels, 1200 / max(pixels.shape[:2]))
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32)
    moved = corners + inward * np.array(
        [[chance.uniform(0, 0.05) * width, chance.uniform(0, 0.05) * height] for _ in corners], np.float32
    )
    picture = cv2.warpPerspective(picture, cv2.getPerspectiveTransform(corners, moved), (width, height))
    rows, columns = np.mgrid[0:height, 0:width]
    pitch = chance.uniform(1.8, 2.6)
    waves = 1 + 0.05 * np.sin(columns * pitch + rows * 0.13) + 0.05 * np.sin(rows * pitch * 1.03)
    return jpeg(_whole(picture * waves[..., None]), 75)


def _whole(picture: Any) -> Pixels:
    return np.ascontiguousarray(np.clip(picture, 0, 255).astype(np.uint8))


def _tilted(pixels: Pixels, chance: random.Random) -> Pixels:
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), chance.choice([-3, 3]), 1.08)
    return cv2.warpAffine(pixels, turn, (width, height))


ATTACKS: Mapping[str, Attack] = {
    "recompressed": lambda p, _: jpeg(p, 40),
    "resized": lambda p, _: _resized(p, 0.4),
    "watermark changed": lambda p, _: jpeg(stamped(p, "2026-12-30 09:41"), 85),
    "mirrored": lambda p, _: jpeg(np.ascontiguousarray(p[:, ::-1]), 85),
    "messenger": lambda p, _: jpeg(_resized(p, 0.5), 30),
    "screenshot": screenshot,
    "cropped 5 %": lambda p, c: jpeg(cropped(p, 0.05, c), 85),
    "cropped 10 %": lambda p, c: jpeg(cropped(p, 0.10, c), 85),
    "cropped 20 %": lambda p, c: jpeg(cropped(p, 0.20, c), 85),
    "photo of a screen": rephotographed,
    "turned 90°": lambda p, _: np.ascontiguousarray(np.rot90(p)),
    "tilted 3°": _tilted,
    "brightened": lambda p, _: _whole(p * 1.25 + 8.0),
    "mirrored, cropped 5 %": lambda p, c: cropped(np.ascontiguousarray(p[:, ::-1]), 0.05, c),
}
"""What a forger does to a picture he once took."""

GOALS: Mapping[str, float] = {
    "recompressed": 0.97, "resized": 0.97, "watermark changed": 0.97, "mirrored": 0.97, "messenger": 0.97,
    "screenshot": 0.97, "cropped 5 %": 0.90,
}  # fmt: skip
