"""Entry point for ``python -m musicvideos``."""

import sys

from musicvideos.cli import main

if __name__ == "__main__":
    sys.exit(main())
