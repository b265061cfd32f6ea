"""A house's existing contracts, made up: what the demonstration takes in. Owns the files in `data`, for reading."""

from __future__ import annotations

from pathlib import Path
from typing import Final

CONTRACTS: Final = Path(__file__).with_name("data") / "legacy-contracts.csv"
"""Twenty contracts; two clash over traditional-character editions. No house, person or book in it exists."""
