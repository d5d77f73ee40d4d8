"""python -m tests.concurrency.on_sqlite JOB: one of the processes of test_sqlite.py."""

from __future__ import annotations

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    # Models can be imported only now.
    import_module("tests.concurrency.jobs").main(sys.argv[1])
