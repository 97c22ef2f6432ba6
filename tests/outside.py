"""What stands beside the project, where it was checked out with it."""

from pathlib import Path

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
"""Workbooks that this project did not make."""
