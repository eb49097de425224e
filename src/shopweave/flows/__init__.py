"""Pull, link, plan: from what systems say to what is to be written."""
