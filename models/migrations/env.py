"""Alembic's environment: the connection comes from `models.schema`, the tables from everything in `models`."""

import importlib
import pkgutil
from typing import Any, Literal

from alembic import context

import models
from models.db import Base, UtcDateTime

for module in pkgutil.iter_modules(models.__path__):
    if not module.ispkg:
        importlib.import_module(f"models.{module.name}")


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as plain SQLAlchemy ones, so that an old migration never needs today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    render_item=render_item,
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
