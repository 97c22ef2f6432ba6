"""The page for the allocation meeting: its figures by hand, and as Markdown and plain data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from oracle import Entry

from workbook import cli
from workbook.book import Column, Table, tables_of
from workbook.build import Built
from workbook.evaluate import Model
from workbook.report import Report, report_of, text_of

OWNERS = ("inference", "training", "research")
SUPPLY = 12_144_285_714.285715
RATE = 7.47688657716
At = Callable[[Mapping[str, Entry]], "Page"]


class Page:
    """The figures of the Plan tab at changed inputs."""

    def __init__(self, built: Built, changes: Mapping[str, Entry]) -> None:
        self.model = Model(built.book.tabs, changes)
        tab = next(tab for tab in built.book.tabs if tab.name == "Plan")
        self.columns: dict[str, Column] = {
            column.key: column for table in tables_of(tab) for column in table.columns
        }

    def number(self, figure: str) -> float:
        """A line by name, or a cell as row.column."""
        row, _, key = figure.partition(".")
        column = self.columns.get(key)
        value = self.model.cell(column, column.axis.place(row)) if column else self.model[figure]
        assert isinstance(value, float)
        return value


@pytest.fixture(scope="module")
def at(built: Built) -> At:
    """Figures at changes of inputs."""
    return lambda changes: Page(built, changes)


@pytest.fixture(scope="module")
def report(built: Built) -> Report:
    """The page as a report."""
    return report_of(built, "Plan")


approx = pytest.approx


def test_allotments_are_the_tiers_of_the_live_scenario(at: At) -> None:
    """Scenario 2: inference has 35 % of supply in P1, and 60 % of all P0: 0.35 + 0.6 x 0.1."""
    page = at({"allocation.live_scenario": "2 · Serviceable revenue"})
    assert page.number("inference.plan_p0") == approx(0.6 * 0.1 * SUPPLY)
    assert page.number("inference.plan_p1") == approx(0.35 * SUPPLY)
    assert page.number("inference.plan_p2") == 0
    assert page.number("inference.plan_share") == approx(0.41)
    assert page.number("training.plan_p2") == approx(0.24 * SUPPLY)


@pytest.mark.parametrize("scenario", ["1 · Recommendation", "3 · Training"])
def test_organisations_and_the_buffer_are_all_of_supply(at: At, scenario: str) -> None:
    """P0, P1 and P2 of the three are 85 % of supply, what the buffer leaves."""
    page = at({"allocation.live_scenario": scenario})
    assert page.number("allotments_plan_hours") == approx(0.85 * SUPPLY)
    assert page.number("allotments_plan_share") == approx(0.85)


def test_a_change_is_counted_from_the_last_plan(at: At) -> None:
    """Training: 5 % of P0 and 2,154,882,155 h are 2,215,603,583; less 2,207,500,000."""
    page = at({})
    assert page.number("training.plan_hours") == approx(0.05 * 0.1 * SUPPLY + 2_154_882_154.882155)
    assert page.number("training.plan_change") == approx(8_103_583.4536, rel=1e-6)
    page = at({"last_plan.training.hours": 1e9})
    assert page.number("training.plan_change") == approx(page.number("training.plan_hours") - 1e9)
    new = at({"last_plan.training.hours": 0.0})
    assert new.model.cell(new.columns["plan_relative"], 1) == "new"


def test_what_was_asked_is_granted_or_deferred(at: At) -> None:
    """In every pool and in all, to a millionth of an hour in a billion."""
    page = at({})
    for row in (*(f"row_{i}" for i in range(1, 13)), "pools"):
        figure = "pools_plan_{}" if row == "pools" else row + ".plan_{}"
        parts = [page.number(figure.format(key)) for key in ("own", "borrowed", "unmet")]
        assert sum(parts) == approx(page.number(figure.format("asked")), rel=1e-12, abs=1e-3)


def test_every_sound_request_is_counted_once(at: At) -> None:
    """Granted, partly granted and not granted are all requests, less those rejected."""
    page = at({"requests.row_2.pool": "no such pool"})
    counted = sum(page.number(f"pools_plan_{key}") for key in ("granted", "partly", "deferred"))
    assert page.number("requests_rejected") == 1
    assert counted == page.number("requests_filled") - 1


def test_what_was_deferred_is_told_in_the_memos_terms(at: At) -> None:
    """Deferred inference hours x $7.4769 are revenue; research hours stay hours."""
    page = at({})
    put_off = {owner: page.number(f"{owner}.plan_put_off") for owner in OWNERS}
    assert put_off["inference"] > 0
    assert put_off["research"] > 0
    assert page.number("inference.plan_forgone") == approx(put_off["inference"] * RATE)
    assert page.number("research.plan_forgone") == 0
    assert page.number("research.plan_unresearched") == approx(put_off["research"])
    assert page.number("tradeoff_plan_costs") == approx(sum(put_off.values()) * RATE)
    needed = 2_154_882_154.882155
    assert page.number("tradeoff_plan_takes") == approx(sum(put_off.values()) / needed)
    assert sum(put_off.values()) == approx(page.number("pools_plan_unmet"))


def test_markdown_has_every_block_and_the_figures_of_the_cells(report: Report) -> None:
    """Headings in the order of the page; shares, billions and changes as the cells show them."""
    text = report.markdown()
    blocks = [block.title for block in report.tab.blocks if hasattr(block, "title")]
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == blocks
    assert "| Inference | 0.729 | – | 2.407 | 3.136 | 25.8% | 2.790 | 0.346 | 12.4% |" in text
    assert "| Research | 0.425 | – | 4.546 | 4.971 | 40.9% | 4.778 | 0.193 | 4.0% |" in text
    assert "- **Serviceable revenue**: $18.00 bn\n" in text
    assert "\n**● All 70 checks that apply pass**\n" in text
    assert "Row 9" not in text


def test_every_table_of_the_markdown_is_whole(report: Report) -> None:
    """Each row has as many cells as its head."""
    widths: list[int] = []
    for line in report.markdown().splitlines():
        if line.startswith("|"):
            widths.append(len(re.findall(r"(?<!\\)\|", line)))
            assert widths[-1] == widths[0]
        else:
            widths.clear()


def test_plain_data_are_the_values_of_the_workbook(report: Report, built: Built) -> None:
    """Every calculated line has its cached value; days are dates."""
    data = report.data()
    assert data["plan_revenue"] == built.value("live_revenue")
    assert data["plan_day"] == "2026-02-24"
    tables = [block for block in report.tab.blocks if isinstance(block, Table)]
    assert len(data) > sum(len(t.columns) * len(t.axis.entities) for t in tables)


def test_the_command_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To a file, to the terminal, or as JSON; all the same figures."""
    path = tmp_path / "plan.md"
    assert cli.main(["plan", "--out", str(path)]) == 0
    assert str(path) in capsys.readouterr().out
    assert cli.main(["plan"]) == 0
    assert capsys.readouterr().out == path.read_text()
    assert cli.main(["plan", "--json", "--set", "last_plan.training.hours=0"]) == 0
    assert json.loads(capsys.readouterr().out)["organisations.training.plan_relative"] == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["plan.md"]


def test_a_plan_that_promises_too_much_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """$60bn take more hours than there are: the page says not to quote it, before any figure."""
    assert cli.main(["plan", "--set", "allocation.revenue_target=60e9"]) == 0
    said, _, figures = capsys.readouterr().out.partition("\n## ")
    assert "**▲ Do not quote these figures. A check fails: No scenario promises more" in said
    assert "$60.00 bn" in figures


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "plan.txt"), "does not end in .md"),
        (("--data", "requests=no.csv"), "no.csv: there is no such file"),
    ],
)
def test_a_bad_command_writes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    """Exit code 2, and the folder as it was."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["plan", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "pattern", "text"),
    [
        (4_777_500_000.0, '#,##0.000,,,_);(#,##0.000,,,);"–"_);@_)', "4.778"),
        (0.0, '#,##0.000,,,_);(#,##0.000,,,);"–"_);@_)', "–"),
        (0.0, "0_);(0);0_);@_)", "0"),
        (-1234.5, '$#,##0.00_);($#,##0.00);"–"_);@_)', "−$1,234.50"),
        (0.125, '0%_);(0%);"–"_);@_)', "13%"),
        (1.5, '0.00"x"_);(0.00"x");"–"_);@_)', "1.50x"),
        (46_077.0, "yyyy-mm-dd_)", "2026-02-24"),
        ("new", '0.0%_);(0.0%);"–"_);@_)', "new"),
        (None, "0", ""),
        (2.5, "General", "2.5"),
    ],
)
def test_figures_read_as_their_cells_show_them(value: Entry, pattern: str, text: str) -> None:
    """Scale, places, signs, what stands for nothing, dates and texts."""
    assert text_of(value, pattern) == text
