"""Commands by topic: each module declares them, what they do is imported when they run."""
