"""Time the programs of this project against others of their kind: bench/run.py [--runs N]."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from contests import build_against_libreoffice, slice_against_modeleon
from environments import SkippedError
from reserve_speed import reserve_against_slosizer, reserve_against_vllm
from timing import Result, run, table

CONTESTS = (
    build_against_libreoffice,
    slice_against_modeleon,
    reserve_against_slosizer,
    reserve_against_vllm,
)


def main() -> int:
    """Hold every contest that can be held here and print the table; 1 if a program failed."""
    parser = argparse.ArgumentParser(description="Time this project against others.")
    parser.add_argument("--runs", type=int, default=7, help="runs of each program (default: 7)")
    runs = parser.parse_args().runs
    if runs < 1:
        parser.error("--runs takes a whole number from 1 up")
    results: list[Result] = []
    status = 0
    for prepare in CONTESTS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                results.append(run(prepare(Path(folder)), runs))
            except SkippedError as reason:
                print(f"Skipped {prepare.__name__}: {reason}", file=sys.stderr)
            except subprocess.CalledProcessError as error:
                print(f"{' '.join(error.cmd)} failed:\n{error.stderr}", file=sys.stderr)
                status = 1
    print(f"Median of {runs} runs of each, taken in turn; whole processes.")
    print(table(results))
    return status


if __name__ == "__main__":
    sys.exit(main())
