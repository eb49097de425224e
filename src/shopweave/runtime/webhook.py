"""Messages to an address of the shop's own: JSON, signed if a secret is set."""

import hashlib
import hmac

import msgspec

from shopweave.connector.transports import HttpTransport
from shopweave.model.errors import Configuration, Limited, NoAnswer, Refused
from shopweave.model.http import HttpRequest
from shopweave.model.message import Message
from shopweave.model.settings import NotifySettings
from shopweave.runtime.secrets import MASK

SECONDS = 20.0
SIGNATURE = "X-Shopweave-Signature"
_GONE = (401, 403, 404, 405, 410)


class WebhookPost:
    """Posts messages as JSON."""

    name = "webhook"

    def __init__(self, settings: NotifySettings, http: HttpTransport) -> None:
        self._url, self._secret, self._http = settings.webhook, settings.webhook_secret, http

    async def send(self, message: Message) -> None:
        """Post one message; any 2xx counts as taken."""
        answer = await self._http.send(self._request(message))
        if 200 <= answer.status < 300:
            return
        remedy = "Look at webhook in [notify], and at its receiver."
        text = f"The receiver answers {answer.status}."
        if answer.status in _GONE:
            raise Configuration(text, code="HOOK-001", remedy=remedy)
        if answer.status == 429:
            raise Limited(text, code="HOOK-002", remedy=remedy)
        if answer.status >= 500:
            raise NoAnswer(text, code="HOOK-003", remedy=remedy)
        raise Refused(text, code="HOOK-004", remedy=remedy)

    def _request(self, message: Message) -> HttpRequest:
        body = MASK(msgspec.json.encode(message).decode()).encode()
        headers = {"Content-Type": "application/json", "X-Shopweave-Id": message.id}
        if self._secret:
            digest = hmac.new(self._secret.reveal().encode(), body, hashlib.sha256).hexdigest()
            headers[SIGNATURE] = f"sha256={digest}"
        return HttpRequest(method="POST", url=self._url.reveal(), headers=headers, body=body, timeout=SECONDS)
