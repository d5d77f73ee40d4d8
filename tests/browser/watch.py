"""What a browser complains about while a test looks elsewhere."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, WebError


class Watch:
    """Collects console errors, refused content (CSP) and uncaught errors of oO's own pages."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._said: list[str] = []
        self._expected = [re.compile("Service Worker registration blocked by Playwright")]

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)

    def expect(self, pattern: str) -> None:
        """A test that asks for a page that is none, or sends what is refused, says so."""
        self._expected.append(re.compile(pattern))

    def expect_no_network(self) -> None:
        """What Chromium says offline; the second where a worker stands between."""
        self.expect("ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to fetch")
        self.expect("htmx:(sendError|afterRequest)")

    @property
    def complaints(self) -> list[str]:
        return [s for s in self._said if not any(e.search(s) for e in self._expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        where = str(message.location.get("url", ""))
        ours = where.startswith(self._origin) or not where
        if ours and message.type in {"error", "warning"}:
            self._said.append(f"{where}: {message.text}")

    def _on_error(self, error: WebError) -> None:
        self._said.append(f"{error.page.url if error.page else ''}: {error.error}")
