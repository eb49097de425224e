"""Remote systems to try things on: state, requests in, answers out, and faults."""
