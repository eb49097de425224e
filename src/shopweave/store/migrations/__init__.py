"""The steps from each form of the hub's tables to the next; they are done by `store.migrating`."""
