"""Tables of systems whose interfaces are assumed: the only place where their names occur."""
