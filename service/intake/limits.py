"""How much a sheet may be. Pure: the limits are stated here, and said wherever one is met."""

from __future__ import annotations

from typing import Final

MOST_ROWS: Final = 1_000_000
"""Rows of data in one sheet (a workbook ends at 1,048,576 rows anyway)."""
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 32_767
"""Characters in one cell, as in Excel."""
LONGEST_PATH: Final = 4_096
"""Characters of a file's path."""
LONGEST_WORD: Final = 100
"""Characters of a kind or a number."""
LARGEST_CSV: Final = 8 * 1024**3
LARGEST_WORKBOOK: Final = 256 * 1024**2
"""Bytes of an XLSX file as it lies on the disk."""
LARGEST_UNPACKED: Final = 2 * 1024**3
"""Bytes of all its parts, unpacked."""
LARGEST_STRING_TABLE: Final = 1024**3
"""Bytes of its table of shared strings, unpacked; it is laid on the disk."""
LAST_ROW: Final = 1_048_576
"""The last row a workbook can have."""
LARGEST_ELEMENT: Final = 32 * 1024**2
"""Bytes of one row of a workbook, or of one string, with its marks; the longest honest row has 20 MiB."""
LONGEST_MARKUP: Final = 1024**2
"""Bytes between two marks of its XML: the longest honest cell, each character written as a number, has 300 KiB."""
MOST_ELEMENTS: Final = 3 * 16_384 + 1
"""Elements in one row of it: three for each cell of the widest."""
GREATEST_RATIO: Final = 200
"""Unpacked bytes for one packed byte, in parts of over a megabyte; honest sheets stay below 50."""
MOST_PARTS: Final = 4_000
LARGEST_ATTACHED_FILE: Final = 4 * 1024**3
MOST_ATTACHMENTS: Final = 100
"""Files of one row."""
GREATEST_CAP: Final = 1_000_000
MOST_RECIPIENTS: Final = 10_000
"""Of one row."""
HEADING_WITHIN: Final = 10
"""The headings stand in one of so many first rows; above them may be a banner."""
MOST_PROBLEMS: Final = 1_000
"""Problems listed in full; the rest are counted."""
