"""Pictures out of the till's database, one at a time."""

import re

from shopweave.connectors.phppos.schema import Database
from shopweave.model.errors import BrokenData
from shopweave.model.values import Picture, PictureBytes

MAX_BYTES = 32 * 1024 * 1024
_REF = re.compile(r"file:(\d+)@")
_SIZE = "SELECT LENGTH(f.file_data) AS size FROM phppos_app_files f WHERE f.file_id = :id"
_CONTENT = "SELECT f.file_data AS content FROM phppos_app_files f WHERE f.file_id = :id"
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)


def file_number(picture: Picture) -> int:
    """Give the number of the file a picture names."""
    found = _REF.match(picture.ref)
    if found is None:
        raise BrokenData("This picture is not one of the till.", code="POS-030")
    return int(found[1])


def read_picture(db: Database, file: int) -> PictureBytes:
    """Read one file that must hold a picture."""
    sizes = db.rows(_SIZE, {"id": file})
    if not sizes:
        raise BrokenData("The till no longer has this picture.", code="POS-031")
    if (sizes[0]["size"] or 0) > MAX_BYTES:
        raise BrokenData(
            f"The picture is larger than {MAX_BYTES // 1_048_576} MB.",
            code="POS-032",
            remedy="Upload a smaller one in the till.",
        )
    content = db.rows(_CONTENT, {"id": file})[0]["content"]
    media_type = sniffed(content) if isinstance(content, bytes) else None
    if media_type is None:
        raise BrokenData(
            "The file is no picture of a kind that shops show.",
            code="POS-033",
            remedy="Upload a JPEG, PNG, GIF or WebP in the till.",
        )
    return PictureBytes(content=content, media_type=media_type)


def sniffed(content: bytes) -> str | None:
    """Tell the media type from the first bytes; names in the till are often wrong."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return next((kind for start, kind in _SIGNATURES if content.startswith(start)), None)
