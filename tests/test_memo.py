"""The memo's printed numbers: each is reproduced to its last digit, and a wrong one is seen."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import oracle
import pytest
from finder import Finder

from workbook import memo_facts
from workbook.assemble import assemble
from workbook.assumptions import Assumptions
from workbook.book import entry_value
from workbook.build import Built, make
from workbook.engines import Cell, engine
from workbook.evaluate import Model
from workbook.paths import TEMPLATES
from workbook.simulated import simulate

BILLION = 1_000_000_000

# Each table of the memo, row by row as it is printed: the ids of the columns, then of the rows.
TABLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "fleet": (
        "h100e hours",
        {
            "trainium2": "666,667 | 5,840,000,000",
            "tpu": "250,000 | 2,190,000,000",
            "b200": "469,667 | 4,114,285,714",
        },
    ),
    "models": (
        "hours",
        {
            "gpt_5": "28,058,361",
            "gpt_4": "11,784,512",
            "gpt_4_5": "35,914,703",
            "sonnet_4": "28,058,361",
            "opus_4": "84,175,084",
            "sonnet_3_7": "19,079,686",
            "grok_2": "16,835,017",
            "grok_3": "258,136,925",
            "llama_3_1": "21,324,355",
        },
    ),
    "prices": (
        "share",
        {
            "opus_4_6": "10%",
            "opus_4_5": "10%",
            "opus_4_1": "10%",
            "opus_4": "10%",
            "sonnet_4_5": "25%",
            "sonnet_4": "25%",
            "haiku_4_5": "3%",
            "haiku_3_5": "3%",
            "haiku_3": "3%",
        },
    ),
    "sizes": (
        "peak served",
        {"s8b": "13,505 | 2,701", "s70b": "1,854 | 371", "s405b": "361 | 72"},
    ),
    "levels": (
        "list revenue",
        {
            "u20": "$10.68 | $7.48",
            "u30": "$16.02 | $11.22",
            "u40": "$21.36 | $14.95",
            "u50": "$26.70 | $18.69",
            "u60": "$32.04 | $22.43",
        },
    ),
    "scenarios": (
        "p0_hours p1_hours p2_hours buffer_hours",
        {
            "recommendation": "1,214,428,571 | 0 | 9,108,214,286 | 1,821,642,857",
            "revenue_first": "1,214,428,571 | 4,250,500,000 | 4,857,714,286 | 1,821,642,857",
            "training_first": "1,214,428,571 | 4,250,500,000 | 4,857,714,286 | 1,821,642,857",
        },
    ),
    "cases": (
        "inference_of_supply training_of_supply research_of_supply revenue funded research",
        {
            "recommendation": "20% | 18% | 37% | $18,000,000,000 | 100% | 4,545,912,971",
            "revenue_25b": "28% | 18% | 30% | $25,000,000,000 | 100% | 3,609,694,409",
            "additional_run": "20% | 22% | 33% | $18,000,000,000 | 125% | 4,007,192,433",
            "rate_550_target": "27% | 18% | 30% | $18,000,000,000 | 100% | 3,680,604,858",
            "rate_550_hours": "20% | 18% | 37% | $13,240,805,378 | 100% | 4,545,912,971",
            "growth_3x": "20% | 13% | 42% | $18,000,000,000 | 75% | 5,084,633,510",
            "research_70": "3% | 3% | 70% | $2,270,036,171 | 14% | 8,501,000,000",
        },
    ),
}

SINGLE: tuple[tuple[str, str], ...] = (
    ("fleet.b200.chips", "156,556"),
    ("fleet.b200.ratio", "0.33"),
    ("supply_hours", "12,144,285,714"),
    ("h100_flop_per_hour", "3.564E+18"),
    ("training_flop_per_hour", "1.782E+18"),
    ("training_pre_hours", "336,700,337"),
    ("training_post_hours", "67,340,067"),
    ("training_year_hours", "1,077,441,077"),
    ("training_year_hours", "1.077 bn"),
    ("price_input", "$5.57"),
    ("price_output", "$27.84"),
    ("output_tokens_per_second", "484"),
    ("output_tokens_per_hour", "1,743,833"),
    ("input_tokens_per_hour", "871,916"),
    ("revenue_per_hour", "$7.48"),
    ("scenarios.recommendation.inference_p2", "2,407,419,160"),
    ("scenarios.recommendation.training_p2", "2,154,882,155"),
    ("scenarios.recommendation.research_p2", "4,545,912,971"),
    ("scenarios.recommendation.inference_within", "26%"),
    ("scenarios.recommendation.training_within", "24%"),
    ("scenarios.recommendation.research_within", "50%"),
    ("scenarios.recommendation.inference_share", "20%"),
    ("scenarios.recommendation.training_share", "18%"),
    ("scenarios.recommendation.research_share", "37%"),
    ("scenarios.revenue_first.revenue", "$31,780,506,396"),
    ("scenarios.revenue_first.revenue", "$31.8 bn"),
    ("scenarios.revenue_first.training_p2", "2,914,628,571"),
    ("scenarios.revenue_first.research_p2", "1,943,085,714"),
    ("scenarios.revenue_first.inference_share", "35%"),
    ("scenarios.revenue_first.training_share", "24%"),
    ("scenarios.revenue_first.research_share", "16%"),
    ("scenarios.training_first.revenue", "$14,528,231,495"),
    ("scenarios.training_first.revenue", "$14.5 bn"),
    ("scenarios.training_first.inference_p2", "1,943,085,714"),
    ("scenarios.training_first.research_p2", "2,914,628,571"),
    ("scenarios.training_first.inference_share", "16%"),
    ("scenarios.training_first.training_share", "35%"),
    ("scenarios.training_first.research_share", "24%"),
)


def transcribed() -> Iterator[tuple[str, str]]:
    """The id and the text of every printed number."""
    for table, (columns, rows) in TABLES.items():
        for row, printed in rows.items():
            for column, text in zip(columns.split(), printed.split(" | "), strict=True):
                yield f"{table}.{row}.{column}", text
    yield from SINGLE


PRINTED = tuple(transcribed())
BASE = oracle.recompute()


def digits(text: str) -> tuple[Decimal, int]:
    """The number that *text* prints, and the power of ten of its last digit."""
    plain = text.removeprefix("$").removesuffix(" bn").removesuffix("%").replace(",", "")
    power = 9 if text.endswith("bn") else -2 if text.endswith("%") else 0
    number = Decimal(plain).scaleb(power)
    exponent = Decimal(plain).as_tuple().exponent
    assert isinstance(exponent, int)
    return number, exponent + power


def shows(value: float, text: str) -> bool:
    """Whether *value*, rounded half away from zero, is what *text* prints."""
    number, power = digits(text)
    # 15 significant digits are what a spreadsheet displays of a double
    exact = Decimal(f"{value:.15g}")
    return exact.quantize(Decimal(1).scaleb(power), ROUND_HALF_UP) == number


def test_shown_digits_are_read_as_a_spreadsheet_shows_them() -> None:
    """Halves go away from zero, percents and billions scale, and one digit more or less is seen."""
    assert shows(0.025, "3%")
    assert not shows(0.025, "2%")
    assert shows(0.02499999999999, "2%")
    assert shows(1_077_441_077.44, "1.077 bn")
    assert not shows(1_077_441_077.44, "1.078 bn")
    assert shows(3.5640000001e18, "3.564E+18")
    assert not shows(18e9 / 7.48, "2,407,419,160")


def test_all_132_printed_numbers_are_here() -> None:
    """The transcription and the project's own list have the same numbers of the same figures."""
    with (TEMPLATES / "memo_printed.csv").open(encoding="utf-8", newline="") as file:
        listed = Counter(
            (row["id"], row["printed"] + (" bn" if row["scale"] == str(BILLION) else ""))
            for row in csv.DictReader(file)
        )
    assert Counter(PRINTED) == listed
    assert len(PRINTED) == 132


def test_the_inputs_are_the_memo_s(memo_inputs: Assumptions) -> None:
    """Every input that a figure of the memo depends on has the value that its text gives."""
    values = {entry.id: entry_value(entry) for entry in memo_inputs.inputs()}
    assert {name: values[name] for name in oracle.MEMO} == dict(oracle.MEMO)
    idle = {name for name in values if name not in oracle.MEMO}
    others = ("sharing.", "plan.", "data.")  # what the memo describes and does not count
    assert idle == {"control.as_of"} | {
        name for name in idle if name.endswith(".release") or name.startswith(others)
    }


@pytest.mark.parametrize(("figure", "text"), PRINTED)
def test_a_printed_number_is_in_the_workbook(
    built: Built, found: Finder, figure: str, text: str
) -> None:
    """The cached value of the figure's own cell shows the printed digits."""
    cell = found.figures[figure]
    value = built.filled.values.get(cell)
    if value is None:  # an input: 0.33 of the B200
        value = oracle.MEMO[figure]
    assert isinstance(value, float)
    assert shows(value, text)


@pytest.mark.parametrize(("figure", "text"), PRINTED)
def test_a_printed_number_follows_from_the_memo(figure: str, text: str) -> None:
    """The independent recomputation shows the printed digits."""
    value = BASE.get(figure, oracle.MEMO.get(figure))
    assert isinstance(value, float)
    assert shows(value, text)


def memo_tab(found: Finder) -> dict[tuple[str, str], dict[str, Cell]]:
    """The cells of the Memo tab's rows, by where and what the number is, and by column."""
    tab, table = next((tab, t) for tab, t in found.tables() if t.axis.key == "memo")
    strips = {column.key: found.strip(tab, table, column) for column in table.columns}
    rows = {}
    with (TEMPLATES / "memo_printed.csv").open(encoding="utf-8", newline="") as file:
        for i, row in enumerate(csv.DictReader(file)):
            where = row["location"], row["item"]
            rows[where] = {key: cells[i] for key, cells in strips.items()}
    return rows


def test_the_memo_tab_ties_every_number(built: Built, found: Finder) -> None:
    """At the memo's inputs each row says that it ties, live and as stamped, and why."""
    rows = memo_tab(found)
    assert len(rows) == 132
    for row in rows.values():
        shown = [built.filled.values[row[key]] for key in ("tied", "tied_live", "status")]
        assert shown == [1.0, 1.0, "● ties"]
    assert built.value("memo_untied") == 0
    assert built.value("memo_untied_live") == 0


def moved(text: str, by: int) -> str:
    """The printed number *text* with its last digit moved by *by*."""
    number, power = digits(text)
    other = number + Decimal(by).scaleb(power)
    if text.endswith("%"):
        return f"{other.scaleb(2):f}%"
    if text.endswith("bn"):
        return text[:1].replace("1", "") + f"{other.scaleb(-9):f}"
    return ("$" if text.startswith("$") else "") + f"{other:f}"


def misprint(monkeypatch: pytest.MonkeyPatch, folder: Path, by: Mapping[int, int]) -> None:
    """Let the project read a list of printed numbers with last digits moved *by* row."""
    path = folder / "memo_printed.csv"
    path.write_text("\n".join(printed_lines(by)), encoding="utf-8")
    numbers = memo_facts.printed(path)
    monkeypatch.setattr(memo_facts, "printed", lambda: numbers)


def printed_lines(changed: Mapping[int, int]) -> list[str]:
    """The lines of the file of printed numbers, last digits moved as *changed* says by row."""
    lines = (TEMPLATES / "memo_printed.csv").read_text("utf-8").splitlines()
    for row, by in changed.items():
        before = next(csv.DictReader([lines[0], lines[row + 1]]))
        text = before["printed"] + (" bn" if before["scale"] == str(BILLION) else "")
        parts = (before["location"], before["item"], moved(text, by), before["scale"], before["id"])
        lines[row + 1] = ",".join(f'"{part}"' for part in parts)
    return lines


@pytest.mark.parametrize("by", [-1, 1])
def test_a_wrong_last_digit_never_ties(
    memo_inputs: Assumptions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by: int
) -> None:
    """Every printed number moved by one in its last digit is seen, all 132 of them."""
    misprint(monkeypatch, tmp_path, dict.fromkeys(range(132), by))
    model = Model(assemble(memo_inputs, memo_inputs, {}, simulate).tabs)
    assert model["memo_untied"] == 132
    assert model["memo_untied_live"] == 132


def test_one_wrong_digit_fails_the_checks_by_name(
    memo_inputs: Assumptions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With $7.49 for $7.48, its row, both checks, the master check and the banner say so."""
    rows = (TEMPLATES / "memo_printed.csv").read_text("utf-8").splitlines()[1:]
    row = next(i for i, line in enumerate(rows) if line.startswith("Scenario 1 text,revenue"))
    misprint(monkeypatch, tmp_path, {row: 1})
    wrong = make(memo_inputs, memo_inputs)
    cells = memo_tab(Finder(wrong.book, wrong.layout))
    status = {where: wrong.filled.values[row["status"]] for where, row in cells.items()}
    where = ("Scenario 1 text", "revenue per inference hour")
    assert status.pop(where) == "▲ does not tie"
    assert set(status.values()) == {"● ties"}
    assert wrong.value("memo_untied") == wrong.value("memo_untied_live") == 1
    assert wrong.value("checks_failed") == 2
    assert str(wrong.value("banner")).startswith("▲")


def test_moved_inputs_are_no_fault_of_the_memo(
    built: Built, found: Finder, book_path: Path
) -> None:
    """With MFU at 40 % live figures move away; what was stamped at the build still ties."""
    rows = memo_tab(found)
    need = rows[("Training", "Opus 4 H100 hours")]
    price = rows[("Pricing", "Wtd avg input $/M")]
    with engine("formualizer").open(book_path) as session:
        session.set(found.line("training_mfu"), 0.4)
        wanted = [need["tied"], need["tied_live"], need["status"], price["status"]]
        assert list(session.read(wanted).values()) == [1.0, 0.0, "moved by inputs", "● ties"]
        assert session.read([found.line("checks_failed")]) == {found.line("checks_failed"): 0.0}
    assert built.value("checks_failed") == 0


def test_the_readings_are_worth_what_the_oracle_says(built: Built, found: Finder) -> None:
    """Each other reading of the memo, and what it is worth, by the independent recomputation."""
    tab, table = next((tab, t) for tab, t in found.tables() if t.axis.key == "readings")
    keys = [entity.key for entity in table.axis.entities]
    columns = {column.key: column for column in table.columns}
    worth = dict(zip(keys, found.strip(tab, table, columns["worth"]), strict=True))
    rate, need = BASE["revenue_per_hour"], BASE["training_need_hours"]
    expected = {
        "token_weights": rate * (144.26592870804086 / 484.398 - 1),
        "hour_weights": reading("revenue_per_hour", "throughput.weighting", oracle.HOURS_WEIGHTED),
        "growth": -need / 4,
        "additional_run": -need / 4,  # half as much again less a quarter
        "additional_pre_training": -need / 16,  # 31.25 % less 25 %
        "multiple": -need * 0.75,  # 150 % less 75 %
        "printed_shares": rate * (5.5615 / 5.568333333333333 - 1),
        "tensor_cores": need * (990 / 494.7 - 1),
        "two_derates": rate * 4,
        "displayed_sums": 0.0,
        "pod_price": 35 / 936 - 35 / 468,
        "pod_lost_profit": 0.45 * 468 * 720,
        "pod_hour": 25_000 / 720 / 468 - 35 / 468,
        "pod_month": 0.45 * 468 * 10,  # 730 hours less 720
        "pod_cache": 2512 / 300 - 20,
        "batch_permutations": 20 * 400 - 200 * 400,
        "batch_hours": (800 / 60 - 13) * 35,
        "batch_streams": 100 * 0.25 - 100 * 0.2,
        "batch_output": 100 * 1000 / 8000 - 1,
        # 240 m tokens at $15 and 80 m at $75, less 13 hours of 12.5 pods
        "batch_output_profit": (240 * 15 + 80 * 75 - 13 * 12.5 * 35) - 4345,
    }
    assert set(worth) == set(expected)
    for key, value in expected.items():
        assert built.filled.values[worth[key]] == pytest.approx(value, rel=1e-9), key


def reading(figure: str, input_id: str, choice: str) -> float:
    return oracle.recompute({input_id: choice})[figure] - BASE[figure]
