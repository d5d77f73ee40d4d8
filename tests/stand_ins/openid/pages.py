"""The pages that a person sees. They work without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlencode

from tests.stand_ins.openid.people import Person
from tests.stand_ins.openid.wire import Answer


def choose_person(
    provider: str, people: Iterable[tuple[Person, str]], path: str, params: Mapping[str, str]
) -> Answer:
    """``people`` come with the address to show. The question travels on in the query string, so
    that pressing a button is the same request plus one field."""
    buttons = "".join(
        f'<p><button name="person" value="{escape(person.sub)}">'
        f"{escape(person.name)} &lt;{escape(email)}&gt;</button></p>"
        for person, email in people
    )
    action = escape(f"{path}?{urlencode(params)}")
    form = (
        f'<form method="post" action="{action}">{buttons}'
        '<p><button name="cancel" value="1">Cancel</button></p></form>'
    )
    return _page(f"Sign in with {provider} (stand-in)", form)


def post_onwards(address: str, fields: Mapping[str, str]) -> Answer:
    """A form that sends itself, as OAuth 2.0 Form Post Response Mode has it; the button is for
    those without JavaScript."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    form = (
        f'<form method="post" action="{escape(address)}">{hidden}<button>Continue</button></form>'
        "<script>document.forms[0].submit()</script>"
    )
    return _page("Going back to the app", form)


def refusal(error: str, description: str, status: int = 400) -> Answer:
    """Shown instead of redirecting, when there is no address that may be trusted."""
    return _page(f"Error: {error}", f"<p>{escape(description)}</p>", status)


def _page(title: str, content: str, status: int = 200) -> Answer:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title></head>"
        f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
    return Answer(status, html.encode())
