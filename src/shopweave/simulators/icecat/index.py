"""The index files: what there is and what changed, as XML and tab-separated text, plain and packed."""

import gzip
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from html import escape

from shopweave.model.http import HttpResponse
from shopweave.simulators.catalogue import Known, Sheet

_PATH = re.compile(r"/export/(?:freexml|level4)/(\w+)/(?:(daily|files)\.index\.(xml|csv)(\.gz)?)?")
_COLUMNS = (
    "path", "product_id", "updated", "quality", "supplier_id", "prod_id", "catid", "m_prod_id", "ean_upc",
    "on_market", "country_market", "model_name", "product_view", "high_pic", "high_pic_size",
    "high_pic_width", "high_pic_height", "m_supplier_id", "m_supplier_name", "ean_upc_is_approved",
    "Limited", "Date_Added",
)  # fmt: skip
_DESCRIBED = (Known.OK, Known.FULL_ONLY, Known.BRAND_RESTRICTED)
Changes = Mapping[str, datetime]


def index(
    path: str, headers: Mapping[str, str], sheets: Mapping[str, Sheet], changes: Changes, now: datetime
) -> HttpResponse:
    """Give an index file; daily holds what changed in the past 24 hours, gone sheets as REMOVED."""
    found = _PATH.fullmatch(path)
    if found is None:
        return HttpResponse(status=404, headers={"content-type": "text/html"}, body=b"<h1>Not Found</h1>")
    lang, kind, form, packed = found[1], found[2] or "daily", found[3] or "xml", bool(found[4])
    rows = list(_rows(lang, kind, sheets, changes, now))
    write: Callable[[list[dict[str, str]]], str] = _csv if form == "csv" else _xml
    content = write(rows).encode()
    tag = f'"{blake2b(content, digest_size=8).hexdigest()}"'
    newest = max(changes.values(), default=now)
    dates = {"etag": tag, "last-modified": newest.strftime("%a, %d %b %Y %H:%M:%S GMT")}
    if headers.get("if-none-match") == tag:
        return HttpResponse(status=304, headers=dates)
    media = "application/gzip" if packed else "text/csv" if form == "csv" else "text/xml"
    body = gzip.compress(content, mtime=0) if packed else content
    return HttpResponse(status=200, headers={**dates, "content-type": media}, body=body)


def _rows(
    lang: str, kind: str, sheets: Mapping[str, Sheet], changes: Changes, now: datetime
) -> list[dict[str, str]]:
    found = []
    for gtin, sheet in sorted(sheets.items()):
        changed = changes.get(gtin)
        is_fresh = changed is not None and now - changed < timedelta(days=1)
        is_gone = sheet.known is Known.NOT_PRESENT and is_fresh
        if (sheet.known in _DESCRIBED or (is_gone and kind == "daily")) and (kind == "files" or is_fresh):
            found.append(_row(lang, sheet, changed))
    return found


def _row(lang: str, sheet: Sheet, changed: datetime | None) -> dict[str, str]:
    key = str(sheet.icecat_id)
    updated = "20260109153000" if changed is None else changed.strftime("%Y%m%d%H%M%S")
    quality = "REMOVED" if sheet.known is Known.NOT_PRESENT else "ICECAT"
    plain = {
        "path": f"export/freexml/{lang}/{key}.xml", "product_id": key, "updated": updated,
        "quality": quality, "supplier_id": "99001", "prod_id": sheet.part_number, "catid": "2646",
    }  # fmt: skip
    if quality == "REMOVED":
        return plain
    return plain | {
        "ean_upc": sheet.gtin, "on_market": "1", "model_name": sheet.title, "product_view": "1",
        "ean_upc_is_approved": "1", "Date_Added": "20251203000000", "m_supplier_name": sheet.brand,
        "Limited": "Yes" if sheet.known is Known.BRAND_RESTRICTED else "No",
    }  # fmt: skip


def _csv(rows: list[dict[str, str]]) -> str:
    lines = ["\t".join(_COLUMNS)]
    lines += ["\t".join(row.get(name, "").replace("\t", " ") for name in _COLUMNS) for row in rows]
    return "\n".join((*lines, ""))


def _xml(rows: list[dict[str, str]]) -> str:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<ICECAT-interface>", " <files.index>"]
    for row in rows:
        names = {
            "path": "path", "Limited": "Limited", "product_id": "Product_ID", "updated": "Updated",
            "quality": "Quality", "supplier_id": "Supplier_id", "prod_id": "Prod_ID", "catid": "Catid",
            "on_market": "On_Market", "model_name": "Model_Name", "product_view": "Product_View",
            "Date_Added": "Date_Added",
        }  # fmt: skip
        told = " ".join(f'{shown}="{escape(row[name])}"' for name, shown in names.items() if name in row)
        code = row.get("ean_upc")
        if code is None:
            lines.append(f"  <file {told}/>")
            continue
        kind = f"GTIN-{len(code)}"
        inner = f'<EAN_UPCS><EAN_UPC Value="{code}" IsApproved="1" Format="{kind}"/></EAN_UPCS>'
        lines.append(f"  <file {told}>{inner}</file>")
    return "\n".join((*lines, " </files.index>", "</ICECAT-interface>", ""))
