"""The tables of step 0001, as they were then: nothing here may change any more."""
