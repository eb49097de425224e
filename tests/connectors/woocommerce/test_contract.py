from shopweave.connector.contract.adapter import contract
from tests.connectors.woocommerce.stand import STANDS

test_contract = contract(**STANDS)
