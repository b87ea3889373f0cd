"""What checks need to know: how the whole tree falls on the rules, and what is in it."""
