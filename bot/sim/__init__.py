"""A company played forward on the fake clock: people who visit, promise, report, forget and change their minds."""

from bot.sim.play import Played, play

__all__ = ["Played", "play"]
