from shopweave.connector.contract.adapter import contract
from tests.connectors.icecat.stand import STANDS

test_contract = contract(**STANDS)
