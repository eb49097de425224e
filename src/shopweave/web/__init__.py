"""The pages and the HTTP API: a face of the hub."""
