"""Building again whenever a file changes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbook import cli, watch
from workbook.commands import watching


class Stop(Exception):
    """Ends a watch that would go on for ever."""


def looks(*between: Callable[[], object]) -> Callable[[float], None]:
    """What happens during each pause, in order; then the end."""
    events: Iterator[Callable[[], object]] = iter(between)

    def wait(_seconds: float) -> None:
        event = next(events, None)
        if event is None:
            raise Stop
        event()

    return wait


def nothing() -> None:
    """A pause in which nothing happens."""


def runs(path: Path, *between: Callable[[], object]) -> list[str]:
    """What a watch read of *path* in each of its runs."""
    seen: list[str] = []

    def run() -> None:
        seen.append(path.read_text() if path.exists() else "nothing")

    with pytest.raises(Stop):
        watch.watch(lambda: [path], run, looks(*between))
    return seen


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file that is watched."""
    path = tmp_path / "set.toml"
    path.write_text("1")
    return path


def test_a_change_is_one_run_more(path: Path) -> None:
    """A file that rests is read once; one that changes, once more."""
    assert runs(path, nothing, nothing) == ["1"]
    change = lambda: path.write_text("22")  # noqa: E731
    assert runs(path, nothing, change, nothing, nothing) == ["1", "22"]


def test_a_file_that_is_still_being_written_is_waited_for(path: Path) -> None:
    """Three changes in three looks are one run, of the last."""
    written = (lambda text=text: path.write_text(text) for text in ("22", "333", "4444"))
    assert runs(path, *written, nothing, nothing) == ["1", "4444"]


def test_a_file_that_is_replaced_is_seen(path: Path) -> None:
    """Editors remove and rename; a change during the run itself counts as well."""
    other = path.with_suffix(".new")
    other.write_text("9")
    assert runs(path, path.unlink, lambda: other.replace(path), nothing, nothing) == ["1", "9"]


def test_a_change_during_a_run_is_not_lost(path: Path) -> None:
    """What was read may be the old content, so it is read again."""
    seen: list[str] = []

    def run() -> None:
        seen.append(path.read_text())
        if len(seen) == 1:
            path.write_text("changed while it ran")

    with pytest.raises(Stop):
        watch.watch(lambda: [path], run, looks(nothing, nothing))
    assert seen == ["1", "changed while it ran"]


def test_a_bad_change_keeps_the_last_good_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Good, faulty, good again: the workbook is of the last good set, and the fault was told."""
    given, out = tmp_path / "set.toml", tmp_path / "book.xlsx"
    states: list[bytes] = []

    def write(text: str) -> Callable[[], object]:
        def act() -> None:
            states.append(out.read_bytes())
            given.write_text(text)

        return act

    def stop() -> None:
        raise KeyboardInterrupt

    given.write_text("[training]\nmfu = 0.4\n")
    pauses = looks(write("[training]\nmfu = 4\n"), nothing, write("# as the memo\n"), nothing, stop)
    monkeypatch.setattr(watch.watch, "__defaults__", (pauses,))
    arguments = ("build", "--watch", "--quiet", "--assumptions", str(given), "--out", str(out))
    assert cli.main(arguments) == 0
    said = capsys.readouterr().err
    assert f"{given}:2: training.mfu: 4 is outside 0.05 to 1" in said
    assert said.count("Watching for changes") == 3
    assert said.count("the last good file stays") == 1
    assert said.endswith("stopped watching\n")
    first, after_the_fault = states
    assert first == after_the_fault != out.read_bytes()


def test_what_is_watched(tmp_path: Path) -> None:
    """The project's own files of inputs, the set, and the data that it names."""
    given = tmp_path / "set.toml"
    given.write_text('[data]\nrequests = "mine.csv"\n')
    parser = cli._parser()
    options = parser.parse_args(
        ["build", "--watch", "--assumptions", str(given), "--data", "usage=other.csv"]
    )
    names = {path.name for path in watching._files(options)}
    wanted = {"memo.toml", "weekly-max.toml", "time-share.toml", "set.toml"}
    wanted |= {"policy.toml", "batch.toml"}
    assert wanted | {"mine.csv", "other.csv"} <= names


# A shell starts what runs in its background with SIGINT ignored, and so would the program be.
INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from workbook.cli import main; raise SystemExit(main())"
)


def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    """The program says that it stops, and leaves with 0 and a whole file."""
    out = tmp_path / "book.xlsx"
    command = [sys.executable, "-c", INTERRUPTIBLE, "build", "--watch", "--quiet"]
    command += ["--out", str(out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        for line in program.stderr:
            if line.startswith("Watching"):
                os.kill(program.pid, signal.SIGINT)
                break
        rest = program.stderr.read()
        assert program.wait(timeout=60) == 0
    assert rest == "stopped watching\n"
    assert out.read_bytes().startswith(b"PK")
