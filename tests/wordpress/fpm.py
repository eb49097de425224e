"""A site behind PHP-FPM, which can end an answer and go on, as most shops' servers do."""

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services import missing
from tests.wordpress.site import KEYS, Site

_POOL = """
[global]
daemonize = no
error_log = {folder}/fpm.log
[www]
user = {user}
listen = {folder}/fpm.sock
pm = static
pm.max_children = 16
"""


@dataclass(kw_only=True)
class Fpm:
    """Asks the site through its socket."""

    site: Site
    socket: Path

    def post(self, path: str, body: object) -> Any:
        """Send JSON with the key that may do all; gives what comes until the answer ends."""
        content = json.dumps(body).encode()
        pair = base64.b64encode(f"{KEYS['read_write']}:cs_secret".encode()).decode()
        env = {
            "REQUEST_METHOD": "POST",
            "REQUEST_URI": f"/wp-json{path}",
            "SCRIPT_FILENAME": str(self.site.folder / "index.php"),
            "SCRIPT_NAME": "/index.php",
            "DOCUMENT_ROOT": str(self.site.folder),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": self.site.url.removeprefix("http://"),
            "HTTP_AUTHORIZATION": f"Basic {pair}",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(content)),
        }
        command = ["cgi-fcgi", "-bind", "-connect", str(self.socket)]
        done = subprocess.run(
            command, env={**os.environ, **env}, input=content, capture_output=True, check=True, timeout=60
        )
        return json.loads(done.stdout.partition(b"\r\n\r\n")[2])


@contextmanager
def fpm(site: Site, folder: Path) -> Iterator[Fpm]:
    """Serve a site through PHP-FPM beside its own web server."""
    binary = next(iter(sorted(Path("/usr/sbin").glob("php-fpm*"))), None)
    if binary is None or shutil.which("cgi-fcgi") is None:
        missing("wordpress", "there is no PHP-FPM or no cgi-fcgi: apt install php-fpm libfcgi-bin")
    pool = folder / "fpm.conf"
    pool.write_text(_POOL.format(folder=folder, user=os.environ.get("USER") or "root"), "utf-8")
    with subprocess.Popen([str(binary), "-R", "-F", "-y", str(pool)], stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(folder / "fpm.sock")
            yield Fpm(site=site, socket=folder / "fpm.sock")
        finally:
            server.terminate()


def _wait_for(path: Path) -> None:
    until = time.monotonic() + 10
    while not _answers(path):
        assert time.monotonic() < until, "PHP-FPM does not start"
        time.sleep(0.05)


def _answers(path: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
        one.connect(str(path))
        return True
    return False
