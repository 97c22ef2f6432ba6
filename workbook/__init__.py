"""Generator of a live Excel workbook for allocating an AI lab's compute."""

__version__ = "0.1.0"
