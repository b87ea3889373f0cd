"""What the instructions of a Dockerfile make of the context: include lists, and who asks."""
