"""Findings go out: who hears what, when, and how often; over a real mail server and a real receiver."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shopweave.hub import notify
from shopweave.hub.context import Hub
from shopweave.model.errors import HubError, NotSent
from shopweave.model.finding import Finding, Severity
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.message import Message
from shopweave.model.settings import EmailSettings, NotifySettings, Secret
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.http import AiohttpTransport
from shopweave.runtime.mail import MailPost
from shopweave.runtime.webhook import WebhookPost
from shopweave.store import findings
from shopweave.store.notices import News
from tests.mail import MailServer, mail_server
from tests.servers import Authority, serving
from tests.worlds import World

SINCE = datetime(2026, 3, 10, 5, 30, tzinfo=UTC)
PASSWORD = "mail pass/word+"


def finding(cause: str, severity: Severity, what: str = "The shop does not answer.") -> Finding:
    return Finding(code="NET-102", cause=cause, severity=severity, what=what, can_do="Look at it.")


def one(severity: Severity, since: datetime = SINCE, cause: str = "x") -> News:
    return News(id=1, since=since, finding=finding(cause, severity))


@pytest.mark.parametrize("severity", [Severity.STOPPED, Severity.HELD])
def test_what_is_stopped_or_held_is_told_at_once(severity: Severity) -> None:
    assert notify.is_due(one(severity), SINCE, "UTC")


def test_the_rest_waits_for_seven_in_the_morning_of_the_hubs_zone() -> None:
    news = one(Severity.NEEDS)
    assert not notify.is_due(news, SINCE + timedelta(minutes=60), "UTC")
    assert notify.is_due(news, datetime(2026, 3, 10, 7, 0, tzinfo=UTC), "UTC")
    assert not notify.is_due(news, datetime(2026, 3, 10, 7, 0, tzinfo=UTC), "Europe/Helsinki")
    assert notify.is_due(news, datetime(2026, 3, 11, 5, 0, tzinfo=UTC), "Europe/Helsinki")


def test_waits_after_failures_grow_and_end_at_six_hours() -> None:
    last, waits = SINCE, []
    for _ in range(12):
        following = notify.next_try(SINCE, last)
        waits.append((following - last) / timedelta(minutes=1))
        last = following
    assert waits[:5] == [1, 1, 2, 4, 8]
    assert waits[-1] == 360


def test_one_message_names_the_worst_first_links_to_the_pages_and_holds_no_mail_address() -> None:
    news = (
        one(Severity.NEEDS, cause="b"),
        News(
            id=2, since=SINCE, finding=finding("a", Severity.STOPPED, "Order of jane.doe@mail.example stops.")
        ),
    )
    chosen = notify.due(news, "e-mail", datetime(2026, 3, 10, 7, 1, tzinfo=UTC), "UTC")
    message = notify.compose(chosen, SINCE, "https://hub.example/")
    assert message.subject == "Shopweave: Order of ••• stops. And 1 more."
    assert message.text.startswith("Order of ••• stops. Look at it. (NET-102)\n\n")
    assert message.text.endswith("See https://hub.example/findings\n")
    assert "jane" not in repr(message)
    assert notify.compose(chosen, SINCE + timedelta(days=1), "").id == message.id


class Notes:
    """A post that keeps what it was given, or fails."""

    def __init__(self, name: str = "notes") -> None:
        self.name = name
        self.sent: list[Message] = []
        self.error: HubError | None = None

    async def send(self, message: Message) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(message)


class Later:
    """A clock that can be set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return SystemClock().monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def told(tmp_path: Path, story: Callable[[Hub, Later], Awaitable[None]], *posts: Notes) -> None:
    async def whole() -> None:
        world, clock = World(tmp_path, 2), Later()
        world.clock = clock  # type: ignore[assignment]
        async with world.hub(start=False) as hub:
            hub.posts = posts
            await story(hub, clock)

    asyncio.run(whole())


async def report(hub: Hub, found: Finding) -> None:
    await hub.store.write(lambda tx: findings.report(tx, found))


def test_a_finding_is_told_once_and_again_only_after_it_was_over(tmp_path: Path) -> None:
    post = Notes()

    async def story(hub: Hub, _: Later) -> None:
        await report(hub, finding("a", Severity.STOPPED))
        assert await notify.tell(hub) == 1
        await report(hub, finding("a", Severity.STOPPED, "Still not."))
        assert await notify.tell(hub) == 0
        await hub.store.write(lambda tx: findings.settle(tx, "a"))
        assert await notify.tell(hub) == 0
        await report(hub, finding("a", Severity.STOPPED))
        assert await notify.tell(hub) == 1

    told(tmp_path, story, post)
    assert len({message.id for message in post.sent}) == 2


def test_notes_are_never_sent_and_needs_go_once_a_day_together(tmp_path: Path) -> None:
    post = Notes()

    async def story(hub: Hub, clock: Later) -> None:
        for number in range(3):
            await report(hub, finding(f"n{number}", Severity.NEEDS, f"Thing {number}."))
        await report(hub, finding("z", Severity.NOTE))
        clock.ahead = timedelta(days=1, minutes=1)
        assert await notify.tell(hub) == 1
        assert await notify.tell(hub) == 0

    told(tmp_path, story, post)
    assert [one.cause for one in post.sent[0].findings] == ["n0", "n1", "n2"]


def test_a_way_that_fails_is_a_finding_told_elsewhere_and_tried_again_later(tmp_path: Path) -> None:
    bad, good = Notes("e-mail"), Notes("webhook")
    bad.error = NotSent("The mail server cannot be reached.", code="MAIL-001")

    async def story(hub: Hub, clock: Later) -> None:
        await report(hub, finding("a", Severity.HELD))
        assert await notify.tell(hub) == 1
        open_now = await hub.store.read(findings.open_findings)
        assert [(one.cause, one.code) for one in open_now][1:] == [("notify:e-mail", "MAIL-001")]
        assert await notify.tell(hub) == 0
        bad.error = None
        assert await notify.tell(hub) == 0
        clock.ahead = timedelta(seconds=61)
        assert await notify.tell(hub) == 1
        assert [one.cause for one in await hub.store.read(findings.open_findings)] == ["a"]

    told(tmp_path, story, bad, good)
    assert [one.cause for one in bad.sent[0].findings] == ["a"]
    assert [[one.cause for one in message.findings] for message in good.sent] == [["notify:e-mail", "a"]]


def test_a_process_that_dies_between_sending_and_noting_repeats_the_same_id(tmp_path: Path) -> None:
    post = Notes()

    async def story(hub: Hub, _: Later) -> None:
        await report(hub, finding("a", Severity.STOPPED))
        kept = hub.store.write

        async def dies(work: object) -> None:
            raise KeyError("the process ends here")

        hub.store.write = dies  # type: ignore[method-assign,assignment]
        with pytest.raises(KeyError):
            await notify.tell(hub)
        hub.store.write = kept  # type: ignore[method-assign]
        await notify.tell(hub)
        await notify.tell(hub)

    told(tmp_path, story, post)
    assert len(post.sent) == 2
    assert post.sent[0].id == post.sent[1].id


def test_the_hub_tells_by_its_clock(tmp_path: Path) -> None:
    from shopweave.hub.schedules import set_schedules

    post = Notes()

    async def story(hub: Hub, clock: Later) -> None:
        await report(hub, finding("a", Severity.STOPPED))
        await set_schedules(hub)
        clock.ahead = timedelta(seconds=61)
        await hub.start()
        async with asyncio.timeout(20):
            while not post.sent:
                await asyncio.sleep(0.05)

    told(tmp_path, story, post)
    assert post.sent[0].findings[0].cause == "a"


MESSAGE = notify.compose((one(Severity.STOPPED),), SINCE, "https://hub.example")


def mail(server: MailServer, tls: str, *, host: str = "127.0.0.1", password: str = PASSWORD) -> MailPost:
    return MailPost(
        EmailSettings(
            host=host,
            port=server.port,
            sender="hub@shop.example",
            to=("a@shop.example", "b@shop.example"),
            user="hub",
            password=Secret(password),
            tls=tls,
        )
    )


def failing(post: MailPost | WebhookPost) -> HubError:
    with pytest.raises(HubError) as caught:
        asyncio.run(post.send(MESSAGE))
    assert caught.value.what.endswith(".")
    assert caught.value.remedy
    assert PASSWORD not in repr(caught.value.args) + str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


def test_a_mail_arrives_with_its_headers() -> None:
    with mail_server() as server:
        asyncio.run(mail(server, "none").send(MESSAGE))
        (got,) = server.mails
    assert (got["From"], got["To"]) == ("hub@shop.example", "a@shop.example, b@shop.example")
    assert got["Subject"] == "Shopweave: The shop does not answer."
    assert got["Message-ID"] == f"<{MESSAGE.id}@shop.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert "See https://hub.example/findings" in got.get_content()


def test_a_mail_goes_encrypted_where_the_server_offers_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with mail_server(authority.context()) as server:
        asyncio.run(mail(server, "starttls").send(MESSAGE))
        assert (server.is_secure, len(server.mails)) == (True, 1)


def test_a_mail_server_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    with mail_server(Authority(tmp_path).context()) as server:
        assert failing(mail(server, "starttls")).code == "MAIL-008"
        assert server.mails == []


@pytest.mark.parametrize(
    ("refuses", "code"),
    [
        ("MAIL 550 not you", "MAIL-003"),
        ("RCPT 550 nobody", "MAIL-004"),
        ("DATA 554 no", "MAIL-006"),
    ],
)
def test_each_refusal_of_a_mail_server_has_its_own_code(refuses: str, code: str) -> None:
    with mail_server() as server:
        server.refuses = refuses
        assert failing(mail(server, "none")).code == code


def test_wrong_passwords_missing_encryption_and_silence_are_told_apart() -> None:
    with mail_server() as server:
        assert failing(mail(server, "none", password="wrong")).code == "MAIL-002"
        assert failing(mail(server, "starttls")).code == "MAIL-005"
        server.is_down = True
        assert failing(mail(server, "none")).code == "MAIL-001"
    assert failing(mail(server, "none")).code == "MAIL-001"
    assert failing(mail(server, "none", host="no-such-host.invalid")).code == "MAIL-001"


def test_a_post_is_json_with_a_signature_the_receiver_can_check() -> None:
    got: list[HttpRequest] = []

    def receive(request: HttpRequest) -> HttpResponse:
        got.append(request)
        return HttpResponse(status=204)

    with serving(receive) as url:
        post_to(f"{url}/in?key=abc", secret="sign me")
    (request,) = got
    headers = {name.lower(): value for name, value in request.headers.items()}
    digest = hmac.new(b"sign me", request.body, hashlib.sha256).hexdigest()
    assert headers["x-shopweave-signature"] == f"sha256={digest}"
    body = json.loads(request.body)
    assert (body["id"], body["link"]) == (MESSAGE.id, "https://hub.example/findings")
    assert body["findings"][0]["severity"] == "stopped"


def post_to(url: str, *, secret: str = "") -> None:
    async def whole() -> None:
        http = AiohttpTransport(SystemClock())
        settings = NotifySettings(webhook=Secret(url), webhook_secret=Secret(secret))
        try:
            await WebhookPost(settings, http).send(MESSAGE)
        finally:
            await http.close()

    asyncio.run(whole())


@pytest.mark.parametrize(
    ("status", "code"), [(404, "HOOK-001"), (429, "HOOK-002"), (503, "HOOK-003"), (422, "HOOK-004")]
)
def test_each_answer_of_a_receiver_has_its_own_code_and_never_the_address(status: int, code: str) -> None:
    with serving(lambda _: HttpResponse(status=status)) as url, pytest.raises(HubError) as caught:
        post_to(f"{url}/in?key=abcdef")
    assert caught.value.code == code
    assert "abcdef" not in str(caught.value)


def test_an_unsigned_post_has_no_signature() -> None:
    got: list[HttpRequest] = []

    def receive(request: HttpRequest) -> HttpResponse:
        got.append(request)
        return HttpResponse(status=200)

    with serving(receive) as url:
        post_to(url)
    assert "x-shopweave-signature" not in {name.lower() for name in got[0].headers}


def test_tls_from_the_start_is_spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with mail_server(authority.context(), at_once=True) as server:
        asyncio.run(mail(server, "tls").send(MESSAGE))
        assert len(server.mails) == 1
