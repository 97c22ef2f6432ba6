"""The writer: a layout into the bytes of an xlsx file. The only package that knows xlsxwriter."""

from workbook.xlsx.faults import WriteError
from workbook.xlsx.writer import Writer

__all__ = ["WriteError", "Writer"]
