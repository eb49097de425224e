"""Real time, chance and identity."""

import asyncio
import random
import secrets
import time
from datetime import UTC, datetime

from shopweave.model.seams import Random


class SystemClock:
    """Tell the machine's time and spend the loop's."""

    def now(self) -> datetime:
        """Give the wall clock as aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Give the running loop's time, or the machine's where no loop runs."""
        try:
            return asyncio.get_running_loop().time()
        except RuntimeError:
            return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait on the loop's clock."""
        await asyncio.sleep(seconds)


class SystemIds:
    """Draw identifiers from the operating system."""

    def new(self) -> str:
        """Give a new identifier of 32 hexadecimal digits."""
        return secrets.token_hex(16)


def seeded(seed: int) -> Random:
    """Give chance that is the same for the same seed, for invented data."""
    return random.Random(seed)  # noqa: S311 - never used for secrets


def system_random() -> Random:
    """Give chance from the operating system, fit for nonces."""
    return random.SystemRandom()
