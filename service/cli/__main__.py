"""`python -m service.cli`: the same as `qianyin`."""

from __future__ import annotations

import sys

from service.cli.program import main

sys.exit(main())
