"""Serving the pages beside the hub that works, in the same loop."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from shopweave.hub.callbacks import Receiver, open_hooks
from shopweave.hub.context import Hub
from shopweave.model.errors import Configuration
from shopweave.runtime.secrets import MASK
from shopweave.web.app import make_app
from shopweave.web.hooks import Hooks

GRACE = 2
LOG = logging.getLogger("uvicorn.error")


def listen(host: str, port: int, *, exact: bool = True) -> socket.socket:
    """Take an address; without `exact` a taken port is replaced by a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        _bind(found, host, port, exact=exact)
    except OSError as error:
        found.close()
        text = f"The address {host}:{port} cannot be served: {error.strerror or error}."
        raise Configuration(text, code="WEB-001", remedy="Set another host or port in [web].") from error
    return found


def _bind(found: socket.socket, host: str, port: int, *, exact: bool) -> None:
    try:
        found.bind((host, port))
    except OSError:
        if exact:
            raise
        found.bind((host, 0))


@asynccontextmanager
async def served(hub: Hub, at: socket.socket) -> AsyncIterator[str]:
    """Serve the pages of a hub on a socket; gives their address."""
    with at:
        base = hub.settings.web.base_url
        app = make_app(hub, secure=base.startswith("https:"))
        ways = await open_hooks(hub)
        MASK.add(way.secret for way in ways.values())
        receiver = Receiver(hub, ways)
        server = _Server(_config(Hooks(app, receiver)))
        task = asyncio.ensure_future(server.serve(sockets=[at]))
        host, port = at.getsockname()[:2]
        try:
            yield base.rstrip("/") or f"http://{f'[{host}]' if ':' in host else host}:{port}"
        finally:
            app.state.site.over.set()
            LOG.addFilter(_is_news)
            server.should_exit = True
            await task
            await asyncio.gather(*server.server_state.tasks, return_exceptions=True)
            LOG.removeFilter(_is_news)
            await receiver.close()


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out what is said of requests that did not end by themselves when serving ended."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError) and not str(record.msg).startswith("Cancel ")


def _config(app: Hooks) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )


class _Server(uvicorn.Server):
    """A server that leaves the signals to the program it stands in."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def] # noqa: ANN202
        yield
