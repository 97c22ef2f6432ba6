"""What the writer refuses."""


class WriteError(RuntimeError):
    """The writer refused a cell; the file would have been wrong."""
