"""Lets ``python -m simcore`` be the command line."""

import sys

from simcore.cli import main

if __name__ == "__main__":
    sys.exit(main())
