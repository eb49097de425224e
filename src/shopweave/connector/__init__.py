"""The contract every connector meets."""
