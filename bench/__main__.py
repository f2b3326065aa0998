"""`make bench`: print every table, one after the other.

    python -m bench [NAME …] [--OPTION …]

Each bench is a module of its own with its own options, those given behind the names; it runs in a process of its own, so
that one that fails or grows big does not take the others with it. The exit code says whether all ran.
"""

import importlib.util
import subprocess
import sys
from collections.abc import Sequence

from bench.samples import ROOT

BENCHES = {
    "photo": ("bench.photo_accuracy",),
    "photo-tesseract": ("bench.photo_accuracy", "--engine", "tesseract", "--own"),
    "fraud": ("bench.fraud_rates", "--million"),
    "hints": ("bench.hint_rates",),
    "time": ("bench.time_accuracy",),
    "customer": ("bench.customer_accuracy",),
    "signal": ("bench.signal_accuracy",),
    "capture": ("bench.capture_accuracy",),
    "command": ("bench.command_accuracy",),
    "crash": ("bench.crash",),
    "month": ("bench.month",),
    "throughput": ("bench.throughput",),
    "announcement": ("bench.announcement",),
    "scheduler": ("bench.scheduler", "--waiting", "1000000", "--due", "100000"),
}
ONLY_BY_NAME = {"crash", "month"}
"""Those that take ten minutes and more."""


def run(arguments: Sequence[str]) -> int:
    """Run the named benches (all when none is named) with the options given; return 1 if one is unknown or failed."""
    options = next((place for place, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    names, given = arguments[:options], arguments[options:]
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}")
        return 1
    failed = [name for name in names or [each for each in BENCHES if each not in ONLY_BY_NAME] if not _ran(name, given)]
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall ran")
    return 1 if failed else 0


def _ran(name: str, given: Sequence[str]) -> bool:
    module, *options = BENCHES[name]
    print(f"\n== {name} ==", flush=True)
    if importlib.util.find_spec(module) is None:
        print(f"{module} is not in this checkout")
        return False
    command = [sys.executable, "-m", module, *options, *given]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
