"""Pictures of a sheet: which, in which order, and the address that may be kept."""

from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from shopweave.connectors.icecat.payload import Product
from shopweave.core.html import is_web_address
from shopweave.model.values import Picture

MEDIA_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


def pictures(product: Product) -> tuple[Picture, ...]:
    """List the public pictures, the main one first, each once."""
    shots = sorted(product.shots, key=lambda shot: (not shot.is_main, shot.order))
    private = {without_query(shot.url) for shot in shots if shot.is_private}
    listed = [without_query(shot.url) for shot in shots if is_web_address(shot.url) and not shot.is_private]
    has_main = any(shot.is_main and not shot.is_private for shot in shots)
    main = without_query(product.main_picture) if is_web_address(product.main_picture) else ""
    lead = [main] if main and not has_main and main not in private else []
    return tuple(_picture(url, product.title) for url in dict.fromkeys((*lead, *listed)))


def without_query(url: str) -> str:
    """Leave out query and fragment: a content token must never be stored or published."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def with_token(url: str, token: str, api_url: str) -> str:
    """Add the content token where it belongs to: hosts of Icecat and of the set address, nobody else."""
    host, own = urlsplit(url).hostname or "", urlsplit(api_url).hostname or ""
    is_icecat = host == own or host == "icecat.biz" or host.endswith(".icecat.biz")
    return f"{without_query(url)}?{urlencode({'content_token': token})}" if token and is_icecat else url


def _picture(url: str, title: str) -> Picture:
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    return Picture(ref=url, url=url, name=name, alt=title)
