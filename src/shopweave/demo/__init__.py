"""The living demo: simulators, a hub, and people who use both."""
