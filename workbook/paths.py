"""Where the project's files stand: the assumption sets and the generated workbooks."""

from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent

TEMPLATES: Path = _ROOT / "templates"
"""The folder of assumption sets; ``memo.toml`` is the baseline."""

TABLES: Path = TEMPLATES / "tables"
"""The folder of simulated tables that go with the project: those of the shipped presets."""

OUTPUTS: Path = _ROOT / "outputs"
"""The folder that generated workbooks are written to."""
