"""The command line: topics with their commands; what a command does is imported when it runs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from shopweave import __version__
from shopweave.cli.commands import TOPICS
from shopweave.cli.running import FOLDER, dir_first

app = typer.Typer(
    name="shopweave",
    help="Keep shops, tills and content in step: shows a plan before it writes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for topic in TOPICS:
    app.add_typer(topic)


def main() -> None:
    """Run the command line."""
    app(args=dir_first(sys.argv[1:]), prog_name="shopweave")


@app.callback()
def at(
    folder: Annotated[
        Path, typer.Option("--dir", envvar="SHOPWEAVE_DIR", help="The hub's folder; may stand anywhere.")
    ] = Path(),
) -> None:
    """Keep shops, tills and content in step: shows a plan before it writes."""
    FOLDER.set(folder.resolve())


@app.command()
def version() -> None:
    """Say which version this is."""
    typer.echo(__version__)
