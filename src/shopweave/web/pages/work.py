"""The pages of the daily work: today, plans, runs, explain, findings, conflicts."""

from collections import Counter
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from shopweave.hub import conflicts, looking, plans, runs
from shopweave.hub.explain import explain
from shopweave.hub.overview import flows_of
from shopweave.model.errors import Configuration
from shopweave.web.once import once
from shopweave.web.pages.faults import Fault, fault_of
from shopweave.web.pages.frame import page
from shopweave.web.security import Given, Site

Number = FromPath[int]
After = FromQuery[int]
AnyRequest = Request[Any, Any, Any]


@get("/", include_in_schema=False)
async def today(request: AnyRequest) -> Response[str]:
    """Show whether anything is wrong, and what waits for a person."""
    return await page(request, "today.html", "today")


@get("/plans", include_in_schema=False)
async def show_plans(request: AnyRequest) -> Response[str]:
    """List plans, those that wait for a person first."""
    return await page(request, "plans.html", "plans")


@get("/plans/{number:int}", include_in_schema=False)
async def show_plan(request: AnyRequest, site: Given, number: Number, after: After = 0) -> Response[str]:
    """Show a plan, old beside new."""
    return await _plan(request, site, number, after, None)


async def _plan(
    request: AnyRequest, site: Site, number: int, after: int, fault: Fault | None
) -> Response[str]:
    found = await looking.plan_page(site.hub, number, after)
    status = 422 if fault else 200
    return await page(request, "plan.html", "plans", status, found=found, after=after, fault=fault)


@post("/plans/{number:int}/approve", include_in_schema=False)
@once
async def approve_plan(request: AnyRequest, site: Given, number: Number, after: After = 0) -> Response[Any]:
    """Approve what is held of a plan, all of it or the chosen changes."""
    form = await request.form()
    chosen = _chosen(form.getall("change", []))
    if form.get("what") == "chosen" and not chosen:
        error = Configuration("No change is chosen.", code="PLAN-011", remedy="Tick the changes to approve.")
        return await _plan(request, site, number, after, fault_of(error))
    wanted = chosen if form.get("what") == "chosen" else None
    await plans.approve(site.hub, number, wanted, request.state.person.email)
    return Redirect(f"/plans/{number}", status_code=303)


def _chosen(values: list[Any]) -> tuple[int, ...]:
    return tuple(int(one) for one in values if str(one).isdecimal())


@post("/plans/{number:int}/reject", include_in_schema=False)
@once
async def reject_plan(request: AnyRequest, site: Given, number: Number) -> Redirect:
    """Reject what is held of a plan."""
    await plans.reject(site.hub, number, request.state.person.email)
    return Redirect(f"/plans/{number}", status_code=303)


@get("/runs", include_in_schema=False)
async def show_runs(
    request: AnyRequest, site: Given, before: FromQuery[int | None] = None, kind: FromQuery[str] = ""
) -> Response[str]:
    """List runs, the newest first."""
    found = await looking.list_runs(site.hub, before, kind=kind)
    flows = list(flows_of(site.hub).values())
    return await page(request, "runs.html", "runs", found=found, size=looking.PAGE, kind=kind, flows=flows)


@get("/runs/{number:int}", include_in_schema=False)
async def show_run(request: AnyRequest, site: Given, number: Number, after: After = 0) -> Response[str]:
    """Show what a run did."""
    found = await looking.run_page(site.hub, number, after)
    return await page(request, "run.html", "runs", found=found, after=after)


@post("/flows/{name:str}/run", include_in_schema=False)
@once
async def run_flow(request: AnyRequest, site: Given, name: FromPath[str]) -> Redirect:
    """Run a flow, or make a plan of it; leads to the run."""
    form = await request.form()
    cause = "plan" if form.get("cause") == "plan" else "run"
    number = await runs.start(site.hub, name, request.state.person.email, cause)
    return Redirect(f"/runs/{number}", status_code=303)


@get("/explain", include_in_schema=False)
async def show_explain(request: AnyRequest, site: Given, sku: FromQuery[str] = "") -> Response[str]:
    """Tell where each value of a SKU comes from."""
    wanted, found, missing = sku.strip()[:120], None, False
    if wanted:
        try:
            found = await explain(site.hub, wanted)
        except Configuration:
            missing = True
    return await page(request, "explain.html", "explain", found=found, sku=wanted, missing=missing)


@get("/findings", include_in_schema=False)
async def show_findings(request: AnyRequest) -> Response[str]:
    """List what a person should know."""
    return await page(request, "findings.html", "findings")


@get("/conflicts", include_in_schema=False)
async def show_conflicts(request: AnyRequest, site: Given, decided: FromQuery[int] = 0) -> Response[str]:
    """List what both sides changed, where a flow asks."""
    found = await conflicts.conflicts(site.hub)
    alike = Counter((one.flow, one.atom) for one in found)
    many = [(flow, atom, count) for (flow, atom), count in alike.items() if count > 1]
    return await page(request, "conflicts.html", "conflicts", found=found, many=many, decided=decided)


@post("/conflicts", include_in_schema=False)
@once
async def resolve(request: AnyRequest, site: Given) -> Redirect:
    """Say which side of a conflict is right, or of all about one field."""
    form = await request.form()
    flow, item, atom, side = (str(form.get(name, "")) for name in ("flow", "item", "atom", "side"))
    items = None if item == "all" else _chosen([item])
    count = await conflicts.decide_items(site.hub, flow, items, atom, side, request.state.person.email)
    return Redirect(f"/conflicts?decided={count}", status_code=303)


HANDLERS = (
    today,
    show_plans,
    show_plan,
    approve_plan,
    reject_plan,
    show_runs,
    show_run,
    run_flow,
    show_explain,
    show_findings,
    show_conflicts,
    resolve,
)
