"""Programs that read what ctxguard writes: a browser, ncdu, validators from npm.

`CTXGUARD_CONSUMERS=1` says that all of them are there, as in CI; without it, the tests of one that
is missing are skipped.
"""
