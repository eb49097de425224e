"""Decisions, pure: values in, values out."""
