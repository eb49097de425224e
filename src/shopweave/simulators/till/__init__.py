"""A simulated PHP Point Of Sale: its tables, its goods, and the hands of its staff."""

from shopweave.simulators.till.fill import create
from shopweave.simulators.till.truth import TillTruth, truth

__all__ = ["TillTruth", "create", "truth"]
