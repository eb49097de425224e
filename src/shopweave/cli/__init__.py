"""The command line: a face of the hub. Heavy modules are imported inside the commands."""

from shopweave.cli.app import main

__all__ = ["main"]
