"""`/health` and `/metrics`."""

from typing import Any

from litestar import Request, Response, get
from msgspec import Struct
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from shopweave.hub.overview import ConnectionView, Overview, overview
from shopweave.web.security import Given

TEXT = "text/plain; version=0.0.4; charset=utf-8"
LANES = ("waiting", "under_way", "in_doubt", "held")


class Health(Struct, frozen=True, kw_only=True):
    """Whether the hub lives; `connections` only for those who are signed in."""

    status: str
    connections: tuple[ConnectionView, ...] | None = None


@get("/health", opt={"open": True}, summary="Whether the hub lives")
async def health(request: Request[Any, Any, Any], site: Given) -> Health:
    """Answer that the hub lives, after one look into its database."""
    seen = await overview(site.hub)
    if request.state.person is None:
        return Health(status="alive")
    ill = any(one.state == "stopped" for one in seen.connections)
    return Health(status="needs you" if ill else "alive", connections=seen.connections)


@get("/metrics", include_in_schema=False)
async def metrics(site: Given) -> Response[bytes]:
    """Give the measures as Prometheus reads them."""
    return Response(as_metrics(await overview(site.hub)), headers={"content-type": TEXT})


def as_metrics(seen: Overview) -> bytes:
    """Write an overview as measures."""
    registry = CollectorRegistry()
    _lanes(seen, registry)
    _flows(seen, registry)
    found = Gauge("shopweave_findings", "Open findings.", ["severity"], registry=registry)
    for severity in ("stopped", "held", "needs you", "note"):
        found.labels(severity).set(sum(one.severity == severity for one in seen.findings))
    Gauge("shopweave_plans_held", "Plans that wait for a person.", registry=registry).set(len(seen.held))
    return generate_latest(registry)


def _lanes(seen: Overview, registry: CollectorRegistry) -> None:
    outbox = Gauge(
        "shopweave_outbox", "Changes that are not settled.", ["connection", "state"], registry=registry
    )
    stopped = Gauge(
        "shopweave_stopped", "1 while a connection does not answer.", ["connection"], registry=registry
    )
    age = Gauge(
        "shopweave_read_age_seconds", "Since a connection was read.", ["connection"], registry=registry
    )
    for one in seen.connections:
        for state in LANES:
            outbox.labels(one.name, state.replace("_", " ")).set(getattr(one, state))
        stopped.labels(one.name).set(one.state == "stopped")
        if one.read is not None:
            age.labels(one.name).set((seen.at - one.read).total_seconds())


def _flows(seen: Overview, registry: CollectorRegistry) -> None:
    ago = Gauge("shopweave_run_age_seconds", "Since a flow's last run began.", ["flow"], registry=registry)
    failed = Gauge("shopweave_run_failed", "1 if a flow's last run failed.", ["flow"], registry=registry)
    for one in seen.flows:
        if one.last is not None:
            ago.labels(one.name).set((seen.at - one.last.started).total_seconds())
            failed.labels(one.name).set(one.last.state == "failed")


HANDLERS = (health, metrics)
