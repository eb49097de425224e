"""Values and protocols; imports nothing of the house."""
