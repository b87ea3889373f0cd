"""The dependencies behind the bytes: which are used, what they weigh, and how to part them."""
