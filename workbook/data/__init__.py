"""CSV data: forms that say what a file may hold, and the one reader of all of them.

A form has a module of its own here: a frozen dataclass for its rows, and a ``Form`` of columns
under the same names. It is added to ``FORMS`` in ``registry``, a file of its name to templates/,
and ``[data.NAME]`` with file, as_of and source to templates/memo.toml. ``a.data.of(FORM)``, of
assumptions *a*, then has the typed rows of the file that was chosen, and ``tabs.entities`` makes an
axis and columns of them: as many rows as the form takes, the first filled, all of them inputs.

Separators are commas only: a file with semicolons or tabs is refused, as its decimals may be
commas as well.
"""

from workbook.data.cell import Refused
from workbook.data.field import Field, Found, choice, day, identifier, number, share, words
from workbook.data.form import Broken, Form, Records
from workbook.data.read import read
from workbook.data.registry import FORMS

__all__ = [
    "FORMS",
    "Broken",
    "Field",
    "Form",
    "Found",
    "Records",
    "Refused",
    "choice",
    "day",
    "identifier",
    "number",
    "read",
    "share",
    "words",
]
