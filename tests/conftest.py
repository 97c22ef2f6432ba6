"""Rules for the whole test run, and fixtures that several test files share."""

from pathlib import Path

import pytest
from finder import Finder
from hypothesis import settings
from outside import CORPUS
from required import pytest_runtest_makereport
from seen import Given, Seen

from workbook.assumptions import Assumptions, baseline
from workbook.build import Built, make

__all__ = ["pytest_runtest_makereport"]

# It runs in the Python of LibreOffice, which alone has uno.
collect_ignore = ["office.py", *(() if CORPUS.is_dir() else ("test_corpus.py",))]

LONGEST = ("test_agreement_formulas.py", "test_agreement_office.py", "test_agreement.py")
"""Files that begin first, since each is run by one process from its start to its end."""

# Machines differ in speed, and no test asserts on time.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; all others stay as they come."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session")
def memo_inputs() -> Assumptions:
    """The memo's own assumptions."""
    return baseline()


@pytest.fixture(scope="session")
def built(memo_inputs: Assumptions) -> Built:
    """The workbook of the memo's own assumptions."""
    return make(memo_inputs, memo_inputs)


@pytest.fixture(scope="session")
def found(built: Built) -> Finder:
    """The cells of that workbook, by what they show."""
    return Finder(built.book, built.layout)


@pytest.fixture(scope="session")
def at(built: Built) -> Given:
    """The workbook at changed inputs; as it is at the memo's is worked out once."""
    unchanged = Seen(built.book.tabs, {})
    return lambda changes: Seen(built.book.tabs, changes) if changes else unchanged


@pytest.fixture(scope="session")
def book_path(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That workbook on disk."""
    path = tmp_path_factory.mktemp("built") / "book.xlsx"
    path.write_bytes(built.filled.data)
    return path
