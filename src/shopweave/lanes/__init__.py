"""The one writer of each connection."""
