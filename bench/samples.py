"""Where the sample sets lie, and how to time a call."""

import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def samples_directory() -> Path:
    """`SALES_BOT_SAMPLES`, or `shared/data` beside the checkout."""
    return Path(os.environ.get("SALES_BOT_SAMPLES", ROOT.parent / "shared" / "data"))


def load(name: str, directory: Path | None = None) -> list[dict[str, Any]]:
    """Rows of a .jsonl sample; empty when the set is not on this machine."""
    path = (directory or samples_directory()) / name
    if not path.exists():
        print(f"{path}: not here, skipped")
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def timed(call: Callable[[str], object], texts: Iterable[str], rounds: int = 5) -> tuple[float, float]:
    """Median and 95th percentile of one call, in milliseconds; the first round only warms up."""
    texts = list(texts)
    spent = []
    for number in range(rounds + 1):
        for text in texts:
            start = time.perf_counter()
            call(text)
            if number:
                spent.append((time.perf_counter() - start) * 1000)
    spent.sort()
    return spent[len(spent) // 2], spent[int(len(spent) * 0.95)]
