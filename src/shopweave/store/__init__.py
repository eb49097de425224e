"""The hub's own tables: the only room that writes SQL for them."""
