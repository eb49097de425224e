"""The real adapters, and the composition of a hub from settings."""
