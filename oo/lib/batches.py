"""Many things, a few at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` of them, the last one shorter; none of nothing. Reads no further ahead."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
