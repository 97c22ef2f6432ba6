"""What must be there: with REQUIRE_LIBREOFFICE=1 no test for LibreOffice may be skipped."""

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With REQUIRE_LIBREOFFICE=1, fail a LibreOffice test that would be skipped."""
    report = yield
    required = os.environ.get("REQUIRE_LIBREOFFICE") == "1"
    if required and report.skipped and item.get_closest_marker("libreoffice"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and REQUIRE_LIBREOFFICE is 1: {report.longrepr}"
    return report
