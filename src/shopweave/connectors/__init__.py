"""One folder per kind of remote system."""
