"""Storms of trade: a till or a shop keeps the stock, two shops sell it, and nothing may be sold twice."""
