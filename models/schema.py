"""Brings a database up to date: alembic migrations, run by every process at start, one at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from models.db import Database

MIGRATIONS: Final = Path(__file__).with_name("migrations")
_LOCK: Final = 7_002


def alembic_config(database: Database, migrations: Path = MIGRATIONS) -> Config:
    """Return alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["engine"] = database.engine
    return config


def upgrade(database: Database, migrations: Path = MIGRATIONS) -> None:
    """Apply the migrations that are missing; several processes may call it at once."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        config = alembic_config(database, migrations)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            connection.commit()
