"""Rules for the whole test run, and fixtures that several test files share."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

# Machines differ in speed, and no test asserts on time.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


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
