"""The contract suite: what every connector must do, as cases that any test runner can run.

A test hands a `Stand` in (`adapter.contract` makes pytest tests of it); the cases that fit follow from the
roles and capabilities of the connector, and from what the stand has to offer.
"""

from shopweave.connector.contract.case import Breach, Case
from shopweave.connector.contract.faults import Fault
from shopweave.connector.contract.ground import Buyers, Ground, Hands, Samples, Stand
from shopweave.connector.contract.suite import CASES, cases_for, run_case

__all__ = [
    "CASES",
    "Breach",
    "Buyers",
    "Case",
    "Fault",
    "Ground",
    "Hands",
    "Samples",
    "Stand",
    "cases_for",
    "run_case",
]
