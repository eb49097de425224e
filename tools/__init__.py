"""Checks of the house that run in CI."""
