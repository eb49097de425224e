"""Forms that do their work once, however often they are sent."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from litestar import Request, Response
from litestar.response import Redirect

from shopweave.hub import forms
from shopweave.model.errors import HubError
from shopweave.web.security import Site

FIELD = "once"
PATIENCE, PAUSE = 10.0, 0.05
Act = Callable[..., Awaitable[Response[Any]]]
AnyRequest = Request[Any, Any, Any]


class Repeated(HubError):
    """This form was sent before, and its work has not ended."""

    CODE = "WEB-409"


def once(act: Act) -> Act:
    """Let a form's handler work once per key; what comes again is led where the first one led.

    A key whose act is refused, or answers with a page instead of leading on, is free again. One whose act
    was cut off stays taken: nobody knows how far it came.
    """

    @wraps(act)
    async def guarded(request: AnyRequest, *args: Any, **values: Any) -> Response[Any]:
        site: Site = request.app.state.site
        key = str((await request.form()).get(FIELD, ""))[:64]
        if not key.isalnum():
            return await act(request, *args, **values)
        who = request.state.person.email
        led = await _claim(site, key, who)
        if led is not None:
            return Redirect(led, status_code=303)
        try:
            answer = await act(request, *args, **values)
        except Exception:
            await forms.release(site.hub, key)
            raise
        if isinstance(answer, Redirect):
            await forms.settle(site.hub, key, str(answer.url), who)
        else:
            await forms.release(site.hub, key)
        return answer

    return guarded


async def _claim(site: Site, key: str, who: str) -> str | None:
    """Take a key, or wait for the one who has it."""
    until = site.hub.clock.monotonic() + PATIENCE
    while (led := await forms.claim(site.hub, key, who)) == forms.UNDER_WAY:
        if site.hub.clock.monotonic() > until:
            raise Repeated(remedy="Look at the page again: it shows what was done.")
        await site.hub.clock.sleep(PAUSE)
    return led
