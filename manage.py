#!/usr/bin/env python
from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oo.settings.local")
    from django.core.exceptions import ImproperlyConfigured

    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # a setting, whose name says more than lines of code
        sys.exit(f"{error}")
    except KeyboardInterrupt:  # what a person meant, and no mistake to show the lines of
        sys.exit(130)


if __name__ == "__main__":
    main()
