import pytest

from shopweave.connector.contract.adapter import contract
from tests.connectors.phppos.stand import STANDS

pytestmark = pytest.mark.long(30)

test_contract = contract(**STANDS)
