"""Reading traces: forms of files and times, and what is said of each bad row."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simcore.faults import ParameterFaults
from simcore.fitting.columns import Role
from simcore.fitting.stamps import Clock
from simcore.fitting.trace import Trace, read_trace

PLAIN = "user,timestamp,tokens\na,2024-03-01 08:00:00,10\nb,2024-03-01 09:30:00,20\n"


def trace_of(tmp_path: Path, content: str | bytes, **options: Any) -> Trace:
    path = tmp_path / "trace.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    given_columns = {role: options.pop(role) for role in Role if role in options}
    return read_trace(path, given_columns, **options)


def refusal(tmp_path: Path, content: str | bytes, **options: Any) -> str:
    with pytest.raises(ParameterFaults) as caught:
        trace_of(tmp_path, content, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        PLAIN.encode("utf-16"),
        gzip.compress(PLAIN.encode(), mtime=0),
        PLAIN.replace("user", '"User ID"').replace("timestamp", "createdAt"),
        PLAIN.replace("\na,", '\n"a",').replace("\n", "\n\n"),
        PLAIN.replace("a,2024", "ä,2024").encode("latin-1"),
    ],
)
def test_forms_of_files_read_alike(tmp_path: Path, content: str | bytes) -> None:
    """Delimiters, line ends, marks, encodings, compression and quotes change nothing."""
    trace = trace_of(tmp_path, content)
    assert np.diff(trace.seconds).tolist() == [5400.0]
    assert trace.users is not None
    assert sorted(trace.users.tolist()) == [0, 1]
    assert trace.tokens is not None
    assert trace.tokens.tolist() == [10.0, 20.0]
    assert trace.bad_rows == 0


def test_parquet_reads_as_csv(tmp_path: Path) -> None:
    """Instants with a zone in Parquet keep it, and a null is a bad row."""
    times = pa.array([1_709_280_000_000, 1_709_285_400_000, None], pa.timestamp("ms", tz="UTC"))
    table = pa.table({"user": ["a", "b", "c"], "timestamp": times, "tokens": [10, 20, 30]})
    path = tmp_path / "trace.parquet"
    pq.write_table(table, path)
    trace = read_trace(path, {})
    assert trace.clock is Clock.ZONED
    assert np.diff(trace.seconds).tolist() == [5400.0]
    assert [str(fault) for fault in trace.faults] == ["trace.parquet:3: the time is empty"]


@pytest.mark.parametrize(
    ("first", "second", "clock"),
    [
        ("2024-03-01T08:00:00Z", "2024-03-01T10:30:00+01:00", Clock.ZONED),
        ("2024/3/1 8:00", "2024/3/1 9:30", Clock.NAIVE),
        ("2024-03-01 08:00:00.0000000", "2024-03-01 09:30:00.0000000", Clock.NAIVE),
        ("1709280000", "1709285400", Clock.EPOCH),
        ("1709280000.0", "1709285400.0", Clock.EPOCH),
        ("1709280000000", "1709285400000", Clock.EPOCH),
        ("1709280000000000", "1709285400000000", Clock.EPOCH),
        ("0", "5400", Clock.RELATIVE),
    ],
)
def test_forms_of_times_mean_the_same(
    tmp_path: Path, first: str, second: str, clock: Clock
) -> None:
    """An hour and a half lies between the two, in each form of time."""
    trace = trace_of(tmp_path, f"user,time\na,{first}\nb,{second}\n")
    assert trace.clock is clock
    assert np.diff(trace.seconds).tolist() == [5400.0]
    if trace.dated:
        assert trace.local[0] % 86_400 == 8 * 3600


def test_milliseconds_by_name(tmp_path: Path) -> None:
    """A relative column called timestamp_ms is in milliseconds."""
    assert trace_of(tmp_path, "timestamp_ms\n0\n1500\n").span == 1.5


def test_the_zone_moves_the_clock_on_the_wall(tmp_path: Path) -> None:
    """Noon UTC is one o'clock in Berlin in winter, and two in summer."""
    content = "time\n2024-01-10T12:00:00Z\n2024-07-10T12:00:00Z\n"
    trace = trace_of(tmp_path, content, zone="Europe/Berlin")
    assert (trace.local % 86_400 / 3600).tolist() == [13.0, 14.0]
    assert "no time zone" in refusal(tmp_path, content, zone="Europe/Atlantis")


def test_a_start_dates_relative_times(tmp_path: Path) -> None:
    """With --start 12:00, an hour later is 13:00."""
    trace = trace_of(tmp_path, "t\n0\n3600\n", start="2025-09-17 12:00")
    assert (trace.local % 86_400 / 3600).tolist() == [12.0, 13.0]
    assert "dates of their own" in refusal(tmp_path, PLAIN, start="2025-09-17")


def test_bad_rows_are_told_by_line_all_at_once(tmp_path: Path) -> None:
    """Five faults of four kinds stand with their lines; the good rows are kept."""
    content = (
        "user,timestamp,tokens\n"  # line 1
        "a,2024-03-01 08:00:00,10\n"
        "b,yesterday,20\n"  # line 3
        ",2024-03-01 09:00:00,30\n"  # line 4
        "c,2024-03-01 09:30:00\n"  # line 5
        "d,2024-02-30 09:30:00,1\n"  # line 6
        'e,"2024-03-01 10:00:00Z",1\n'  # line 7
        "f,2024-03-01 10:00:00,many\n"  # fine: only its tokens are missing
    )
    trace = trace_of(tmp_path, content)
    told = [str(fault) for fault in trace.faults]
    assert [line.split(":")[1] for line in told] == ["3", "4", "5", "6", "7"]
    assert [
        text in line
        for text, line in zip(
            (
                '"yesterday" is no date',
                "user is empty",
                "2 cells where the header has 3",
                '"2024-02-30 09:30:00" is no date',
                "with a zone, unlike the others",
            ),
            told,
            strict=True,
        )
    ] == [True] * 5
    assert (trace.rows, trace.bad_rows) == (2, 5)
    assert trace.tokens is not None
    assert np.isnan(trace.tokens[1])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("user,timestamp\n", "has a header and no rows"),
        ("user,timestamp\na,2024-03-01\n", "has 1 rows that can be used"),
        ("user,timestamp\na,1.2.2024 08:00\nb,3.2.2024 08:00\n", "which number is the day"),
        ("user,timestamp\na,soon\nb,later\n", "no known form of time"),
        ("who,what\na,b\nc,d\n", 'name the column of times with --time; there are "who", "what"'),
        ("time,time\n1,2\n3,4\n", 'the column "time" stands twice'),
        (b"PK\x03\x04rest", "is a ZIP archive"),
        (b"PAR1rest", "cannot be read as Parquet"),
        (b"\x1f\x8brest", "is damaged"),
        (b"\0\x01\xff\xfe\x80binary", "holds binary data"),
    ],
)
def test_a_file_with_nothing_usable_is_refused(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    """One message says what is wrong with the file."""
    assert message in refusal(tmp_path, content)


def test_a_column_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    """All columns that were given and are not there are told at once."""
    told = refusal(tmp_path, PLAIN, **{Role.USER: "who", Role.TIME: "when"})
    assert 'there is no column "who"; there are "user", "timestamp", "tokens"' in told
    assert 'there is no column "when"' in told


def test_a_file_without_a_header_finds_its_times(tmp_path: Path) -> None:
    """The first row is data, and the dates are the times."""
    trace = trace_of(tmp_path, "a,2024-03-01 08:00:00\nb,2024-03-01 09:00:00\n")
    assert trace.rows == 2
    assert trace.columns[Role.TIME] == "column 2"
    assert any("no header" in note for note in trace.notes)


def test_an_open_quote_is_told(tmp_path: Path) -> None:
    """A quote that swallows the rest is told with the lines it covers."""
    lines = [f"{n},u" for n in range(0, 50, 5)]
    lines[5] = '25,"u'
    trace = trace_of(tmp_path, "time,user\n" + "\n".join(lines) + "\n")
    assert trace.rows == 5
    assert str(trace.faults[0]).startswith("trace.csv:7: ")
    assert "a quote is open from here to the end" in str(trace.faults[0])


def test_clocks_of_their_own_are_noticed(tmp_path: Path) -> None:
    """Where each user starts at 0, the times are since each user's own start."""
    content = "user,t\n" + "".join(f"{u},{t}\n" for u in "abcd" for t in (0, 7.5, 60.25))
    assert trace_of(tmp_path, content).clock is Clock.OWN


@pytest.mark.parametrize(("step", "tick"), [(3600, 3600.0), (60, 60.0), (1, 1.0), (0.001, 0.001)])
def test_the_clock_s_tick_is_found(tmp_path: Path, step: float, tick: float) -> None:
    """Times that are whole multiples of a usual tick have it as their resolution."""
    times = np.sort(np.random.default_rng(1).choice(10_000, 500, replace=False)).tolist()
    content = "t\n" + "".join(f"{1_700_000_000 + n * step:.6f}\n" for n in times)
    assert trace_of(tmp_path, content).resolution == tick


def test_rates_of_customers_with_the_same_name(tmp_path: Path) -> None:
    """Two rates of one client at one time are told apart by the column that differs."""
    content = "model,client,t,rate\nx,0,0,1\nx,0,600,2\ny,0,0,3\ny,0,600,4\n"
    trace = trace_of(tmp_path, content)
    assert trace.users is not None
    assert len(set(trace.users.tolist())) == 2
    assert trace.window == 600.0
    assert trace.weights.sum() == 600 * (1 + 2 + 3 + 4)
    assert trace.span == 1200.0


cells = st.text(alphabet='ab01:-,;"\n\t /.TZ+eé\0', max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.lists(cells, min_size=1, max_size=4), max_size=6), mark=st.binary(max_size=4)
)
def test_any_text_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], mark: bytes
) -> None:
    """Nothing that a file holds ends in another error than a refusal that says why."""
    path = tmp_path_factory.getbasetemp() / "any.csv"
    body = "user,time,tokens\n" + "\n".join(",".join(row) for row in rows)
    path.write_bytes(mark + body.encode())
    try:
        trace = read_trace(path, {})
    except ParameterFaults:
        return
    assert trace.rows >= 2
    assert np.isfinite(trace.seconds).all()
    assert (np.diff(trace.seconds) >= 0).all()
