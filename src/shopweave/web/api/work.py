"""The interface of the daily work: overview, runs, plans, findings, explain, conflicts."""

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from shopweave.hub import conflicts, looking, plans, runs
from shopweave.hub.conflicts import Conflict
from shopweave.hub.explain import Explanation, explain
from shopweave.hub.looking import PlanPage, RunPage
from shopweave.hub.overview import (
    ConnectionView,
    FindingView,
    FlowView,
    Overview,
    PlanView,
    RunView,
    overview,
)
from shopweave.web.security import Given

Limit = Annotated[int, QueryParameter(ge=1, le=500)]
Number = FromPath[int]
After = FromQuery[int]
AnyRequest = Request[Any, Any, State]


class StartRun(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which flow to run; with `only_plan` nothing is sent until somebody approves it."""

    flow: str
    only_plan: bool = False


class Started(Struct, frozen=True, kw_only=True):
    """The number of the run that began."""

    run: int


class Choice(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which changes of a plan to approve; all that are held when none are named."""

    changes: tuple[int, ...] | None = None


class Decided(Struct, frozen=True, kw_only=True):
    """How many changes were decided."""

    changes: int


class Resolution(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which side of a conflict is right: source or target; without a SKU, of every one about the field."""

    flow: str
    atom: str
    side: str
    sku: str | None = None


class Resolved(Struct, frozen=True, kw_only=True):
    """How many conflicts were decided."""

    conflicts: int


@get("/overview", summary="Everything at a glance")
async def get_overview(site: Given) -> Overview:
    """Give connections, flows, runs, plans and findings at once."""
    return await overview(site.hub)


@get("/connections", summary="Connections and their queues")
async def get_connections(site: Given) -> tuple[ConnectionView, ...]:
    """Give every connection with its state and what waits for it."""
    return (await overview(site.hub)).connections


@get("/flows", summary="Flows, their last and next runs")
async def get_flows(site: Given) -> tuple[FlowView, ...]:
    """Give every flow."""
    return (await overview(site.hub)).flows


@get("/runs", summary="Runs, the newest first")
async def get_runs(
    site: Given,
    before: FromQuery[int | None] = None,
    limit: Limit = 50,
    kind: FromQuery[str] = "",
) -> tuple[RunView, ...]:
    """Give runs older than number `before`, all or of flows of one kind: items, orders or stock."""
    return await looking.list_runs(site.hub, before, limit, kind)


@post("/runs", summary="Run a flow", status_code=202)
async def start_run(request: AnyRequest, site: Given, data: JSONBody[StartRun]) -> Started:
    """Begin a run; it goes on by itself."""
    cause = "plan" if data.only_plan else "run"
    return Started(run=await runs.start(site.hub, data.flow, request.state.person.email, cause))


@get("/runs/{number:int}", summary="One run and its changes")
async def get_run(site: Given, number: Number, after: After = 0) -> RunPage:
    """Give a run with a page of its changes, those beyond change `after`."""
    return await looking.run_page(site.hub, number, after)


@get("/plans", summary="Plans, those that wait for a person first")
async def get_plans(site: Given) -> tuple[PlanView, ...]:
    """Give the newest plans."""
    return (await overview(site.hub)).plans


@get("/plans/{number:int}", summary="One plan and its changes")
async def get_plan(site: Given, number: Number, after: After = 0) -> PlanPage:
    """Give a plan with a page of its changes, those beyond change `after`."""
    return await looking.plan_page(site.hub, number, after)


@post("/plans/{number:int}/approve", summary="Approve a plan", status_code=200)
async def approve(
    request: AnyRequest, site: Given, number: Number, data: JSONBody[Choice | None] = None
) -> Decided:
    """Let held changes of a plan go."""
    chosen = None if data is None else data.changes
    return Decided(changes=await plans.approve(site.hub, number, chosen, request.state.person.email))


@post("/plans/{number:int}/reject", summary="Reject a plan", status_code=200)
async def reject(request: AnyRequest, site: Given, number: Number) -> Decided:
    """Take the held changes of a plan back."""
    return Decided(changes=await plans.reject(site.hub, number, request.state.person.email))


@get("/findings", summary="What a person should know")
async def get_findings(site: Given) -> tuple[FindingView, ...]:
    """Give open findings, the worst first."""
    return (await overview(site.hub)).findings


@get("/explain/{sku:str}", summary="Where each value of a SKU comes from")
async def get_explanation(site: Given, sku: FromPath[str], atom: FromQuery[str | None] = None) -> Explanation:
    """Tell what each side says of a SKU, which rule decides, what was sent and what was answered."""
    return await explain(site.hub, sku, atom)


@get("/conflicts", summary="What both sides changed")
async def get_conflicts(site: Given) -> list[Conflict]:
    """Give what waits for a decision."""
    return await conflicts.conflicts(site.hub)


@post("/conflicts/resolve", summary="Say which side is right", status_code=200)
async def resolve(request: AnyRequest, site: Given, data: JSONBody[Resolution]) -> Resolved:
    """Decide a conflict, or all of a flow about one field; it holds until either side moves again."""
    who = request.state.person.email
    if data.sku is None:
        every = await conflicts.decide_items(site.hub, data.flow, None, data.atom, data.side, who)
        return Resolved(conflicts=every)
    await conflicts.decide(site.hub, data.flow, data.sku, data.atom, data.side, who)
    return Resolved(conflicts=1)


HANDLERS = (
    get_overview,
    get_connections,
    get_flows,
    get_runs,
    start_run,
    get_run,
    get_plans,
    get_plan,
    approve,
    reject,
    get_findings,
    get_explanation,
    get_conflicts,
    resolve,
)
