"""One small program for each Python library that ctxguard is compared with.

Each takes a context and an ignore file, and prints how many files it takes to be sent.
"""
