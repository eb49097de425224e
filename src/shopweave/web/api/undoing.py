"""The interface of setting back: the plan that undoes a run, and pins."""

from typing import Any

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from shopweave.hub import undo
from shopweave.hub.undo import Pin, UndoPlan
from shopweave.web.security import Given

AnyRequest = Request[Any, Any, State]


class Undo(Struct, kw_only=True, forbid_unknown_fields=True):
    """What to put back: only what still stands as the run left it, or what moved since, too."""

    also_moved: bool = False


class Pinned(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which value to let go."""

    flow: str
    sku: str
    atom: str


@post("/runs/{number:int}/undo", summary="Plan the undo of a run", status_code=200)
async def plan_undo(
    request: AnyRequest, site: Given, number: FromPath[int], data: JSONBody[Undo | None] = None
) -> UndoPlan:
    """Make the plan that puts back what a run wrote; nothing is sent until the plan is approved."""
    also = data is not None and data.also_moved
    return await undo.plan_undo(site.hub, number, request.state.person.email, also_moved=also)


@get("/pins", summary="Values that flows leave alone")
async def get_pins(site: Given) -> list[Pin]:
    """Give the values that were put back and stay until their source moves."""
    return await undo.pins(site.hub)


@post("/pins/unpin", summary="Let a flow write a value again", status_code=204)
async def unpin(request: AnyRequest, site: Given, data: JSONBody[Pinned]) -> None:
    """Take a pin off; what its source says is sent."""
    await undo.unpin(site.hub, data.flow, data.sku, data.atom, request.state.person.email)


HANDLERS = (plan_undo, get_pins, unpin)
