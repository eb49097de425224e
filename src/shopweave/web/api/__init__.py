"""The HTTP interface: what `hub` functions do, as JSON under `/api`."""
