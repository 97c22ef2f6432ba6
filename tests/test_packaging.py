"""The project's own packaging: pins, licences and the rule about skipped tests."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution, requires
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PERMISSIVE = re.compile(r"\b(MIT|BSD|Apache|PSF|ISC)\b", re.IGNORECASE)


def pins() -> dict[str, Version]:
    """The version of each package in the lock."""
    lines = (line.split("==") for line in LOCK if not line.startswith("#"))
    return {canonicalize_name(name): Version(version) for name, version in lines}


def needed(wanted: list[Requirement]) -> Iterator[Requirement]:
    """Each of *wanted* and all that it needs here, extras included."""
    seen: set[str] = set()
    while wanted:
        requirement = wanted.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        yield requirement
        extras = requirement.extras or {""}
        for below in map(Requirement, requires(requirement.name) or ()):
            marker = below.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
                wanted.append(below)


def everything() -> list[Requirement]:
    """What a build and each extra need, transitively; this project itself left out."""
    extras = PROJECT["optional-dependencies"]
    direct = [*PROJECT["dependencies"], *chain.from_iterable(extras.values())]
    outside = [Requirement(text) for text in direct if not text.startswith(PROJECT["name"])]
    return list(needed(outside))


def test_lock_pins_everything() -> None:
    """Each package that the project can install is pinned, in a version that is allowed."""
    locked = pins()
    wrong = [
        str(requirement)
        for requirement in everything()
        if (version := locked.get(canonicalize_name(requirement.name))) is None
        or version not in requirement.specifier
    ]
    assert not wrong, "run make lock"


def test_lock_pins_nothing_else() -> None:
    """The lock has no package that nothing needs, the build backend apart."""
    used = {canonicalize_name(requirement.name) for requirement in everything()}
    assert set(pins()) - used == {"setuptools"}


def test_lock_is_names_and_versions_only() -> None:
    """No line of the lock holds an address, a path or an option."""
    line = re.compile(r"#.*|[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*")
    assert [text for text in LOCK if not line.fullmatch(text)] == []
    assert not any("://" in text for text in LOCK)


def test_young_packages_are_pinned_exactly() -> None:
    """A build uses a package below version 1 only in the version that was checked."""
    young = [Requirement(text) for text in PROJECT["dependencies"]]
    young = [requirement for requirement in young if pins()[requirement.name] < Version("1")]
    assert {requirement.name for requirement in young} == {"formualizer", "ironcalc", "tomlkit"}
    assert all(str(requirement.specifier).startswith("==") for requirement in young)


@pytest.mark.parametrize(
    "name", sorted({r.name for r in needed([Requirement(d) for d in PROJECT["dependencies"]])})
)
def test_building_needs_permissive_licences_only(name: str) -> None:
    """A workbook can be built without any copyleft package."""
    metadata = distribution(name).metadata
    classified = [text for text in metadata.get_all("Classifier") or () if "License ::" in text]
    licences = [*(metadata.get_all("License-Expression") or ()), *classified]
    assert licences
    assert all(PERMISSIVE.search(text) for text in licences)


SKIPPING = """
import pytest

def test_needs_more():
    pytest.skip("no soffice")

@pytest.mark.xfail(strict=True)
def test_cannot_pass():
    assert False
"""


@pytest.mark.parametrize(("told", "failed", "skipped"), [("1", 1, 0), ("0", 0, 1)])
def test_nothing_is_skipped_where_that_is_told(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, told: str, failed: int, skipped: int
) -> None:
    """A skipped test counts as failed with SKIP_NOTHING=1; one that is to fail does not."""
    monkeypatch.setenv("SKIP_NOTHING", told)
    pytester.makeconftest((ROOT / "tests" / "required.py").read_text(encoding="utf-8"))
    pytester.makepyfile(SKIPPING)
    run = pytester.runpytest_subprocess("-n0")
    run.assert_outcomes(failed=failed, skipped=skipped, xfailed=1)


OLD_PYTHON = """#!/bin/sh
case "$2" in *version_info*) exit 1 ;; *) echo 3.9.18 ;; esac
"""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("./old", "./old is 3.9.18; Python 3.11 or later is needed."),
        ("./none", "./none is not found. Install Python 3.11 or later,"),
    ],
)
def test_make_says_which_python_it_needs(tmp_path: Path, name: str, message: str) -> None:
    """Where Python is missing or too old, `make build` says so and how to name another."""
    for file in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / file, tmp_path)
    old = tmp_path / "old"
    old.write_text(OLD_PYTHON, encoding="utf-8")
    old.chmod(0o755)
    words = ("make", "--no-print-directory", "build", f"PYTHON={name}")
    made = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 2
    assert made.stdout == ""
    assert made.stderr.startswith(message)
    assert "make build PYTHON=" in made.stderr.splitlines()[0]
