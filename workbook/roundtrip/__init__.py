"""The round trip: what was typed in a workbook, back into the files that it was made from."""
