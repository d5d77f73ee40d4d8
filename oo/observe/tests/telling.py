"""A process that is told of a Sentry, and in which a view, a task and a decision fail.

python -m oo.observe.tests.telling DSN
"""

from __future__ import annotations

import logging
import os
import sys

import django
from django.conf import settings

from oo.lib.tracing import within

WORDS = "call-my-lawyer-about-the-divorce"
TOKEN = "tok-9f8e7d6c5b"
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


def main(dsn: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "oo.settings.test"
    settings.SENTRY_DSN = dsn
    settings.ROOT_URLCONF = "oo.observe.tests.failing"
    django.setup()
    fail_in_a_view()
    with within(TRACE):
        fail_in_a_task()
        logging.getLogger("django.security").error(f"Invalid HTTP_HOST header: {WORDS}")
        logging.getLogger("tips").error("no decision for %s", WORDS, extra={"title": WORDS})

    import sentry_sdk

    sentry_sdk.flush(10)


def fail_in_a_view() -> None:
    from django.test import Client

    client = Client(raise_request_exception=False)
    client.cookies["session"] = TOKEN
    headers = {"Authorization": f"Bearer {TOKEN}", "traceparent": TRACE, "Referer": WORDS}
    client.post(f"/fails/{WORDS}?code={TOKEN}", {"title": WORDS}, headers=headers)


def fail_in_a_task() -> None:
    from celery import shared_task

    @shared_task(name="tips.tasks.fail")
    def fail(title: str) -> None:
        raise LookupError(title)

    fail.apply((WORDS,))


if __name__ == "__main__":
    main(sys.argv[1])
