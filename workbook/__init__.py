"""Generator of a live Excel workbook for allocating an AI lab's compute."""
