"""The companion plug-in as a zip: `python -m tools.plugin` writes `dist/shopweave-<version>.zip`."""

import re
import sys
import zipfile
from pathlib import Path

SOURCE = Path("wordpress/shopweave")
DIST = Path("dist")
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def version() -> str:
    """Read the version from the head of the main file."""
    found = re.search(r"^ \* Version: +(\S+)$", (SOURCE / "shopweave.php").read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise ValueError("shopweave.php names no version")
    return found[1]


def build(folder: Path = DIST) -> Path:
    """Write the zip; the same source always gives the same bytes."""
    folder.mkdir(exist_ok=True)
    path = folder / f"shopweave-{version()}.zip"
    with zipfile.ZipFile(path, "w") as made:
        for file in sorted(one for one in SOURCE.rglob("*") if one.is_file()):
            entry = zipfile.ZipInfo(str(Path("shopweave") / file.relative_to(SOURCE)), _FIRST_DAY)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            made.writestr(entry, file.read_bytes())
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{build()}\n")
