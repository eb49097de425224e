"""Commands that keep a hub going and safe."""

from pathlib import Path
from typing import Annotated

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()


@app.command()
def work() -> None:
    """Go on by the clock: run each flow by its schedule until stopped."""
    from shopweave.cli.keeping import go_on

    carry_out(lambda: go_on(here(), beside=False))


@app.command()
def worker() -> None:
    """Go on by the clock beside other workers, on one database server."""
    from shopweave.cli.keeping import go_on

    carry_out(lambda: go_on(here(), beside=True))


@app.command()
def backup(
    target: Annotated[Path | None, typer.Argument(help="The file to write; else one in backups/.")] = None,
    as_json: JSON = False,
) -> None:
    """Copy the hub's database, even while it works."""
    from shopweave.cli.keeping import write_backup

    carry_out(lambda: write_backup(here(), target, as_json=as_json), as_json=as_json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that 'shopweave backup' wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Yes, put the hub back.")] = False,
    as_json: JSON = False,
) -> None:
    """Put a backup in place; the present database is kept beside it."""
    from shopweave.cli.keeping import put_back

    carry_out(lambda: put_back(here(), file, confirmed=yes, as_json=as_json), as_json=as_json)


@app.command()
def migrate(
    plan: Annotated[bool, typer.Option("--plan", help="Only show the steps that wait.")] = False,
    as_json: JSON = False,
) -> None:
    """Bring an older database up to this program; a file is copied first."""
    from shopweave.cli.migrating import migrate_database

    carry_out(lambda: migrate_database(here(), only_plan=plan, as_json=as_json), as_json=as_json)
