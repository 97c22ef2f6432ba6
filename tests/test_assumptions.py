"""The assumptions: the memo's numbers, overlays, settings, and every fault's message."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from workbook.assumptions import (
    PRESETS,
    Assumptions,
    Basis,
    Choice,
    Day,
    Fault,
    InputFaults,
    Number,
    Text,
    baseline,
    load,
)
from workbook.assumptions.build import UNSOURCED
from workbook.assumptions.load import load_over
from workbook.paths import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

MEMO = TEMPLATES / "memo.toml"
CELL = re.compile(r"[a-z]{1,3}[0-9]+|r[0-9]*c[0-9]*|[rc]", re.IGNORECASE)
SYMBOL = "USD|kW|h|s|min|day|wk|mo|yr|chip|node|pod|slot|H100e|FLOP|tok|Mtok|GB|req|user|share|x|1"
SYMBOL += "|log|concentration"
UNIT = re.compile(
    rf"({SYMBOL}|H100e·h)(/({SYMBOL}|\(({SYMBOL})(·({SYMBOL}))+\)))?|choice|date|text"
)

Faults = list[str]


@pytest.fixture(scope="module")
def memo() -> Assumptions:
    return baseline()


@pytest.fixture
def faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Faults]:
    """Return the faults of texts saved as x.toml, y.toml, and of settings."""
    monkeypatch.chdir(tmp_path)

    def found(*texts: str | bytes, told: Sequence[str] = ()) -> Faults:
        with pytest.raises(InputFaults) as caught:
            load(saved(tmp_path, *texts), told)
        return str(caught.value).splitlines()

    return found


@pytest.fixture
def overlaid(tmp_path: Path) -> Callable[..., Assumptions]:
    """Return the assumptions with texts laid over the memo."""
    return lambda *texts: load([tmp_path / path for path in saved(tmp_path, *texts)])


def saved(folder: Path, *texts: str | bytes) -> list[Path]:
    """Save texts as x.toml, y.toml, … and return the paths relative to *folder*."""
    paths = [folder / f"{name}.toml" for name in "xyz"[: len(texts)]]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return [path.relative_to(folder) for path in paths]


def number(item: Number) -> float:
    assert item.value is not None
    return item.value


# --- the memo ----------------------------------------------------------------------------------


def test_supply_follows_from_the_inputs(memo: Assumptions) -> None:
    """The memo's 12,144,285,714 hours are 85,010,000,000/7, from quantities over ratios."""
    deal = memo.commitments.rows[0]
    hours = number(memo.supply.hours_per_year)
    spend = number(deal.commitment) * number(deal.compute_share)
    bought = spend / (number(deal.years) * hours) / number(deal.price)
    assert bought == pytest.approx(156_555.772994)
    extra = {deal.chip.value: bought}
    equivalents = sum(
        (number(row.quantity) + extra.get(row.chip.value, 0.0)) / number(row.ratio)
        for row in memo.fleet.rows
    )
    assert equivalents * hours == pytest.approx(85_010_000_000 / 7, rel=1e-12)


def test_training_follows_from_the_inputs(memo: Assumptions) -> None:
    """The year needs 1,077,441,077 hours: 2 runs of 4 times Opus 4 and 3 variants at 20 %."""
    training = memo.training
    flop = {row.label: number(row.flop) for row in memo.models.rows}
    an_hour = number(training.h100_flops) * 3600 * number(training.mfu)
    run = flop[training.reference_model.value] / an_hour * number(training.flop_growth)
    variants = number(training.variants_per_run) * number(training.post_training_share)
    year = number(training.runs_per_year) * run * (1 + variants)
    assert year == pytest.approx(1_077_441_077, abs=0.5)
    assert year * number(training.overhead) == pytest.approx(2_154_882_155, abs=0.5)


def test_models_took_the_hours_that_the_memo_prints(memo: Assumptions) -> None:
    """FLOP over 1.782E+18, the hourly FLOP of an H100 at 50 % MFU, is the printed column."""
    assert [round(number(row.flop) / 1.782e18) for row in memo.models.rows] == [
        28_058_361,
        11_784_512,
        35_914_703,
        28_058_361,
        84_175_084,
        19_079_686,
        16_835_017,
        258_136_925,
        21_324_355,
    ]


def test_tiers_and_sensitivity_are_those_of_the_memo(memo: Assumptions) -> None:
    """10 % P0, 15 % buffer, an additional run of 25 % and an even split of what research leaves."""
    assert (memo.allocation.p0.value, memo.allocation.buffer.value) == (0.10, 0.15)
    assert memo.sensitivity.additional_run_uplift.value == 0.25
    assert memo.sensitivity.remainder_to_inference.value == 0.5
    assert [row.utilization.value for row in memo.levels.rows] == [0.2, 0.3, 0.4, 0.5, 0.6]


def test_revenue_per_hour_follows_from_the_inputs(memo: Assumptions) -> None:
    """An inference hour earns $7.47688657716 after the discount, at full precision."""
    weights = {row.model_class.value: number(row.weight) for row in memo.sizes.rows}
    classes = [row.model_class.value for row in memo.prices.rows]
    shares = [weights[name] / classes.count(name) for name in classes]
    rate = sum(
        number(row.weight) * number(row.system_rate) / number(row.tensor_parallel)
        for row in memo.sizes.rows
    ) * number(memo.throughput.resource_constraint)
    assert rate == pytest.approx(484.398, abs=5e-4)
    paired = list(zip(shares, memo.prices.rows, strict=True))
    dear = sum(share * number(row.output) for share, row in paired)
    cheap = sum(share * number(row.input) for share, row in paired)
    lengths = memo.throughput
    ratio = number(lengths.input_length) / number(lengths.output_length)
    gross = rate * 3600 * (dear + ratio * cheap) / 1e6 * number(memo.utilization.inference)
    net = gross * (1 - number(memo.utilization.discount))
    assert net == pytest.approx(7.47688657716, rel=1e-11)
    assert number(memo.allocation.revenue_target) / net == pytest.approx(2_407_419_160, abs=0.5)


def test_printed_shares_sum_to_99_percent(memo: Assumptions) -> None:
    """The pricing table prints 4 x 10 %, 2 x 25 % and 3 x 3 %."""
    assert sum(number(row.printed_share) for row in memo.prices.rows) == pytest.approx(0.99)


def test_scenarios_and_cases_are_those_of_the_memo(memo: Assumptions) -> None:
    """The scenarios hold the memo's tiers, and each case changes only what its row says."""
    tiers = [
        (row.initiative.value, row.p1.value, row.p2_split.value, row.training.value)
        for row in memo.scenarios.rows
    ]
    assert tiers[:3] == [
        ("None", 0, "By need", 0.24),
        ("Inference", 0.35, "By shares", 0.6),
        ("Training", 0.35, "By shares", 0),
    ]
    changed = {
        cell.id: cell.value
        for cell in memo.cases.inputs()
        if isinstance(cell, Number) and cell.value is not None
    }
    assert changed == {
        "cases.revenue_25b.revenue_target": 25e9,
        "cases.additional_run.additional_runs": 1,
        "cases.rate_550_target.revenue_per_hour": 5.5,
        "cases.rate_550_hours.revenue_per_hour": 5.5,
        "cases.growth_3x.flop_growth": 3,
        "cases.research_70.research_share": 0.7,
    }
    held = [row.key for row in memo.cases.rows if row.hold.value == "Hours"]
    assert held == ["rate_550_hours"]


def test_inputs_stand_in_the_order_of_the_file(memo: Assumptions) -> None:
    """Sections, inputs and rows come in the order in which memo.toml writes them."""
    tree = tomllib.loads(MEMO.read_text(encoding="utf-8"))
    written = [name for name in tree if name not in ("schema", "meta", "data")]
    written += ["sign_ups", "policy", "research", *PRESETS]  # from files of the simulation
    written += ["data"]  # from files of its own
    read = list(dict.fromkeys(item.id.split(".")[0] for item in memo.inputs()))
    assert read == written
    assert [row.key for row in memo.prices.rows] == list(tree["prices"]["rows"])
    assert list(memo.cases.columns) == list(tree["cases"]["columns"])
    assert [item.id.split(".")[1] for item in memo.training.inputs()] == list(tree["training"])


def test_every_unit_is_in_the_grammar(memo: Assumptions) -> None:
    """Units are known symbols with at most one division and one pair of brackets."""
    assert [item.id for item in memo.inputs() if not UNIT.fullmatch(item.unit)] == []


def test_ids_and_names_are_unique(memo: Assumptions) -> None:
    """No two inputs share an id or a defined name, whatever rows an overlay adds."""
    names = [item.name for item in memo.inputs()]
    assert len(set(names)) == len(names)
    for table in memo.tables():
        endings = [f"_{key}" for key in table.columns]
        assert not [key for key in table.columns if any(key.endswith(end) for end in endings)]


def test_a_tab_reads_inputs_by_attribute(memo: Assumptions) -> None:
    """Scalars, cells, heads and ids lead to the same inputs."""
    assert memo.training.mfu is memo.input("training.mfu")
    assert memo.fleet.rows[0].quantity.id == "fleet.trainium2.quantity"
    assert memo.fleet.row("tpu").ratio.name == "fleet_tpu_ratio"
    assert memo.fleet.columns["quantity"].label == "Quantity"
    assert memo.fleet.columns["chip"].unit == "text"
    assert memo.meta.title == "Compute capacity allocation"
    with pytest.raises(KeyError, match="it has trainium2, tpu, b200"):
        memo.fleet.row("h100")
    with pytest.raises(KeyError, match=r"training\.nothing"):
        memo.input("training.nothing")


def test_a_cell_takes_the_provenance_of_its_column_or_its_own(memo: Assumptions) -> None:
    """The TPU quantity has its own source; the price of an Opus has that of the column."""
    assert memo.fleet.row("tpu").quantity.as_of == date(2025, 10, 23)
    assert memo.fleet.row("tpu").quantity.basis is Basis.PUBLISHED
    assert memo.prices.row("opus_4").input.source.startswith("Claude pricing")
    assert memo.prices.row("opus_4").input.label == "Claude Opus 4: Input"


def test_the_h100_note_names_the_tensor_format(memo: Assumptions) -> None:
    """990 TFLOP/s is sparse TF32 or dense BF16, and the note says so."""
    assert "sparsity, or dense BF16" in memo.training.h100_flops.note


def test_models_are_frozen(memo: Assumptions) -> None:
    """Neither an input, a section nor a table's columns can be changed."""
    with pytest.raises(ValidationError, match="frozen"):
        memo.training.mfu.value = 0.4  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        memo.training.mfu = memo.training.overhead  # type: ignore[misc]
    with pytest.raises(TypeError, match="does not support item assignment"):
        memo.fleet.columns["ratio"] = memo.fleet.columns["chip"]  # type: ignore[index]


# --- laws --------------------------------------------------------------------------------------

provenance = {
    "label": "L",
    "note": "N",
    "source": "S",
    "as_of": date(2026, 2, 24),
    "basis": "assumed",
    "memo": "M",
}
part = st.from_regex(r"[a-z][a-z0-9]{0,4}(_[a-z0-9]{1,4}){0,2}", fullmatch=True)


@settings(deadline=None)
@given(st.lists(part, min_size=2, max_size=3).map(".".join))
def test_a_name_never_reads_as_a_cell(input_id: str) -> None:
    """Any id gives a name that is neither A1 nor R1C1, since it has an underscore inside."""
    item = Text.model_validate({"id": input_id, "value": "AWS", **provenance})
    assert not CELL.fullmatch(item.name)


@pytest.mark.parametrize("input_id", ["a1", "r1c1", "Training.mfu", "training.", "a__b.c", "a.1b"])
def test_an_id_that_is_not_dotted_snake_case_is_refused(input_id: str) -> None:
    """An id has two or more parts in small letters."""
    with pytest.raises(ValidationError, match="pattern"):
        Text.model_validate({"id": input_id, "value": "AWS", **provenance})


@settings(deadline=None, max_examples=25)
@given(st.floats(0.05, 1))
def test_a_setting_holds_every_digit(value: float) -> None:
    """A value written in full is exact, and moves the digest unless it is the memo's own."""
    changed = load((), [f"training.mfu={value!r}"])
    assert changed.training.mfu.value == value
    assert (changed.digest == baseline().digest) == (value == 0.5)


@settings(deadline=None)
@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_a_number_is_within_its_range(value: float, low: float, high: float) -> None:
    """A number is accepted if and only if it lies in low to high; NaN never does."""
    fields = {"id": "a.b", "unit": "x", "low": low, "high": high, "value": value, **provenance}
    try:
        accepted = Number.model_validate(fields)
    except ValidationError:
        assert not low <= value <= high
    else:
        assert low <= value <= high
        assert accepted.value == value


# --- overlays and settings ---------------------------------------------------------------------


def test_an_overlay_says_only_what_differs(
    memo: Assumptions, overlaid: Callable[..., Assumptions]
) -> None:
    """A bare value and a full entry change the same input, and nothing else moves."""
    bare = overlaid("[training]\nmfu = 0.45\n")
    full = overlaid("[training.mfu]\nvalue = 0.45\n")
    assert bare.training.mfu.value == 0.45
    assert bare.digest == full.digest == load((), ["training.mfu=45%"]).digest
    others = [item for item in bare.inputs() if item.id != "training.mfu"]
    assert others == [item for item in memo.inputs() if item.id != "training.mfu"]


def test_an_empty_overlay_changes_nothing(
    memo: Assumptions, overlaid: Callable[..., Assumptions]
) -> None:
    """A file without content, or with a byte-order mark alone, is the memo."""
    assert overlaid("", "\ufeff").digest == memo.digest


def test_the_last_file_wins_and_settings_win_over_files(tmp_path: Path) -> None:
    """Files apply in the order given, then settings in theirs."""
    x, y = saved(tmp_path, "[training]\nmfu = 0.4\noverhead = 3\n", "[training]\nmfu = 0.3\n")
    files = [tmp_path / x, tmp_path / y]
    both = load(files)
    assert (both.training.mfu.value, both.training.overhead.value) == (0.3, 3)
    set_last = load(files, ["training.mfu=0.2", "training.mfu=0.1"])
    assert set_last.training.mfu.value == 0.1


def test_the_digest_is_of_content_not_of_files(tmp_path: Path) -> None:
    """The same overlay under another name in another folder gives the same digest."""
    text = '[training.mfu]\nvalue = 0.45\nsource = "A benchmark"\n'
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text(text)
    two.write_text("# the same\n" + text)
    assert load([one]).digest == load([two]).digest != baseline().digest
    two.write_text(text.replace("A benchmark", "Another benchmark"))
    assert load([one]).digest != load([two]).digest


def test_a_changed_value_does_not_keep_the_old_source(overlaid: Callable[..., Assumptions]) -> None:
    """A price set without a source is not passed off as the published one."""
    price = overlaid("[prices.rows.opus_4]\ninput = 12\n").prices.row("opus_4").input
    assert (price.value, price.source, price.basis) == (12, UNSOURCED, Basis.ASSUMED)
    same = overlaid("[prices.rows.opus_4]\ninput = 15\n").prices.row("opus_4").input
    assert same == baseline().prices.row("opus_4").input


def test_a_later_value_does_not_take_an_earlier_overlay_s_source(
    overlaid: Callable[..., Assumptions],
) -> None:
    """A source speaks of the value that stood when it was given."""
    first = '[training.mfu]\nvalue = 0.4\nsource = "A benchmark"\nbasis = "measured"\n'
    sourced = overlaid(first).training.mfu
    assert (sourced.source, sourced.basis) == ("A benchmark", Basis.MEASURED)
    later = overlaid(first, "[training]\nmfu = 0.45\n").training.mfu
    assert (later.source, later.basis) == (UNSOURCED, Basis.ASSUMED)


def test_an_overlay_adds_a_row(overlaid: Callable[..., Assumptions]) -> None:
    """A complete new row joins its table at the end, with its own provenance where given."""
    text = """
        [fleet.rows.gb200]
        label = "GB200"
        provider = "CoreWeave"
        chip = "GB200"
        quantity = 10_000
        ratio = 0.25
        about.quantity = { source = "A contract", as_of = 2026-01-31, basis = "published" }
    """
    fleet = overlaid(text).fleet
    assert [row.key for row in fleet.rows] == ["trainium2", "tpu", "b200", "gb200"]
    new = fleet.row("gb200")
    assert new.quantity.id == "fleet.gb200.quantity"
    assert (new.quantity.source, new.quantity.as_of) == ("A contract", date(2026, 1, 31))
    assert (new.ratio.source, new.ratio.basis) == (UNSOURCED, Basis.ASSUMED)


def test_a_choice_follows_a_renamed_row(overlaid: Callable[..., Assumptions]) -> None:
    """The live scenario is kept by its row, so a new label becomes the option's text."""
    renamed = overlaid('[scenarios.rows.recommendation]\nlabel = "1 · Base"\n').allocation
    assert renamed.live_scenario.value == "1 · Base"
    assert renamed.live_scenario.options[0] == "1 · Base"


@pytest.mark.parametrize("said", ["2 · serviceable REVENUE", "revenue_first", "2", " 2 "])
def test_a_choice_is_named_in_several_ways(said: str) -> None:
    """The option's text in any case, its row's key and its number mean the same."""
    chosen = load((), [f"allocation.live_scenario={said}"]).allocation.live_scenario
    assert chosen.value == "2 · Serviceable revenue"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fleet.trainium2.quantity=2e6", 2_000_000),
        ("fleet.trainium2.quantity=1_500_000", 1_500_000),
        ("training.mfu = 50%", 0.5),
        ("training.mfu=5.9 %", 0.059),
        ("control.as_of=2026-03-01", date(2026, 3, 1)),
        ("training.growth_reading=increase (x5)", "Increase (x5)"),
        ("fleet.tpu.provider=Google", "Google"),
        ("cases.own_1.research_share=60%", 0.6),
        ("cases.revenue_25b.revenue_target=", None),
    ],
)
def test_a_setting_changes_one_input(setting: str, value: object) -> None:
    """Numbers, percentages, dates, choices and texts are set, and a blank clears an optional."""
    item = load((), [setting]).input(setting.partition("=")[0].strip())
    assert isinstance(item, Number | Choice | Day | Text)
    assert item.value == value


def test_an_overlay_clears_an_optional_number(overlaid: Callable[..., Assumptions]) -> None:
    """An empty text leaves an optional cell blank."""
    assert (
        overlaid('[cases.rows.growth_3x]\nflop_growth = ""\n')
        .cases.row("growth_3x")
        .flop_growth.value
        is None
    )


def test_every_example_overlay_loads() -> None:
    """Each example beside the memo is valid over it and changes something."""
    upside = load([TEMPLATES / "upside.toml"])
    assert upside.allocation.revenue_target.value == 25e9
    assert upside.fleet.row("trainium2").quantity.value == 1_200_000
    assert upside.scenarios.rows[3].label == "4 · Upside with a research initiative"


# --- faults ------------------------------------------------------------------------------------

OVERLAY_FAULTS = {
    "a percentage for a share": (
        "[training.mfu]\nvalue = 50\n",
        "x.toml:2: training.mfu: 50 is outside 0.05 to 1. Did you mean 0.5 (50 %)?",
    ),
    "a share outside, no percentage either": (
        "[training]\nmfu = 0.01\n",
        (
            "x.toml:2: training.mfu: 0.01 is outside 0.05 to 1; "
            "give a fraction in that range (20 % is 0.2)"
        ),
    ),
    "a negative quantity": (
        "[fleet.rows.tpu]\nquantity = -1\n",
        (
            "x.toml:2: fleet.tpu.quantity: -1 is outside 0 to 100000000; "
            "give a value in that range (chip)"
        ),
    ),
    "a fraction for a whole number": (
        "[sizes.rows]\ns70b.tensor_parallel = 2.5\n",
        "x.toml:2: sizes.s70b.tensor_parallel: 2.5 has a fraction; give a whole number",
    ),
    "a boolean for a number": (
        "[training]\nmfu = true\n",
        (
            "x.toml:2: training.mfu: true is not a number; "
            "write it plainly and without quotes, such as 1234.56"
        ),
    ),
    "text for a number": (
        '[allocation]\nrevenue_target = "1.234,56"\n',
        (
            'x.toml:2: allocation.revenue_target: "1.234,56" is not a number; '
            "write it plainly and without quotes, such as 1234.56"
        ),
    ),
    "a list for a number": (
        "[training]\nmfu = [0.5]\n",
        (
            "x.toml:2: training.mfu: a list is not a number; "
            "write it plainly and without quotes, such as 1234.56"
        ),
    ),
    "blank where a number is required": (
        '[training]\nmfu = ""\n',
        "x.toml:2: training.mfu: is blank; give a number",
    ),
    "not a number": (
        "[training]\nmfu = nan\n",
        "x.toml:2: training.mfu: nan is not finite; write a finite number",
    ),
    "an infinite number": (
        "[allocation]\nrevenue_target = -inf\n",
        "x.toml:2: allocation.revenue_target: -inf is not finite; write a finite number",
    ),
    "a number beyond floats": (
        "[allocation]\nrevenue_target = 1e400\n",
        "x.toml:2: allocation.revenue_target: inf is not finite; write a finite number",
    ),
    "a reversed range": (
        "[training.mfu]\nlow = 0.9\nhigh = 0.2\n",
        "x.toml:2: training.mfu.low: low 0.9 is above high 0.2; swap them",
    ),
    "a reversed range of days": (
        "[control.as_of]\nlow = 2027-01-01\nhigh = 2026-01-01\n",
        "x.toml:2: control.as_of.low: low 2027-01-01 is above high 2026-01-01; swap them",
    ),
    "an unknown choice": (
        '[cases.rows.own_1]\nhold = "Price"\n',
        'x.toml:2: cases.own_1.hold: "Price" is not a choice; write one of "Target", "Hours"',
    ),
    "an option number out of range": (
        "[cases.rows.own_1]\nhold = 3\n",
        'x.toml:2: cases.own_1.hold: "3" is not a choice; write one of "Target", "Hours"',
    ),
    "a boolean for a choice": (
        "[cases.rows.own_1]\nhold = true\n",
        "x.toml:2: cases.own_1.hold: true is not text; write it in quotes",
    ),
    "a date in quotes": (
        '[control]\nas_of = "2026-02-24"\n',
        (
            'x.toml:2: control.as_of: "2026-02-24" is not a date; '
            "write it without quotes or time, such as 2026-02-24"
        ),
    ),
    "a date with a time": (
        "[control]\nas_of = 2026-02-24T00:00:00\n",
        (
            "x.toml:2: control.as_of: 2026-02-24 00:00:00 is not a date; "
            "write it without quotes or time, such as 2026-02-24"
        ),
    ),
    "a day outside": (
        "[prices.rows.opus_4]\nrelease = 1999-12-31\n",
        (
            "x.toml:2: prices.opus_4.release: 1999-12-31 is outside 2020-01-01 to 2035-12-31; "
            "give a date in that range"
        ),
    ),
    "a day that is not in the calendar": (
        "[control]\nas_of = 2026-02-30\n",
        "x.toml:2: is not valid TOML: invalid date or datetime; correct this line",
    ),
    "an unknown basis": (
        '[training.mfu]\nbasis = "guess"\n',
        (
            "x.toml:2: training.mfu.basis: \"guess\" is not allowed; write 'published', "
            "'measured', 'calibrated' or 'assumed'"
        ),
    ),
    "an unknown key": (
        "[training]\nmfuu = 0.5\n",
        "x.toml:2: training.mfuu: unknown key; did you mean mfu?",
    ),
    "an unknown key, nothing near": (
        "[utilization]\nzzz = 0.5\n",
        "x.toml:2: utilization.zzz: unknown key; known here: inference, discount",
    ),
    "an unknown section": (
        "\n[trainning]\nmfu = 0.5\n",
        "x.toml:2: trainning: unknown key; did you mean training?",
    ),
    "an unknown column": (
        "[fleet.rows.tpu]\nquantities = 5\n",
        "x.toml:2: fleet.rows.tpu.quantities: unknown key; did you mean quantity?",
    ),
    "an unknown attribute of a cell": (
        "[models.rows.gpt_5]\nabout.flop = { value = 5 }\n",
        (
            "x.toml:2: models.rows.gpt_5.about.flop.value: unknown key; "
            "known here: note, source, as_of, basis, memo, low, high"
        ),
    ),
    "a row that is not under rows": (
        "[fleet.tpu]\nquantity = 5\n",
        "x.toml:1: fleet.tpu: is a row; write [fleet.rows.tpu]",
    ),
    "a table for a cell": (
        "[fleet.rows.tpu.quantity]\nvalue = 5\n",
        (
            "x.toml:1: fleet.rows.tpu.quantity: is a table; "
            "give the value here, and its source under about.quantity"
        ),
    ),
    "a value for a section": (
        "training = 5\n",
        "x.toml:1: training: 5 is not a table; write [training] and its keys",
    ),
    "a unit in an overlay": (
        '[training.mfu]\nunit = "x"\n',
        'x.toml:2: training.mfu.unit: may not change from "share"; remove it',
    ),
    "an option in an overlay": (
        '[cases.columns.hold]\noptions = ["Target"]\n',
        "x.toml:2: cases.columns.hold.options: may not change from a list; remove it",
    ),
    "a whole number declared in an overlay": (
        "[training.mfu]\nwhole = true\n",
        "x.toml:2: training.mfu.whole: may not be set outside the baseline; remove it",
    ),
    "another schema": (
        "schema = 2\n",
        (
            "x.toml:1: schema: 2 is not a version that this program reads; it reads 1; "
            "use a newer version of the program"
        ),
    ),
    "a row key": (
        "[fleet.rows.TPU7]\n",
        "x.toml:1: fleet.rows.TPU7: is not a key; use small letters, digits and single underscores",
    ),
    "a formula for a text": (
        '[fleet.rows.tpu]\nprovider = "=1+1"\n',
        (
            'x.toml:2: fleet.tpu.provider: "=1+1" starts with =, '
            "which a spreadsheet reads as a formula; reword it"
        ),
    ),
    "an empty text": (
        '[fleet.rows.tpu]\nprovider = ""\n',
        "x.toml:2: fleet.tpu.provider: is empty; write some text",
    ),
    "a control character": (
        '[fleet.rows.tpu]\nprovider = "a\\tb"\n',
        "x.toml:2: fleet.tpu.provider: has a control character or a line break; remove it",
    ),
    "a long text": (
        f'[fleet.rows.tpu]\nprovider = "{"a" * 61}"\n',
        "x.toml:2: fleet.tpu.provider: has 61 characters, where 60 are allowed; shorten it",
    ),
    "a wildcard in a label": (
        '[scenarios.rows.own]\nlabel = "What if?"\n',
        (
            'x.toml:2: scenarios.own.label: "What if?" has one of * ? ~, '
            "which lookups read as wildcards; reword it"
        ),
    ),
    "a label twice": (
        '[scenarios.rows.own]\nlabel = "3 · training"\n',
        (
            'x.toml:2: scenarios.own.label: "3 · training" is also the label of training_first; '
            "reword one"
        ),
    ),
    "weights that do not sum": (
        "[sizes.rows.s405b]\nweight = 0.3\n",
        (
            "x.toml:2: sizes.s405b.weight: weights sum to 0.9, not to 1; "
            "change sizes.s8b.weight, sizes.s70b.weight, sizes.s405b.weight"
        ),
    ),
    "P2 shares that do not sum": (
        "[scenarios.rows.revenue_first]\nresearch = 0.5\n",
        (
            "x.toml:2: scenarios.revenue_first.research: "
            "inference, training and research sum to 1.1; make it 1"
        ),
    ),
    "P0 and buffer over supply": (
        "[allocation]\nbuffer = 0.95\n",
        "x.toml:2: allocation.buffer: P0 and the buffer take 1.05 of supply; make it at most 1",
    ),
    "P1 over what is left": (
        "[scenarios.rows.own]\np1 = 0.8\n",
        "x.toml:2: scenarios.own.p1: P0, the buffer and P1 of own take 1.05; make it at most 1",
    ),
    "an unknown chip": (
        '[commitments.rows.azure_nvidia]\nchip = "B300"\n',
        (
            'x.toml:2: commitments.azure_nvidia.chip: "B300" is not in the fleet; '
            'write one of "Trainium 2", "TPU", "B200"'
        ),
    ),
    "a chip twice": (
        '[fleet.rows.tpu]\nchip = "Trainium 2"\n',
        'x.toml:2: fleet.tpu.chip: "Trainium 2" is the chip of trainium2 and tpu; rename one',
    ),
    "two sizes for a class": (
        '[sizes.rows.s8b]\nmodel_class = "Opus"\n',
        'x.toml:2: sizes.s8b.model_class: two sizes stand for "Opus"; give each its own class',
    ),
    "no price for a class": (
        "[prices.rows]\n"
        + "".join(f'{row}.model_class = "Opus"\n' for row in ("sonnet_4", "sonnet_4_5")),
        (
            'x.toml:3: prices.sonnet_4_5.model_class: no price has the class "Sonnet", '
            "which sizes give a weight; add one"
        ),
    ),
}


@pytest.mark.parametrize(("text", "message"), OVERLAY_FAULTS.values(), ids=OVERLAY_FAULTS)
def test_a_fault_says_where_what_and_how(
    text: str, message: str, faults: Callable[..., Faults]
) -> None:
    """Each fault of an overlay names file, line, key, what was found and what to write."""
    assert message in faults(text)


SETTING_FAULTS = {
    "training.mfu": "--set: training.mfu: is not a setting; "
    "write id=value, such as training.mfu=0.45",
    "=5": "--set: =5: is not a setting; write id=value, such as training.mfu=0.45",
    "training.mfuu=0.5": "--set: training.mfuu: there is no such input; did you mean training.mfu?",
    "zzz=0.5": "--set: zzz: there is no such input; ids are section.input or table.row.column",
    "training.mfu=50": "--set: training.mfu: 50 is outside 0.05 to 1. Did you mean 0.5 (50 %)?",
    "training.mfu=": "--set: training.mfu: is blank; give a number",
    "training.mfu=1.234,56": '--set: training.mfu: "1.234,56" is not a number; '
    "write it plainly, such as 1234.56 or 2e6",
    "training.mfu=true": '--set: training.mfu: "true" is not a number; '
    "write it plainly, such as 1234.56 or 2e6",
    "training.mfu=NaN": '--set: training.mfu: "NaN" is not finite; write a finite number',
    "training.mfu=1e999": "--set: training.mfu: inf is not finite; write a finite number",
    "training.mfu=1e9999": '--set: training.mfu: "1e9999" is not a number; '
    "write it plainly, such as 1234.56 or 2e6",
    "training.overhead=50%": '--set: training.overhead: "50%" is a percentage, '
    "and the unit is x; write a number in it",
    "sizes.s8b.tensor_parallel=1.5": "--set: sizes.s8b.tensor_parallel: 1.5 has a fraction; "
    "give a whole number",
    "control.as_of=24/02/2026": '--set: control.as_of: "24/02/2026" is not a date; '
    "write one such as 2026-02-24",
    "control.as_of=2026-02-30": '--set: control.as_of: "2026-02-30" is not a date; '
    "write one such as 2026-02-24",
    "cases.own_1.hold=3": '--set: cases.own_1.hold: "3" is not a choice; '
    'write one of "Target", "Hours"',
    "fleet.tpu.provider=@sum": '--set: fleet.tpu.provider: "@sum" starts with @, '
    "which a spreadsheet reads as a formula; reword it",
}


@pytest.mark.parametrize(("setting", "message"), SETTING_FAULTS.items())
def test_a_bad_setting_is_told(setting: str, message: str, faults: Callable[..., Faults]) -> None:
    """Each fault of a setting names its id, what was found and what to write."""
    assert faults(told=[setting]) == [message]


UNREADABLE = {
    "not UTF-8": (
        b'[meta]\ntitle = "caf\xe9"\n',
        "x.toml:2: byte 0xe9 is not UTF-8; save the file as UTF-8",
    ),
    "not TOML": (
        b"[training]\nmfu 0.5\n",
        (
            "x.toml:2: is not valid TOML: expected '=' after a key in a key/value pair; "
            "correct this line"
        ),
    ),
    "a comma for a point": (
        b"[training]\nmfu = 0,5\n",
        (
            "x.toml:2: is not valid TOML: expected newline or end of document after a statement; "
            "correct this line"
        ),
    ),
    "cut short": (
        b"[training]\nmfu = [\n",
        "x.toml:2: is not valid TOML: invalid value; correct this line",
    ),
    "a key twice": (
        b"[training]\nmfu = 0.5\nmfu = 0.4\n",
        "x.toml:3: training.mfu: is given twice in this file; keep one",
    ),
    "a table twice": (
        b"[training.mfu]\nvalue = 0.5\n[training.mfu]\nlow = 0.1\n",
        "x.toml:3: training.mfu: is given twice in this file; keep one",
    ),
    "digits without end": (
        b"[training]\nmfu = " + b"9" * 5000 + b"\n",
        "x.toml: has a number too long or brackets too deep to read; write it plainly",
    ),
}


@pytest.mark.parametrize(("data", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_file_is_told(
    data: bytes, message: str, faults: Callable[..., Faults]
) -> None:
    """A file that is not UTF-8 or not TOML gives one fault with its line."""
    assert faults(data) == [message]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A path that leads nowhere, to a folder or to what cannot be opened is a fault of its own."""
    with pytest.raises(InputFaults) as caught:
        load([tmp_path / "nowhere.toml", tmp_path, tmp_path / ("a" * 300)])
    assert [fault.message for fault in caught.value.faults] == [
        "there is no such file; check the path",
        "is a folder; give a TOML file",
        "cannot be read: File name too long",
    ]


def test_all_faults_of_all_files_come_at_once(faults: Callable[..., Faults]) -> None:
    """Faults of two files and of the settings stand in one exception, in the order of lines."""
    found = faults(
        "[training]\noverhead = 0\nmfuu = 1\nmfu = 2\n",
        "broken",
        "[allocation]\np0 = 2\n[sizes]\nrows.s8b.weight = 0.2\n",
        told=["nothing"],
    )
    places = [fault.split(": ")[0] for fault in found]
    assert places == [
        "x.toml:2",
        "x.toml:3",
        "x.toml:4",
        "y.toml:1",
        "z.toml:2",
        "z.toml:4",
        "--set",
    ]


def test_an_incomplete_row_names_every_missing_column(faults: Callable[..., Faults]) -> None:
    """A new row without label, chip, quantity and ratio gives a fault for each."""
    found = faults('[fleet.rows.gb200]\nprovider = "CoreWeave"\n')
    assert found == [
        "x.toml:1: fleet.gb200.label: is missing; add it",
        *(
            f"x.toml:1: fleet.gb200.{column}: is missing; "
            "every row needs provider, chip, quantity, ratio"
            for column in ("chip", "quantity", "ratio")
        ),
    ]


def test_an_empty_fleet_is_told(faults: Callable[..., Faults]) -> None:
    """With no chips and no commitment there is no capacity to divide."""
    nothing = ["fleet.trainium2.quantity=0", "fleet.tpu.quantity=0"]
    message = "the fleet has no capacity at all; give some chips"
    spent = [*nothing, "commitments.azure_nvidia.commitment=0"]
    assert faults(told=spent) == [f"--set: fleet.trainium2.quantity: {message}"]
    assert load((), nothing).fleet.row("tpu").quantity.value == 0


BASELINE_FAULTS = {
    "schema = 1\n": (": schema: is missing; write schema = 1",),
    'label = "Fleet"\n': (": fleet.label: is missing; add it",),
    "[training.overhead]": (
        ": training.overheads: unknown key; did you mean overhead?",
        ": training.overhead: is missing; add it",
    ),
    'source = "Memo 004, three model variants a family"\n': (
        ": training.variants_per_run.source: is missing; add it",
    ),
    'unit = "USD/(chip·h)"\n': (
        ": commitments.columns.price.unit: is missing; add it",
        ": commitments.azure_nvidia.price.unit: is missing; add it",
    ),
    'label = "Grok 2"\n': (": models.grok_2.label: is missing; add it",),
}


@pytest.mark.parametrize(("cut", "messages"), BASELINE_FAULTS.items())
def test_the_baseline_must_be_complete(cut: str, messages: Sequence[str], tmp_path: Path) -> None:
    """A line missing from the complete file is a fault of that file."""
    text = MEMO.read_text(encoding="utf-8")
    assert text.count(cut) == 1
    kept = cut.replace("]", "s]") if cut.startswith("[") else ""
    base = tmp_path / "base.toml"
    base.write_text(text.replace(cut, kept), encoding="utf-8")
    with pytest.raises(InputFaults) as caught:
        load_over(base, [], [])
    for message in messages:
        assert any(
            line.startswith("base.toml") and line.endswith(message)
            for line in str(caught.value).splitlines()
        ), message


def test_a_missing_attribute_points_at_its_table(tmp_path: Path) -> None:
    """The line of a missing source is that of the input's heading."""
    text = MEMO.read_text(encoding="utf-8")
    base = tmp_path / "base.toml"
    base.write_text(text.replace('source = "Memo 004, estimate of the length', 'surce = "'))
    with pytest.raises(InputFaults) as caught:
        load_over(base, [], [])
    lines = text.split("\n")
    place = {fault.key: fault.line for fault in caught.value.faults}
    assert place["commitments.azure_nvidia.years.source"] is not None
    assert lines[place["commitments.columns.years.surce"] or 0].startswith("as_of")


def test_a_fault_prints_its_place() -> None:
    """A fault without a line or a key leaves them out."""
    assert str(Fault("memo.toml", 41, "training.mfu", "is missing")) == (
        "memo.toml:41: training.mfu: is missing"
    )
    assert str(Fault("--set", None, "", "is empty")) == "--set: is empty"
