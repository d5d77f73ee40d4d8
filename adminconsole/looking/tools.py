"""The tools that run beside oO: which there are, and how they are, asked now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oo.lib.http import Api, ApiError, Limits, Refused, web_address
from oo.lib.http.addresses import plain_host
from oo.lib.words import Words

# Their word that they are well is short; whoever needs longer is not well.
PATIENCE = Limits(timeout_s=0.5, deadline_s=0.5, max_bytes=64 * 1024)
# Of the dashboard in deploy/grafana/dashboards/oo.json, and those of its panels that are shown.
DASHBOARD, PANELS = "oo", (1, 2, 4, 6)


@dataclass(frozen=True, slots=True)
class Tool:
    """
    key      names its settings, OO_TOOL_<KEY>_URL and OO_TOOL_<KEY>_ASK_URL
    says     what it is for
    profile  of docker-compose.yml, which starts it
    health   the path below its address that says whether it is well
    """

    key: str
    title: str
    says: Words
    profile: str
    health: str

    @property
    def setting(self) -> str:
        return f"OO_TOOL_{self.key.upper()}_URL"

    @property
    def url(self) -> str:
        """Where a browser finds it; "" where it is not set up."""
        found: str = getattr(settings, self.setting)
        return found

    @property
    def ask_url(self) -> str:
        found: str = getattr(settings, f"OO_TOOL_{self.key.upper()}_ASK_URL")
        return found

    @property
    def command(self) -> str:
        return f"docker compose --profile {self.profile} up -d"


TOOLS = (
    Tool(
        "mlflow",
        "MLflow",
        gettext_lazy("Keeps what experiments with models were tried with, and what they brought."),
        profile="mlflow",
        health="health",
    ),
    Tool(
        "grafana",
        "Grafana",
        gettext_lazy("Draws the numbers of this installation over time, and its alerts."),
        profile="grafana",
        health="api/health",
    ),
    Tool(
        "flower",
        "Flower",
        gettext_lazy("Shows each worker, and which tasks it has in hand."),
        profile="flower",
        health="healthcheck",
    ),
    Tool(
        "webui",
        "Open WebUI",
        gettext_lazy("A chat with the language models of this installation, to try them by hand."),
        profile="webui",
        health="health",
    ),
    Tool(
        "notebook",
        "Marimo",
        gettext_lazy("A notebook that asks the database, as a role that can only read."),
        profile="notebook",
        health="health",
    ),
)
BY_KEY = {tool.key: tool for tool in TOOLS}


@dataclass(frozen=True, slots=True)
class Found:
    """
    is_well  None where it is not set up
    link     "" where there is none to follow
    """

    tool: Tool
    is_well: bool | None
    says: str
    link: str = ""


def look_at_tools() -> list[Found]:
    """All of them at once, so that it takes half a second at most, however many are away."""
    with ThreadPoolExecutor(len(TOOLS)) as threads:
        # Words are found afterwards: a thread does not know the language of who reads them.
        return [*map(_told, TOOLS, [*threads.map(_fault, TOOLS)])]


def look_at(tool: Tool) -> Found:
    """Half a second at most. No query."""
    return _told(tool, _fault(tool))


def _fault(tool: Tool) -> ApiError | None:
    """Why it is not well. The addresses are those of whoever runs this oO, so that private ones
    are as good as others; no person can type one."""
    if not tool.url:
        return None
    try:
        _parts(tool)
        with Api(tool.key, f"{tool.ask_url.rstrip('/')}/", limits=PATIENCE) as api:
            api.send("GET", tool.health)
    except ApiError as error:
        return error
    return None


def _told(tool: Tool, fault: ApiError | None) -> Found:
    if not tool.url:
        return Found(tool, None, _("not set up"))
    if fault is None:
        return Found(tool, True, _("answers"), tool.url)
    if isinstance(fault, Refused):
        return Found(tool, False, _("its address in the settings is none of the web"))
    if fault.status is not None:
        return Found(tool, False, _("answers with %(status)s") % {"status": fault.status}, tool.url)
    return Found(tool, False, _("no answer (%s)") % fault.detail, tool.url)


def grafana_frames() -> list[str]:
    """Addresses of the panels that the page shows; none where Grafana is not set up."""
    if not frame_origins():
        return []
    board = f"{BY_KEY['grafana'].url.rstrip('/')}/d-solo/{DASHBOARD}/oo"
    return [f"{board}?panelId={panel}&from=now-24h&to=now" for panel in PANELS]


def frame_origins() -> list[str]:
    """Scheme, host and port of Grafana, or nothing: they become a part of a header."""
    try:
        parts = _parts(BY_KEY["grafana"])
    except Refused:
        return []
    return [f"{parts.scheme}://{parts.netloc}"]


def _parts(tool: Tool) -> SplitResult:
    """Of where browsers find it. Raises Refused for what is no address, or has a host that could
    be read as more than one word of a header."""
    parts = urlsplit(web_address(tool.key, tool.url))
    plain_host(parts.hostname or "")
    return parts
