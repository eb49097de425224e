"""Seeded histories with faults, and the oracle that judges them."""
