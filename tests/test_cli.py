"""The command line, as a person or a script meets it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workbook import cli, simulated
from workbook.assumptions import baseline
from workbook.commands import face


def run(*arguments: str) -> int:
    """The exit code of one command."""
    return cli.main(arguments)


def test_build_writes_the_workbook_and_says_what_it_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The headline names supply, shares, revenue, checks, the file and the seconds."""
    path = tmp_path / "book.xlsx"
    assert run("build", "--out", str(path)) == 0
    said = capsys.readouterr()
    assert path.read_bytes().startswith(b"PK")
    for words in ("12.144 bn", "inference 19.8%", "$18.00 bn", "all pass", str(path), "Seconds"):
        assert words in said.out
    assert said.err == ""


def test_json_is_one_object_with_the_promised_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every public output stands under headline, by its name."""
    assert run("build", "--json", "--out", str(tmp_path / "b.xlsx")) == 0
    summary = json.loads(capsys.readouterr().out)
    assert set(summary) == {
        "path",
        "seconds",
        "formulas",
        "checks_failed",
        "engines_agree",
        "headline",
    }
    assert summary["checks_failed"] == 0
    assert summary["engines_agree"] is True
    assert set(summary["headline"]) == {
        "supply_hours",
        "training_year_hours",
        "training_need_hours",
        "price_input",
        "price_output",
        "output_tokens_per_hour",
        "input_tokens_per_hour",
        "revenue_per_hour_list",
        "revenue_per_hour",
        "live_inference_hours",
        "live_training_hours",
        "live_research_hours",
        "live_revenue",
        "recommended_inference_hours",
        "recommended_training_hours",
        "recommended_research_hours",
        "compute_cost",
        "cost_per_hour",
        "margin_per_hour",
        "requests_filled",
        "requests_rejected",
        "requests_asked_hours",
        "requests_granted_hours",
        "requests_deferred_hours",
        "usage_utilization",
        "capability_per_hour",
        "margin_each_now",
        "pod_hour_cost",
        "pod_slots",
        "pod_revenue",
        "pod_breakeven",
        "pod_research_profit",
        "pod_lost_profit",
        "pod_true_users",
        "batch_pods",
        "batch_profit",
        "batch_experiments",
        "batch_average_pods",
        "bridge_pod_hours",
        "bridge_part_pods",
        "demand_slots",
        "demand_pods",
        "demand_margin",
        "scaling_added",
        "batch_sim_mean",
        "batch_sim_peak",
        "policy_even_realised",
        "policy_even_list",
        "policy_even_tight",
        "policy_even_apart",
        "policy_pays_free",
        "policy_pays_free_apart",
        "policy_pays_tight",
        "policy_pays_tight_apart",
        "checks_failed",
    }


def test_quiet_prints_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A script that asks for silence gets it."""
    assert run("build", "--quiet", "--out", str(tmp_path / "b.xlsx")) == 0
    assert capsys.readouterr() == ("", "")


def test_a_setting_moves_the_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At half the revenue target, half the inference hours: 18e9/2/7.47688657716 = 1.2037e9."""
    arguments = ("--set", "allocation.revenue_target=9e9", "--json")
    assert run("build", *arguments, "--out", str(tmp_path / "b.xlsx")) == 0
    headline = json.loads(capsys.readouterr().out)["headline"]
    assert headline["live_inference_hours"] == pytest.approx(9e9 / 7.47688657716, rel=1e-9)


def test_over_commitment_is_reported_and_not_hidden(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """$100bn needs 13.4 bn hours of 9.1: the build succeeds and its checks fail."""
    arguments = ("--set", "allocation.revenue_target=100e9")
    assert run("build", *arguments, "--out", str(tmp_path / "b.xlsx")) == 0
    assert "FAIL: see the Checks tab" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "training.mfu=50"), "training.mfu: 50 is outside 0.05 to 1. Did you mean 0.5"),
        (("--set", "training.mfu"), "is not a setting; write id=value"),
        (("--set", "training.mfoo=1"), "training.mfu"),
        (("--set", "training.mfu=nan"), "training.mfu"),
        (("--assumptions", "missing.toml"), "missing.toml"),
        (("--out", "book.xls"), "does not end in .xlsx"),
        (("--out", "."), "is a folder"),
    ],
)
def test_bad_input_gets_one_clear_message(
    arguments: tuple[str, ...],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2, a line that says what and where, no traceback, and the old file as it was."""
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / "kept.xlsx"
    kept.write_text("the last good file")
    out = () if "--out" in arguments else ("--out", str(kept))
    assert run("build", *arguments, *out) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""
    assert "Traceback" not in said.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept.xlsx"]
    assert kept.read_text() == "the last good file"


def test_all_faults_come_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two bad settings and a bad file give three lines."""
    bad = tmp_path / "bad.toml"
    bad.write_text("[training]\nmfu = 7\n[allocation]\np0 = true\n")
    settings = ("--set", "supply.hours_per_year=-1")
    assert (
        run("build", "--assumptions", str(bad), *settings, "--out", str(tmp_path / "b.xlsx")) == 2
    )
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == [str(bad), str(bad), "--set"]
    assert [line.split(":")[1] for line in lines[:2]] == ["2", "4"]


def test_an_unwritable_place_is_named_with_a_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file stands where the folder should be; nothing is left behind."""
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "book.xlsx"
    assert run("build", "--out", str(out)) == 2
    assert "choose another --out" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_what_is_simulated_anew_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line for a file, at each table on one line of a terminal, and not at all if quiet."""

    def two_tables(*_: object, progress: Callable[[int, int], None] | None = None) -> None:
        if progress:
            progress(0, 2)
            progress(1, 2)
            progress(2, 2)

    monkeypatch.setattr(simulated, "simulate", two_tables)
    words = "Simulating what changed, a minute or so: {} of 2 tables"
    for terminal, quiet, told in (
        (False, False, words.format(0) + "\n"),
        (True, False, "".join(f"\r{words.format(n)}" for n in range(3)) + "\n"),
        (True, True, ""),
    ):
        monkeypatch.setattr("sys.stderr.isatty", lambda terminal=terminal: terminal)
        face.simulating(quiet=quiet)(baseline())
        assert capsys.readouterr().err == told


def test_a_read_only_workbook_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The owner made it read-only for a reason."""
    path = tmp_path / "b.xlsx"
    path.write_text("kept")

    def refuse(_path: object, mode: int) -> bool:
        return mode != os.W_OK

    monkeypatch.setattr(os, "access", refuse)
    assert run("build", "--out", str(path)) == 2
    assert "read-only" in capsys.readouterr().err
    assert path.read_text() == "kept"


def test_new_files_have_the_permissions_of_the_user(tmp_path: Path) -> None:
    """A colleague can read the file: 0666 less the mask, not the 0600 of a temporary file."""
    path = tmp_path / "b.xlsx"
    before = os.umask(0o022)
    try:
        assert run("build", "--quiet", "--out", str(path)) == 0
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o644


def test_inputs_lists_every_id_with_value_unit_and_range(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line an input; choices list their options."""
    assert run("inputs") == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["training.mfu"].split() == ["training.mfu", "0.5", "share", "0.05", "to", "1"]
    assert "4 · Your own" in lines["allocation.live_scenario"]
    assert "(blank)" in lines["cases.own_1.revenue_target"]


def test_inputs_as_json_carries_the_provenance(capsys: pytest.CaptureFixture[str]) -> None:
    """Source, date and basis come with each value."""
    assert run("inputs", "--json", "--set", "training.mfu=45%") == 0
    entries = {entry["id"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert entries["training.mfu"]["value"] == 0.45
    assert {"unit", "low", "high", "source", "as_of", "basis", "memo"} <= set(
        entries["training.mfu"]
    )


def test_the_module_runs_as_a_program() -> None:
    """``python -m workbook`` is the same command."""
    done = subprocess.run(
        [sys.executable, "-m", "workbook", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "build" in done.stdout


def test_an_unknown_command_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    """argparse's own message, and the code of bad input."""
    with pytest.raises(SystemExit) as stopped:
        run("bild")
    assert stopped.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_help_does_not_load_the_engines() -> None:
    """What a command does not need is not imported."""
    heavy = "{'pydantic', 'xlsxwriter', 'formualizer'}"
    code = f"import sys, workbook.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
