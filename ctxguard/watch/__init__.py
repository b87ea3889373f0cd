"""A context watched: what changes in it, and its size at any moment."""
