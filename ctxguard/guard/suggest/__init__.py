"""Lines that would make a context smaller: what could go, what may go, and in which order."""
