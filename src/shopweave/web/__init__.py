"""The pages and the HTTP interface: faces of `hub`."""
