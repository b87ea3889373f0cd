"""The plugin of the docker client: put in its place, taken away, and what docker says to it."""
