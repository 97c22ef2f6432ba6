"""Parquet files as rows of text: the only reader of pyarrow."""

import io

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from simcore.fitting.refusal import refused


def parquet_cells(name: str, content: bytes) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return the header and the rows of a Parquet file, every cell as text.

    Raises:
        ParameterFaults: the file is damaged, or has no rows.
    """
    try:
        table = pq.read_table(io.BytesIO(content))
        texts = [_as_text(column) for column in table.columns]
    except (pa.ArrowException, OSError) as error:
        raise refused(name, f"cannot be read as Parquet: {error}") from error
    rows = [list(row) for row in zip(*texts, strict=True)]
    if not rows:
        raise refused(name, "has no rows")
    return tuple(table.column_names), rows


def _as_text(column: pa.ChunkedArray) -> list[str]:
    """Return a column as text; what has no text form, such as lists, is empty."""
    try:
        cells = pc.cast(column, pa.string()).to_pylist()
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return [""] * len(column)
    return ["" if cell is None else cell for cell in cells]
