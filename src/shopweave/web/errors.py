"""Errors as people and programs get them: code, what, remedy; a page for the one, JSON for the other."""

from typing import Any
from urllib.parse import quote

import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from msgspec import Struct

from shopweave.hub.access import NotAllowed, Throttled
from shopweave.model.errors import Configuration, HubError, Unavailable
from shopweave.runtime.secrets import mask
from shopweave.web.once import Repeated
from shopweave.web.security import Forged, RoleNeeded, Site, language_of

MISSING = frozenset(
    {
        "HUB-404",
        "HUB-406",
        "LINK-404",
        "LINK-406",
        "ORD-404",
        "ORD-405",
        "PLAN-010",
        "RUN-010",
        "CFG-120",
        "CFG-121",
        "UNDO-001",
        "USER-008",
        "USER-009",
    }
)
AnyRequest = Request[Any, Any, Any]


class Problem(Struct, frozen=True, kw_only=True):
    """What went wrong, and what to do."""

    code: str
    what: str
    where: str
    remedy: str


def status_of(error: HubError) -> int:
    """Give the HTTP status of an error."""
    kinds: tuple[tuple[type[HubError], int], ...] = (
        (Throttled, 429),
        (RoleNeeded, 403),
        (Forged, 403),
        (NotAllowed, 401),
        (Repeated, 409),
        (Unavailable, 503),
        (Configuration, 422),
    )
    if error.code in MISSING:
        return 404
    return next((status for kind, status in kinds if isinstance(error, kind)), 500)


def on_hub_error(request: AnyRequest, error: HubError) -> Response[Any]:
    """Answer an error of the hub."""
    if isinstance(error, NotAllowed) and error.code == NotAllowed.CODE and _is_page(request):
        return Redirect(f"/sign-in?next={quote(request.url.path)}", status_code=303)
    return answer(request, status_of(error), as_problem(error))


def as_problem(error: HubError) -> Problem:
    """Give an error as values, secrets masked."""
    return Problem(code=error.code, what=mask(error.what), where=mask(error.where), remedy=mask(error.remedy))


def on_http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Answer what Litestar refuses: no such page, a wrong method, a body that cannot be read."""
    texts = {404: "There is no such page.", 405: "This cannot be done here."}
    what = texts.get(error.status_code, mask(error.detail))
    return answer(
        request, error.status_code, Problem(code=f"WEB-{error.status_code}", what=what, where="", remedy="")
    )


def on_crash(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer an error nobody foresaw; what happened goes to the log."""
    structlog.get_logger().error("a page failed", action="web.error", exc_info=error)
    problem = Problem(
        code="HUB-500",
        what="The hub met an error it does not know.",
        where="",
        remedy="What happened is in the log.",
    )
    return answer(request, 500, problem)


def answer(request: AnyRequest, status: int, problem: Problem) -> Response[Any]:
    """Answer with a page or with JSON, whichever was asked for."""
    if not _is_page(request):
        return Response(problem, status_code=status, media_type=MediaType.JSON)
    site: Site = request.app.state.site
    html = site.renderer.render(
        "problem.html",
        language_of(request),
        problem=problem,
        person=request.state.get("person"),
        current="",
        held=0,
        loud=0,
        clashes=0,
    )
    return Response(html, status_code=status, media_type=MediaType.HTML)


def _is_page(request: AnyRequest) -> bool:
    return not request.url.path.startswith(("/api", "/metrics", "/health", "/live"))
