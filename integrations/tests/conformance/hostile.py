"""Titles that no person types, which sources say all the same."""

from __future__ import annotations

import re

HOSTILE = {
    "nul": "Pay \0 rent",
    "half a surrogate pair": "Pay \ud800 rent",
    "long": f"Pay {'the ' * 25_000} rent",
    "long word": f"Pay {'x' * 100_000}",
    "markup": 'Pay <script>alert("1")</script> {{ rent }} {% now %}',
    "turned around": "Pay \u202etner\u202c \u2066the\u2069 \u200frent",
    "lines": "Pay\r\nthe\nrent\u2028now\u2029or\x85never",
    "controls": "Pay \x1b[31m\x07\x08 rent\x7f",
}
# As of oo.lib.text: what turns the direction, what ends a line, what no database stores.
UNFIT = re.compile(
    "[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
LONGEST = 500


def is_fit(title: str) -> bool:
    return title.startswith("Pay") and len(title) <= LONGEST and not UNFIT.search(title)
