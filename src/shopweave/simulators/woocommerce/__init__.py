"""A simulated WooCommerce shop, after measurements of WooCommerce 9.9.5 on WordPress 6.9."""

from shopweave.simulators.woocommerce.auth import Key, User
from shopweave.simulators.woocommerce.rules import Rules, rules_of
from shopweave.simulators.woocommerce.shop import Counters, WooShop
from shopweave.simulators.woocommerce.truth import ProductTruth, products

__all__ = ["Counters", "Key", "ProductTruth", "Rules", "User", "WooShop", "products", "rules_of"]
