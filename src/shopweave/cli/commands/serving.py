"""Commands that serve the pages and say who may use them."""

from typing import Annotated

import typer

from shopweave.cli.options import JSON
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


@user_app.command("list")
def user_list(as_json: JSON = False) -> None:
    """List who may use the pages, with roles, sessions and tokens."""
    from shopweave.cli.people import list_people

    carry_out(lambda: list_people(here(), as_json=as_json), as_json=as_json)


@user_app.command("role")
def user_role(email: EMAIL, role: Annotated[str, typer.Argument(help="viewer, operator or admin.")]) -> None:
    """Give a person another role, at once also in open sessions."""
    from shopweave.cli.people import change_role

    carry_out(lambda: change_role(here(), email, role))


@user_app.command("remove")
def user_remove(email: EMAIL) -> None:
    """Remove a person with all sessions and tokens; one administrator always stays."""
    from shopweave.cli.people import remove_person

    carry_out(lambda: remove_person(here(), email))


@user_app.command("revoke")
def user_revoke(
    number: Annotated[int, typer.Argument(help="The number of the token; 'shopweave user list' has it.")],
) -> None:
    """Take a token back, at once."""
    from shopweave.cli.people import revoke_token

    carry_out(lambda: revoke_token(here(), number))
