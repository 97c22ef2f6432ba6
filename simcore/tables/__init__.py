"""Tables as the face to the workbook: plain data, computed once and kept by digest."""
