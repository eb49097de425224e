from shopweave.connector.contract.adapter import contract
from tests.connectors.phppos.stand import STANDS

test_contract = contract(**STANDS)
