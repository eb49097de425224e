"""A simulated PHP Point Of Sale: its tables, its goods, and the hands of its staff."""

from shopweave.simulators.till.cashier import Cashier
from shopweave.simulators.till.fill import create
from shopweave.simulators.till.takings import SaleTruth, sales, sold
from shopweave.simulators.till.truth import TillTruth, truth

__all__ = ["Cashier", "SaleTruth", "TillTruth", "create", "sales", "sold", "truth"]
