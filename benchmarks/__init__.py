"""Trees of known shape, and side-by-side runs on them: `python -m benchmarks --help`."""
