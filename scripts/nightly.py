#!/usr/bin/env python3
"""Run what is too slow for every change: all checks with deep fuzzing, the tests marked `nightly`, and the audit.

python3 scripts/nightly.py
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    test = str(Path(__file__).with_name("test.py"))
    os.execv(sys.executable, [sys.executable, test, "--nightly", *sys.argv[1:]])  # noqa: S606 - no shell is meant
