"""The data files of a set of assumptions: rows, the day they are of, and where they are from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, cast

from workbook.assumptions.inputs import Day
from workbook.data import Form, Records
from workbook.data.form import R, R_co


@dataclass(frozen=True, slots=True, eq=False)
class DataFile(Generic[R_co]):
    """What was read for a form: the rows, the day they are of, and where they are from."""

    form: Form[Any]
    records: Records[R_co]
    as_of: Day
    source: str

    @property
    def rows(self) -> tuple[R_co, ...]:
        """The rows, typed."""
        return self.records.rows

    @property
    def fact(self) -> str:
        """The file in a few words: its name, its rows and the start of their digest."""
        count = len(self.rows)
        rows = f"{count} row{'' if count == 1 else 's'}"
        return f"{self.records.file}, {rows}, {self.records.digest[:12]}"

    @property
    def summary(self) -> dict[str, Any]:
        """The file and the columns of its form, as plain data."""
        form = self.form
        columns = [
            {"id": f"{form.key}.{c.key}", "header": c.head, "unit": c.unit, "allowed": c.allowed}
            for c in form.columns
        ]
        return {
            "id": f"data.{self.form.key}",
            "file": self.records.file,
            "rows": len(self.rows),
            "most": self.form.most,
            "digest": self.records.digest,
            "as_of": self.as_of.value.isoformat(),
            "source": self.source,
            "columns": columns,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """The file of every form."""

    files: Mapping[str, DataFile[Any]]

    def of(self, form: Form[R]) -> DataFile[R]:
        """The file of a form, its rows typed as the form's."""
        return cast("DataFile[R]", self.files[form.key])

    def inputs(self) -> tuple[Day, ...]:
        """The days that the files are of; their cells are no inputs one by one."""
        return tuple(file.as_of for file in self.files.values())

    def outline(self) -> dict[str, list[str]]:
        """What tells one set of files from another: name, digest of the rows, source."""
        return {
            key: [file.records.file, file.records.digest, file.source]
            for key, file in self.files.items()
        }
