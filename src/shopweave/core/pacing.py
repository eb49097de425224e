"""Pacing: token buckets as values."""

from datetime import datetime

from msgspec import Struct


class Bucket(Struct, frozen=True, kw_only=True):
    """`tokens` left at `at`; one request takes one."""

    tokens: float
    at: datetime


class Pace(Struct, frozen=True, kw_only=True):
    """At most `requests` in `seconds`, in bursts of `burst`."""

    requests: float
    seconds: float
    burst: float = 1.0

    @property
    def rate(self) -> float:
        """Give tokens per second."""
        return self.requests / self.seconds


def filled(bucket: Bucket | None, pace: Pace, now: datetime) -> Bucket:
    """Let time fill the bucket."""
    if bucket is None:
        return Bucket(tokens=pace.burst, at=now)
    passed = max(0.0, (now - bucket.at).total_seconds())
    return Bucket(tokens=min(pace.burst, bucket.tokens + passed * pace.rate), at=max(now, bucket.at))


def take(bucket: Bucket | None, pace: Pace, now: datetime) -> tuple[Bucket, float]:
    """Take a token; give the bucket after it and the seconds to wait before the request may start."""
    full = filled(bucket, pace, now)
    left = full.tokens - 1.0
    return Bucket(tokens=left, at=full.at), max(0.0, -left / pace.rate)
