"""The settings file: read, checked as a whole, every problem with its line."""

from shopweave.hub.settings.problems import Problem, SettingsError
from shopweave.hub.settings.read import NAME, load, read

__all__ = ["NAME", "Problem", "SettingsError", "load", "read"]
