"""`python -m ctxguard`."""

import sys

from ctxguard.cli import main

sys.exit(main())
