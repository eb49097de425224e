"""The Icecat tools for a till and a shop: environment file and log of the scripts they replace."""
