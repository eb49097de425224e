"""Commands about what remote systems send to the hub by themselves."""

import typer

from shopweave.cli.options import JSON
from shopweave.cli.running import carry_out, here

app = typer.Typer()


@app.command()
def hooks(as_json: JSON = False) -> None:
    """Show where callbacks come in, and the secret each connection signs them with."""
    from shopweave.cli.callbacks import show_hooks

    carry_out(lambda: show_hooks(here(), as_json=as_json), as_json=as_json)


@app.command()
def callbacks(as_json: JSON = False) -> None:
    """Count the callbacks of the last week: accepted, looked at since, and waiting."""
    from shopweave.cli.callbacks import count_callbacks

    carry_out(lambda: count_callbacks(here(), as_json=as_json), as_json=as_json)
