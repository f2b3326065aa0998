"""A whole month of a free DingTalk organisation against the loopback platform: what 50 reps use of 5,000 calls and 3,000 messages.

    python -m bench.month [--reps 50]

Every message goes through the real Stream, inbox, turn, outbox and sender; only the clock is compressed (about ten minutes).
"""

import argparse
import logging
import sys
import tempfile
from pathlib import Path

from bot.adapters.dingtalk.quota import Kind
from tests.free_month import FreeMonth, Habits
from tests.stores import choose

MONTHS = {
    "frugal": Habits(messages=1, news=0),
    "busy": Habits(messages=4, news=3),
}


def main() -> int:
    """Play both months and print what they used; 1 when an escalation was lost."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reps", type=int, default=50)
    reps = options.parse_args().reps
    logging.disable(logging.CRITICAL)
    return max(_play(name, habits, reps) for name, habits in MONTHS.items())


def _play(name: str, habits: Habits, reps: int) -> int:
    with tempfile.TemporaryDirectory() as folder, choose("sqlite"):
        month = FreeMonth(Path(folder), reps=reps, habits=habits, calls=100 * reps, messages=60 * reps)
        month.run()
        told = month.foretold()
        month.next_month()
        lost = month.lost()
        print(
            f"{name}: {reps} reps, calls {month.charged:,}/{month.calls:,}, messages {month.used(Kind.MESSAGES):,}/{month.messages:,}, "
            f"told to end on {f'{told[0][0]}-{told[0][1]:02}' if told else 'no day'}, escalations {len(month.escalations)}, lost {len(lost)}"
        )
        month.close()
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())
