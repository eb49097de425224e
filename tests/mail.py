"""A small real SMTP server on loopback: plain, STARTTLS or TLS, with sign-in, that can refuse."""

import asyncio
import base64
import email
import email.policy
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage


class MailServer:
    """What arrived, and how the server behaves."""

    def __init__(self, tls: ssl.SSLContext | None, *, password: str) -> None:
        self.tls, self.password = tls, password
        self.port = 0
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.refuses, self.is_down, self.is_secure, self.offers_tls = "", False, False, tls is not None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_down:
            writer.close()
            return
        with suppress(OSError, asyncio.IncompleteReadError):
            await self._talk(reader, writer)
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := (await reader.readline()).decode().strip():
            word = line.partition(" ")[0].upper()
            if word == "STARTTLS" and self.tls:
                writer.write(b"220 go\r\n")
                await writer.drain()
                await writer.start_tls(self.tls)
                self.is_secure = True
                continue
            reply = self._reply(word, line)
            if word == "DATA" and not self.refuses.startswith("DATA"):
                writer.write(b"354 go\r\n")
                self._keep(await reader.readuntil(b"\r\n.\r\n"))
                reply = "250 taken"
            writer.write(f"{reply}\r\n".encode())
            await writer.drain()
            if word == "QUIT":
                return

    def _reply(self, word: str, line: str) -> str:
        if self.refuses.startswith(word) and word:
            return self.refuses.partition(" ")[2]
        if word == "EHLO":
            return (
                "250-test\r\n250-STARTTLS\r\n250 AUTH PLAIN"
                if self.offers_tls
                else "250-test\r\n250 AUTH PLAIN"
            )
        if word == "AUTH":
            given = base64.b64decode(line.rsplit(maxsplit=1)[-1]).decode().split("\0")
            return (
                "235 good"
                if given[-1] == self.password
                else f"535 no {line.rsplit(maxsplit=1)[-1]} {given[-1]}"
            )
        return "221 bye" if word == "QUIT" else "250 ok"

    def _keep(self, content: bytes) -> None:
        self.raw.append(content)
        made = email.message_from_bytes(content.removesuffix(b".\r\n"), policy=email.policy.default)
        self.mails.append(made)


@contextmanager
def mail_server(
    tls: ssl.SSLContext | None = None, *, password: str = "mail pass/word+", at_once: bool = False
) -> Iterator[MailServer]:
    """Run a server in a thread of its own."""
    server, loop, ready = MailServer(tls, password=password), asyncio.new_event_loop(), threading.Event()

    async def run() -> None:
        listening = await asyncio.start_server(server.talk, "127.0.0.1", 0, ssl=tls if at_once else None)
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        listening.close()

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
            with suppress(asyncio.CancelledError):
                loop.run_until_complete(task)
        loop.close()
