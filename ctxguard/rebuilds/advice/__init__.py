"""Dockerfiles that would build less again: each change is replayed before it is shown."""
