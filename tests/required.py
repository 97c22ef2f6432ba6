"""What must be there: with SKIP_NOTHING=1 no test may be skipped."""

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With SKIP_NOTHING=1, fail a test that would be skipped."""
    report = yield
    expected = hasattr(report, "wasxfail")
    if os.environ.get("SKIP_NOTHING") == "1" and report.skipped and not expected:
        report.outcome = "failed"
        report.longrepr = f"skipped, and SKIP_NOTHING is 1: {report.longrepr}"
    return report
