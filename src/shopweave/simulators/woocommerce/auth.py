"""Who may do what: consumer keys, application passwords and OAuth 1.0a, as measured on WooCommerce 9.9.5."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from hashlib import sha1, sha256
from urllib.parse import parse_qsl, quote, unquote

from msgspec import Struct

from shopweave.simulators.woocommerce.answers import Wrong

_READS = ("GET", "HEAD", "OPTIONS")
_WINDOW = 900


class Key(Struct, frozen=True, kw_only=True):
    """A consumer key; `permission` is read, write or read_write."""

    key: str
    secret: str
    permission: str = "read_write"
    role: str = "administrator"


class User(Struct, frozen=True, kw_only=True):
    """A WordPress user with an application password; `role` decides what it may do."""

    name: str
    password: str
    role: str = "administrator"
    email: str = ""


class Access:
    """Checks the credentials of requests; paths that begin with one of `opened` take consumer keys."""

    def __init__(self, keys: tuple[Key, ...], users: tuple[User, ...], *, secure: bool) -> None:
        self.keys, self.users, self.secure = keys, users, secure
        self.opened = ["/wp-json/wc"]
        self._nonces: set[tuple[str, str]] = set()

    def check(
        self, method: str, url: str, query: Mapping[str, str], header: str, path: str, now: float
    ) -> str:
        """Give the role a request acts in, `""` for nobody; raises for credentials that are wrong."""
        is_shop = path.startswith(tuple(self.opened))
        signed = query if "oauth_signature" in query else _oauth(header)
        if "oauth_signature" in signed and is_shop:
            return self._signed(method, url, query, signed, now)
        name, secret = _basic(header)
        if name is None and is_shop and self.secure:
            name, secret = query.get("consumer_key"), query.get("consumer_secret", "")
        if name is None or not self.secure:
            return ""
        if is_shop and name.startswith("ck_"):
            return self._key(method, name, secret)
        return self._user(name, secret)

    def _key(self, method: str, name: str, secret: str) -> str:
        key = next((key for key in self.keys if key.key == name), None)
        if key is None:
            return ""
        if not hmac.compare_digest(key.secret, secret):
            raise _denied("Consumer secret is invalid.")
        return self._permitted(method, key)

    def _permitted(self, method: str, key: Key) -> str:
        if method in _READS and key.permission == "write":
            raise _denied("The API key provided does not have read permissions.")
        if method not in _READS and key.permission == "read":
            raise _denied("The API key provided does not have write permissions.")
        return key.role

    def _user(self, name: str, password: str) -> str:
        user = next((user for user in self.users if name in (user.name, user.email)), None)
        if user is None:
            raise Wrong(
                401,
                "invalid_username",
                "<strong>Error:</strong> Unknown username. Check again or try your email address.",
            )
        if user.password.replace(" ", "") != password.replace(" ", ""):
            raise Wrong(
                401, "incorrect_password", "The provided password is an invalid application password."
            )
        return user.role

    def _signed(
        self, method: str, url: str, query: Mapping[str, str], signed: Mapping[str, str], now: float
    ) -> str:
        key = next((key for key in self.keys if key.key == signed.get("oauth_consumer_key")), None)
        if key is None:
            raise _denied("Consumer key is invalid.")
        digests = {"HMAC-SHA1": sha1, "HMAC-SHA256": sha256}
        digest = digests.get(signed.get("oauth_signature_method", ""))
        if digest is None:
            raise _denied("Invalid signature - signature method is invalid.")
        parameters = {**query, **{name: value for name, value in signed.items() if name.startswith("oauth_")}}
        parameters.pop("oauth_signature", None)
        pairs = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in parameters.items())
        text = "&".join(f"{name}={value}" for name, value in pairs)
        base_text = "&".join((method, quote(url, safe="~"), quote(text, safe="~")))
        mac = hmac.new(f"{key.secret}&".encode(), base_text.encode(), digest).digest()
        if not hmac.compare_digest(base64.b64encode(mac).decode(), signed["oauth_signature"]):
            raise _denied("Invalid signature - provided signature does not match.")
        self._fresh(key, signed, now)
        return self._permitted(method, key)

    def _fresh(self, key: Key, signed: Mapping[str, str], now: float) -> None:
        if abs(now - float(signed.get("oauth_timestamp", "0"))) > _WINDOW:
            raise _denied("Invalid timestamp.")
        nonce = (key.key, signed.get("oauth_nonce", ""))
        if nonce in self._nonces:
            raise _denied("Invalid nonce - nonce has already been used.")
        self._nonces.add(nonce)


def _denied(message: str) -> Wrong:
    return Wrong(401, "woocommerce_rest_authentication_error", message)


def _basic(header: str) -> tuple[str | None, str]:
    kind, _, rest = header.partition(" ")
    if kind.lower() != "basic":
        return None, ""
    try:
        name, _, secret = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, ""
    return name, secret


def _oauth(header: str) -> dict[str, str]:
    if not header.lower().startswith("oauth "):
        return {}
    parts = (part.strip().partition("=") for part in header[6:].split(","))
    return {name: unquote(value.strip('"')) for name, _, value in parts}


def query_of(text: str) -> dict[str, str]:
    """Read a query string; of doubled names `x[]` are joined by commas, others keep the last."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name.endswith("[]") or (name.endswith("]") and "[" in name):
            plain = name.partition("[")[0]
            found[plain] = f"{found[plain]},{value}" if plain in found else value
        else:
            found[name] = value
    return found
