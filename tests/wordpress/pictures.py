"""Pictures on a server of this machine, good and bad ones."""

import struct
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shopweave.model.http import HttpRequest, HttpResponse
from tests.servers import serving

REDIRECTS = {
    "/hop.png": "/ok.png",
    "/loop.png": "/loop.png",
    "/inside.png": "http://169.254.169.254/a.png",
    "/odd.png": "ftp://127.0.0.1/a.png",
}


def png(width: int = 8, height: int = 8, shade: int = 0) -> bytes:
    """Make a PNG; a large one holds no more than its first line."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    lines = min(height, 64)
    body = zlib.compress((b"\0" + bytes([shade]) * width) * lines)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@dataclass
class Pictures:
    """A picture server and how often each path was asked."""

    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    slow: float = 0.0

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        path = urlsplit(request.url).path
        self.asked[path] += 1
        time.sleep(self.slow)
        if path in REDIRECTS:
            return HttpResponse(status=302, headers={"location": REDIRECTS[path]})
        if path == "/gone.png":
            return HttpResponse(status=404)
        bodies = {
            "/html.png": b"<html><body>no</body></html>",
            "/code.png": b"<?php echo 1;",
            "/drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"></svg>',
            "/empty.png": b"",
            "/large.png": png() + b"\0" * (20 * 1024 * 1024),
            "/wide.png": png(20_000, 20_000),
        }
        shade = sum(path.encode()) % 256
        return HttpResponse(
            status=200, headers={"content-type": "image/png"}, body=bodies.get(path, png(shade=shade))
        )


@contextmanager
def pictures() -> Iterator[Pictures]:
    """Serve pictures."""
    found = Pictures()
    with serving(found.answer) as found.url:
        yield found
