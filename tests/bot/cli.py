"""The command line in a test: a configuration in a folder, and `python -m bot` in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.settings import load_settings
from models.db import Database


@dataclass(frozen=True)
class CommandLine:
    """A company's server, seen from its shell."""

    folder: Path

    @property
    def config(self) -> Path:
        path = self.folder / "config.toml"
        if not path.exists():
            path.write_text(
                f'[database]\nurl = "sqlite:///{self.folder}/bot.db"\nmedia_dir = "{self.folder}/media"\n', "utf-8"
            )
        return path

    def run(self, *args: str) -> Result:
        return CliRunner().invoke(main, [*args, "--config", str(self.config)])

    def write(self, name: str, text: str, encoding: str = "utf-8") -> str:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return str(path)

    def database(self) -> Database:
        return Database(load_settings(self.config).database.url)
