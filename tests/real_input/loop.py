"""python -m tests.real_input.loop FOLDER ...: see calendars_loop.py. In memory; nothing is kept."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "oo.settings.test"
    django.setup()
    # Models can be imported only now.
    import_module("tests.real_input.calendars_loop").main(sys.argv[1:])
