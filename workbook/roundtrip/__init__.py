"""The round trip: what was typed in an edited workbook, back into the files that it was made from."""
