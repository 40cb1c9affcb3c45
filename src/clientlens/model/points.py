"""How a rate of points is written: points for one unit of money, `1`, `0.5` or, for another currency, `USD=0.9`."""

from __future__ import annotations

import re

RATE_DECIMALS = 4
RATE = re.compile(rf"(?:([A-Za-z]{{3}})\s*=\s*)?([0-9]{{1,6}})(?:\.([0-9]{{1,{RATE_DECIMALS}}}))?")
"""Currency, whole part and decimals."""
