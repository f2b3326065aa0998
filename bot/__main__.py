"""`python -m bot …`: everything an administrator types. Exit status: 0 fine, 1 a check failed, 2 wrong use or configuration."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from bot.settings import ConfigError, Settings, load_settings

IMPORTS: Final = ("people", "customers", "contacts")
EXPORTS: Final = (*IMPORTS, "visits", "commitments", "reports", "metrics")
DEFAULT_CONFIG: Final = Path("config.toml")


class _Main(click.Group):
    """Turns a configuration that cannot be used into one line and exit status 2."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            click.echo(f"config: {error}", err=True)
            sys.exit(2)


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Configuration (default config.toml).",
)


@click.group(cls=_Main)
def main() -> None:
    """Run the sales team's memory inside the work chat."""


def settings_of(config: Path | None) -> Settings:
    """Load the configuration that was named, or config.toml when it exists, or the defaults; raises ConfigError."""
    if config is None:
        config = DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None
    return load_settings(config)


@main.command()
@config_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--data", default="data/demo", show_default=True, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--at", type=str, default=None, help="Practice clock, ISO 8601; local time of the company without an offset."
)
@click.option("--frozen", is_flag=True, help="The practice clock only moves when it is told to.")
@click.option("--reset", is_flag=True, help="Start over with a freshly loaded company.")
def demo(config: Path | None, host: str, port: int, data: Path, at: str | None, frozen: bool, reset: bool) -> None:  # noqa: FBT001, PLR0913  # one per option
    """Serve the practice chat with the demo company."""
    from bot.serve import Demo, run_demo  # noqa: PLC0415  # the command line starts fast

    settings = settings_of(config)
    run_demo(settings, Demo(host, port, data, _instant(at, settings), frozen=frozen, reset=reset))


def _instant(text: str | None, settings: Settings) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not an ISO 8601 instant", param_hint="--at") from None
    return at if at.tzinfo else at.replace(tzinfo=settings.calendar.timezone)


@main.command()
@config_option
def serve(config: Path | None) -> None:
    """Run everything in one process: configured platforms, worker, scheduler."""
    _run(config, web=True, worker=True, scheduler=True)


@main.command()
@config_option
def web(config: Path | None) -> None:
    """Run only the web part; any number of these may run (PostgreSQL)."""
    _run(config, web=True, worker=False, scheduler=False)


@main.command()
@config_option
def worker(config: Path | None) -> None:
    """Run only workers and senders; any number of these may run (PostgreSQL)."""
    _run(config, web=False, worker=True, scheduler=False)


@main.command()
@config_option
def scheduler(config: Path | None) -> None:
    """Run only the scheduler; more than one never fires a step twice."""
    _run(config, web=False, worker=False, scheduler=True)


def _run(config: Path | None, *, web: bool, worker: bool, scheduler: bool) -> None:
    from bot.serve import Roles, run  # noqa: PLC0415  # the command line starts fast

    run(settings_of(config), Roles(web=web, worker=worker, scheduler=scheduler))


@main.command()
@config_option
def migrate(config: Path | None) -> None:
    """Bring the database up to date."""
    from models.db import Database  # noqa: PLC0415
    from models.schema import upgrade  # noqa: PLC0415

    upgrade(Database(settings_of(config).database.url))
    click.echo("database is up to date")


@main.command()
@config_option
@click.option("--wecom-echo", is_flag=True, help="Make the URL verification a WeCom console would make.")
def doctor(config: Path | None, wecom_echo: bool) -> None:  # noqa: FBT001
    """Check everything a deployer can get wrong; exit 1 if something would not work."""
    from bot.doctor import run_doctor  # noqa: PLC0415

    sys.exit(run_doctor(settings_of(config), wecom_echo=wecom_echo, echo=click.echo))


@main.command("import")
@config_option
@click.argument("kind", type=click.Choice(IMPORTS))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option(
    "--suspects", type=click.Choice(["auto", "new", "skip"]), default="auto", show_default=True,
    help="Rows that may be a customer under another number: auto writes those with a number of their own.",
)  # fmt: skip
@click.option(
    "--problems", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Write problem rows here."
)
def import_(config: Path | None, kind: str, file: Path, dry_run: bool, suspects: str, problems: Path | None) -> None:  # noqa: FBT001  # one per option
    """Import people, customers or contacts from CSV or XLSX as one batch."""
    from bot.cli_data import run_import  # noqa: PLC0415  # the command line starts fast

    sys.exit(run_import(settings_of(config), kind, file, dry_run=dry_run, suspects=suspects, problems=problems))


@main.command("undo-import")
@config_option
@click.argument("batch")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
def undo_import(config: Path | None, batch: str, dry_run: bool) -> None:  # noqa: FBT001
    """Take a whole import back; records that were edited or used since stay."""
    from bot.cli_data import run_undo  # noqa: PLC0415

    sys.exit(run_undo(settings_of(config), batch, dry_run=dry_run))


@main.command()
@config_option
@click.argument("kind", type=click.Choice(EXPORTS))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="File; .csv or .xlsx.")
@click.option("--as", "person", default=None, help="Only what this person (id) may see, as in chat.")
def export(config: Path | None, kind: str, out: Path | None, person: str | None) -> None:
    """Export registers, records or numbers; CSV to standard output without --out."""
    from bot.cli_data import run_export  # noqa: PLC0415

    if out is not None and out.suffix.lower() not in {".csv", ".xlsx"}:
        raise click.BadParameter(f"{out.name}: the suffix is .csv or .xlsx", param_hint="--out")
    run_export(settings_of(config), kind, out, person)


@main.command()
@config_option
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def backup(config: Path | None, folder: Path) -> None:
    """Copy database and attachments into a new FOLDER, while the bot runs."""
    _backup_step("back_up", config, folder)
    click.echo(f"backed up to {folder}")


@main.command()
@config_option
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
def restore(config: Path | None, folder: Path) -> None:
    """Put a backup from FOLDER into a database that is not there yet, and check it."""
    _backup_step("restore", config, folder)
    click.echo("restored; the chain holds")


def _backup_step(name: str, config: Path | None, folder: Path) -> None:
    from bot import backup as steps  # noqa: PLC0415  # the command line starts fast

    try:
        getattr(steps, name)(settings_of(config), folder)
    except steps.BackupError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@main.group()
def sim() -> None:
    """Play a company forward."""


@sim.command("run")
@config_option
@click.argument("days", type=click.IntRange(1, 366))
@click.option(
    "--people", default=8, show_default=True, type=click.IntRange(1, 500), help="Reps; their line comes on top."
)
@click.option("--seed", default=1, show_default=True, type=int)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Transcript and summary go here."
)
def sim_run(config: Path | None, days: int, people: int, seed: int, out: Path | None) -> None:
    """Play DAYS days on the fake clock; the same seed gives the same bytes. Exit 1 when something came twice or failed."""
    from bot.sim import play  # noqa: PLC0415

    played = play(settings_of(config), days=days, people=people, seed=seed)
    if out is not None:
        out.write_text(played.text, "utf-8")
    click.echo("\n".join(played.summary) if out is not None else played.text)
    sys.exit(1 if played.duplicates or played.parked else 0)


@main.group()
def audit() -> None:
    """Look after the event log."""


@audit.command()
@config_option
def verify(config: Path | None) -> None:
    """Check the hash chain of the event log; name the first broken entry."""
    from models.db import Database  # noqa: PLC0415
    from models.event import verify as verify_chain  # noqa: PLC0415
    from models.schema import upgrade  # noqa: PLC0415

    database = Database(settings_of(config).database.url)
    upgrade(database)
    with database.read() as session:
        broken = verify_chain(session)
    if broken is None:
        click.echo("the chain holds")
        return
    click.echo(f"entry {broken.id}: {broken.reason}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
