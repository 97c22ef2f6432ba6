"""Short runs of what is run for long by hand: mutated files, killed programs, two at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import kill
import mangle
import pytest

from workbook.disk import OutputError, finish, put, put_all


@pytest.mark.parametrize(
    ("kind", "count"),
    [("toml", 30), ("csv", 150), pytest.param("xlsx", 4, marks=pytest.mark.thorough)],
)
def test_mutated_files_end_in_a_result_or_a_message(kind: str, count: int) -> None:
    """No exception, no silence, no hang, and nothing is written by halves."""
    outcomes, wrong = mangle.mangle(kind, count, 7)
    assert wrong == []
    assert outcomes["refused"] > 0


@pytest.mark.slow
def test_a_killed_program_leaves_the_old_file_or_the_new_one() -> None:
    """Never a third, whenever it is killed."""
    outcomes = kill.kill(12, 7, every=0)
    assert outcomes["a third"] == outcomes["mixed"] == 0
    assert outcomes["old"] + outcomes["new"] == 12
    assert outcomes["old"] > 0
    assert outcomes["new"] > 0


@pytest.mark.slow
def test_two_builds_into_one_path_leave_one_whole_file(tmp_path: Path) -> None:
    """The bytes of the one or of the other, and nothing beside them."""
    out = tmp_path / "book.xlsx"
    command = [sys.executable, "-m", "workbook", "build", "--quiet", "--out"]
    settings = (("--set", "training.mfu=0.4"), ("--set", "training.mfu=0.6"))
    alone = []
    for setting in settings:
        subprocess.run([*command, str(out), *setting], check=True)
        alone.append(out.read_bytes())
    out.unlink()
    both = [subprocess.Popen([*command, str(out), *setting]) for setting in settings]
    assert [run.wait(timeout=120) for run in both] == [0, 0]
    assert out.read_bytes() in alone
    assert list(tmp_path.iterdir()) == [out]


def test_files_that_belong_together_are_replaced_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two, a reader of the one finishes the other, unless it was changed."""
    one, other, head = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "set.toml"
    whole = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if target == other:
            raise KeyboardInterrupt
        return whole(self, target)

    def begin() -> None:
        for path in (one, other, head):
            path.write_text("old")
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", killed)
            with pytest.raises(KeyboardInterrupt):
                put_all({one: b"new", other: b"new", head: b"new"}, head)
        assert [path.read_text() for path in (one, other, head)] == ["new", "old", "old"]

    begin()
    finish(head)
    assert [path.read_text() for path in (one, other, head)] == ["new"] * 3
    assert sorted(tmp_path.iterdir()) == [one, other, head]
    begin()
    other.write_text("typed since")
    finish(head)
    assert [path.read_text() for path in (one, other, head)] == ["new", "typed since", "new"]
    assert sorted(tmp_path.iterdir()) == [one, other, head]


def test_a_journal_that_is_none_is_told(tmp_path: Path) -> None:
    """Somebody's own file of that name."""
    (tmp_path / ".set.toml.journal").write_text("[1, 2]")
    with pytest.raises(OutputError, match="cannot be read as a list of files; remove it"):
        finish(tmp_path / "set.toml")


def test_a_failing_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the file is made safe: the old one stays, and nothing beside it."""
    path = tmp_path / "set.toml"
    path.write_text("old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"No space left on device; close it .* or change --into"):
        put(b"new", path, "--into")
    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])


def test_a_stop_while_writing_leaves_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C at the worst moment."""

    def stop(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        put(b"new", tmp_path / "set.toml")
    assert list(tmp_path.iterdir()) == []


def test_a_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    """A set that others may not read stays so, and a link still points to it."""
    path, link = tmp_path / "set.toml", tmp_path / "link.toml"
    path.write_text("old")
    path.chmod(0o600)
    link.symlink_to(path)
    put(b"new", link)
    assert link.is_symlink()
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)
