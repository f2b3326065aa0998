"""The numbers of the catalogue as this company reads them: its own target and warning lines (E03)."""

from __future__ import annotations

from bot.settings import ConfigError, Settings
from models.metric import METRICS, Metric


def metrics_of(settings: Settings) -> dict[str, Metric]:
    """Return every number by name, with the lines of `[rules.metrics.NAME]`."""
    lines = settings.rules.metrics
    return {
        name: found.with_lines(target=lines[name].target, warn=lines[name].warn) if name in lines else found
        for name, found in METRICS.items()
    }


def check_metrics(settings: Settings) -> None:
    """Refuse lines of a number that does not exist or that turn yellow above green; raises ConfigError naming the key."""
    for name in settings.rules.metrics:
        if name not in METRICS:
            raise ConfigError(f"rules.metrics.{name}: no such number; there are {', '.join(sorted(METRICS))}")
    for name, found in metrics_of(settings).items():
        if found.target is not None and found.warn is not None and found.warn > found.target:
            raise ConfigError(f"rules.metrics.{name}.warn: above the target")
