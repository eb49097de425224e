"""The program as a person runs it: commands that print JSON, and processes that go on beside."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import json

EXE = (sys.executable, "-c", "from shopweave.cli import main; main()")
PATIENCE = 240.0


class Program:
    """The program on one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def call(self, *arguments: str) -> dict[str, Any]:
        """Call the program; gives the object that it prints."""
        command = [*EXE, *arguments, "--json", "--dir", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode not in (0, 1, 3):
            raise RuntimeError(f"{arguments[0]} ended with {done.returncode}: {done.stderr[-800:]}")
        found: dict[str, Any] = json.decode(done.stdout.splitlines()[-1])
        return found

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Run the program beside; killed in the end."""
        command = [*EXE, *arguments, "--dir", str(self.folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as one:
            try:
                yield one
            finally:
                one.kill()


def address(serving: subprocess.Popen[str]) -> str:
    """Give the address that a serving process says."""
    assert serving.stdout is not None
    words = serving.stdout.readline().split()
    return next(word.rstrip(".") for word in words if word.startswith("http"))
