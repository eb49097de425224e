"""The live part: one stream per open page, a message at most each second, the first is the whole state."""

from asyncio import timeout
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from litestar import Request, get
from litestar.response import Stream

from shopweave.hub.access import by_session
from shopweave.hub.overview import Overview, overview
from shopweave.web.security import COOKIE, Given, Site, language_of

PAUSE, BEAT, CHECK = 1.0, 5, 60


@get("/live", include_in_schema=False)
async def live(request: Request[Any, Any, Any], site: Given) -> Stream:
    """Tell the first page what changed, until it is closed or the session is over."""
    return Stream(
        _messages(site, request.cookies.get(COOKIE, ""), language_of(request)),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


async def _messages(site: Site, key: str, language: str) -> AsyncIterator[str]:
    before, turn = "", 0
    while not site.over.is_set() and (turn % CHECK or await by_session(site.hub, key) is not None):
        seen = await overview(site.hub)
        shown = _parts(site, seen, language)
        if shown != before or turn % BEAT == 0:
            sign = site.renderer.render("sign.html", language, now=seen.at, live=True)
            yield message(_partial("live", sign) + (shown if shown != before else ""))
            before = shown
        turn += 1
        with suppress(TimeoutError):
            async with timeout(PAUSE):
                await site.over.wait()


def _parts(site: Site, seen: Overview, language: str) -> str:
    render = site.renderer.render
    body = render("today_body.html", language, seen=seen, now=seen.at)
    return _partial("today", body) + _partial("band", render("band.html", language, seen=seen, now=seen.at))


def _partial(target: str, html: str) -> str:
    return f'<hx-partial hx-target="#{target}" hx-swap="outerMorph">{html}</hx-partial>'


def message(html: str) -> str:
    """Write a message of the stream; each line of it is a line of its own."""
    return "".join(f"data: {line}\n" for line in html.splitlines()) + "\n"
