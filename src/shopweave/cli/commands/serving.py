"""Commands that serve the pages and say who may use them."""

from typing import Annotated

import typer

from shopweave.cli.running import carry_out, here

app = typer.Typer()
user_app = typer.Typer(help="People who may use the pages.", no_args_is_help=True)
app.add_typer(user_app, name="user")

EMAIL = Annotated[str, typer.Argument(help="The e-mail address.")]


@user_app.callback()
def user() -> None:
    """People who may use the pages."""


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to serve; else that of the settings.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to serve; else that of the settings.")] = None,
) -> None:
    """Work by the clock and serve the pages until stopped."""
    from shopweave.cli.serving import serve_pages

    carry_out(lambda: serve_pages(here(), host, port))


@user_app.command("add")
def user_add(
    email: EMAIL,
    role: Annotated[str, typer.Option(help="viewer, operator or admin.")] = "operator",
) -> None:
    """Add a person, or give one a new password and role; the password is asked for."""
    from shopweave.cli.serving import add_user

    carry_out(lambda: add_user(here(), email, role))


@user_app.command("token")
def user_token(
    email: EMAIL,
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    role: Annotated[str, typer.Option(help="viewer, operator or admin.")] = "viewer",
) -> None:
    """Make a token for programs; it is shown once."""
    from shopweave.cli.serving import add_token

    carry_out(lambda: add_token(here(), email, name, role))
