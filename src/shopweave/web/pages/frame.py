"""A page within its frame: menu, counts, whether the hub writes, who is signed in."""

from typing import Any

from litestar import MediaType, Request, Response

from shopweave.hub.overview import overview
from shopweave.web.security import Site, language_of

AnyRequest = Request[Any, Any, Any]


async def page(
    request: AnyRequest, template: str, current: str, status: int = 200, **values: Any
) -> Response[str]:
    """Render a page within the frame."""
    site: Site = request.app.state.site
    seen = await overview(site.hub)
    html = site.renderer.render(
        template,
        language_of(request),
        person=request.state.person,
        current=current,
        seen=seen,
        now=seen.at,
        held=len(seen.held),
        loud=len(seen.loud),
        clashes=seen.conflicts,
        **values,
    )
    return Response(html, status_code=status, media_type=MediaType.HTML)
