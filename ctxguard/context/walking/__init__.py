"""Going through a context once for all builders, a folder at a time."""
