from shopweave.connector.contract.adapter import contract
from tests.connectors.orderfeed.stand import STANDS

test_contract = contract(**STANDS)
