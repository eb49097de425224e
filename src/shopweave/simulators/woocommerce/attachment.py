"""Attachments as wp/v2 shows them, with all the fields of a recorded answer."""

import struct
from typing import Any

from shopweave.simulators.woocommerce.answers import Body
from shopweave.simulators.woocommerce.state import Row, when
from shopweave.simulators.woocommerce.values import stamp

_META = (
    "aperture", "credit", "camera", "caption", "created_timestamp", "copyright", "focal_length", "iso",
    "shutter_speed", "title", "orientation",
)  # fmt: skip
_NUMBERS = ("aperture", "created_timestamp", "focal_length", "iso", "shutter_speed", "orientation")


def attachment(row: Row, *, url: str, src: str, offset: Any, content: bytes) -> Body:
    """Give an attachment; only the full size is made of it."""
    made = when(row["date"])
    dates = {"date": stamp(made, offset), "modified": stamp(made, offset)}
    return {
        "id": row["id"],
        **dates,
        **{f"{name}_gmt": stamp(made) for name in dates},
        "guid": {"rendered": src, "raw": src},
        "slug": row["slug"],
        "status": "inherit",
        "type": "attachment",
        "link": f"{url}/{row['slug']}/",
        "title": {"raw": row["title"], "rendered": row["title"]},
        "author": 1,
        "featured_media": 0,
        "comment_status": "open",
        "ping_status": "closed",
        "template": "",
        "meta": [],
        "permalink_template": f"{url}/?attachment_id={row['id']}",
        "generated_slug": row["slug"],
        "class_list": [f"post-{row['id']}", "attachment", "type-attachment", "status-inherit", "hentry"],
        "description": {"raw": "", "rendered": f'<p class="attachment"><img src="{src}" /></p>\n'},
        "caption": {"raw": "", "rendered": ""},
        "alt_text": row["alt"],
        "media_type": "image",
        "mime_type": row["type"],
        "media_details": _details(row, src, content),
        "post": row["post"],
        "source_url": src,
        "missing_image_sizes": [],
        "_links": _links(row, url),
    }


def _details(row: Row, src: str, content: bytes) -> Body:
    width, height = measures(content)
    full = {"file": row["file"], "width": width, "height": height, "mime_type": row["type"]}
    return {
        "width": width,
        "height": height,
        "file": row["file"],
        "filesize": row["size"],
        "sizes": {"full": {**full, "source_url": src}},
        "image_meta": {**{name: "0" if name in _NUMBERS else "" for name in _META}, "keywords": []},
    }


def _links(row: Row, url: str) -> Body:
    wp = f"{url}/wp-json/wp/v2"
    own = f"{wp}/media/{row['id']}"
    return {
        "self": [{"href": own, "targetHints": {"allow": ["GET", "POST", "PUT", "PATCH", "DELETE"]}}],
        "collection": [{"href": f"{wp}/media"}],
        "about": [{"href": f"{wp}/types/attachment"}],
        "author": [{"embeddable": True, "href": f"{wp}/users/1"}],
        "replies": [{"embeddable": True, "href": f"{wp}/comments?post={row['id']}"}],
        "wp:action-unfiltered-html": [{"href": own}],
        "wp:action-assign-author": [{"href": own}],
        "curies": [{"name": "wp", "href": "https://api.w.org/{rel}", "templated": True}],
    }


def measures(content: bytes) -> tuple[int, int]:
    """Give width and height of a PNG; other pictures are not read and count as one by one."""
    if content.startswith(b"\x89PNG") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    return 1, 1
