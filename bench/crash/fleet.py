"""The processes of a crash run, started like an administrator does and killed like nobody should; and what they lean on."""

from __future__ import annotations

import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.crash.world import Office
from bench.processes import spawn, stop_all
from tests.models.database import Server
from tests.redis_server import Broker

STOP_SECONDS = 20
"""What `deploy/*.service` and `compose.yaml` grant."""
LATE = "did not leave in time"


@dataclass
class Fleet:
    """All processes of one company by name, e.g. `worker-1`."""

    office: Office
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start one process (again)."""
        role, _, number = name.partition("-")
        config = self.office.config(int(number) if role == "web" else 0)
        self.running[name] = spawn(role, config, self.office.folder / f"{name}.log")

    def kill(self, name: str) -> None:
        """Kill it where it stands."""
        process = self.running[name]
        process.send_signal(signal.SIGKILL)
        process.wait(20)

    def dismiss(self, name: str) -> bool:
        """Ask it to leave, as an administrator does, and wait; whether it did. Who is still starting leaves without a word."""
        process = self.running[name]
        process.terminate()
        try:
            return process.wait(STOP_SECONDS) in {0, -signal.SIGTERM}
        except subprocess.TimeoutExpired:
            self.kill(name)
            return False

    def stop(self) -> None:
        """Ask all to leave; kill who does not."""
        stop_all(self.running.values(), STOP_SECONDS)

    def died_of_themselves(self) -> list[str]:
        """Return who is not running although nobody killed him."""
        return [name for name, process in self.running.items() if process.poll() is not None]


@dataclass
class Fate:
    """Does harm while people talk: a kill of somebody at random, or worse; each at a random moment of the talk."""

    fleet: Fleet
    kills: int
    dice: random.Random
    gently: bool = False
    broker: Broker | None = None
    server: Server | None = None
    disasters: int = 0
    done: Counter[str] = field(default_factory=Counter)
    longest_leave: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    def rule(self, progress: Callable[[], float]) -> None:
        """Strike whenever the talk has come so far (0 to 1); returns when the talk has ended."""
        deeds: list[Callable[[], None]] = [self._kill] * self.kills + [self._disaster] * self.disasters
        moments = sorted(self.dice.uniform(0.02, 0.97) for _ in deeds)
        self.dice.shuffle(deeds)
        for moment, deed in zip(moments, deeds, strict=True):
            while progress() < moment and not self.ended.wait(0.05):
                self.supervise()
            deed()
        while not self.ended.wait(0.05):
            self.supervise()

    def supervise(self) -> bool:
        """Start again who could not start while the database was away, as systemd does; whether there was anybody."""
        died = self.fleet.died_of_themselves() if self.server is not None else []
        for name in died:
            self.done["start without a database"] += 1
            self.fleet.start(name)
        return bool(died)

    def _kill(self) -> None:
        name = self.dice.choice(sorted(self.fleet.running))
        role = name.partition("-")[0]
        if self.gently:
            begun = time.monotonic()
            self.done[LATE] += not self.fleet.dismiss(name)
            self.done[f"SIGTERM {role}"] += 1
            self.longest_leave = max(self.longest_leave, time.monotonic() - begun)
        else:
            self.fleet.kill(name)
            self.done[f"kill -9 {role}"] += 1
        self.fleet.start(name)

    def _disaster(self) -> None:
        if self.server is not None:
            self.server.crash()
            self.ended.wait(self.dice.uniform(0.2, 3))
            self.server.start()
            self.ended.wait(1)
            self.supervise()
            self.done["database stopped at once"] += 1
        elif self.broker is not None:
            self._break_broker(self.broker)

    def _break_broker(self, broker: Broker) -> None:
        if self.dice.random() < 0.5:
            broker.empty()
            self.done["broker emptied"] += 1
            return
        broker.stop()
        self.ended.wait(self.dice.uniform(0.5, 4))
        broker.start()
        self.done["broker stopped"] += 1
