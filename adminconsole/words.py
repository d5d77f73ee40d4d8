"""What the console calls models and fields, in the language of who looks.

The English is Django's own, made of the names in the code, so that no model has to say twice what
it is called. Whoever looks for a word to translate finds it here, as gettext does.
"""

from __future__ import annotations

from django.db.models import Model
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

MODELS = (
    _("agent output"), _("agent outputs"), _("agent switch"), _("agent switches"), _("api token"),
    _("api tokens"), _("calendar event"),
    _("calendar events"), _("completion"), _("completions"), _("connection"), _("connections"),
    _("consent"), _("consents"), _("counted day"), _("counted days"), _("delivery"),
    _("deliveries"), _("device"), _("devices"), _("deletion receipt"), _("deletion receipts"),
    _("departure"), _("departures"), _("event record"), _("event records"), _("look schedule"),
    _("look schedules"), _("model call"), _("model calls"), _("policy switch"),
    _("policy switches"), _("profile"), _("profiles"),
    _("provider token"), _("provider tokens"), _("reading"), _("readings"), _("session"),
    _("sessions"), _("sweep"), _("sweeps"), _("task"), _("tasks"), _("tip"), _("tips"),
    _("tip decision"), _("tip decisions"), _("tip schedule"), _("tip schedules"),
    _("interruption"), _("interruptions"), _("push channel"), _("push channels"),
    _("usefulness fit"), _("usefulness fits"), _("wish"),
    _("wishes"),
)  # fmt: skip
FIELDS = (
    _("active at"), _("added at"), _("agent"), _("alias"), _("answered at"), _("asked at"),
    _("at"), _("attempts"), _("attendees"), _("began at"), _("body"), _("candidate count"),
    _("candidate"), _("changed at"), _("channel"), _("chooser"), _("chosen"),
    _("claimed until"), _("completed at"), _("completion key"), _("confidence"),
    _("connected at"), _("cost usd"), _("count"), _("created at"), _("dated from"), _("day"),
    _("deadline on"), _("delayed reward"), _("device"), _("dismissed"), _("done"), _("dropped"),
    _("due on"), _("due time"), _("due zone"), _("duration min"), _("dwell s"), _("dwells"),
    _("ended at"), _("ends at"), _("ends on"), _("error"), _("expire date"), _("expires at"),
    _("external id"), _("failed"), _("features"), _("fingerprint"), _("finished at"),
    _("fitted at"), _("granted at"), _("granted by"), _("hint"), _("hours"), _("is busy"),
    _("is changed"), _("is local"), _("is recurring"), _("key"), _("kind"),
    _("last answered"), _("last error"),
    _("last used at"), _("later until"), _("left host"), _("locale"), _("looked at"), _("loss"),
    _("made at"), _("mirrored as"), _("model"), _("most a day"), _("ms"), _("name"),
    _("needed"), _("next at"), _("next look at"), _("next sync at"), _("not after"),
    _("not before"), _("occurrence"), _("off since"), _("often"), _("organises"), _("outcome"),
    _("people"), _("policy version"), _("policy"), _("polished at"), _("prior loss"),
    _("priority"), _("probability"), _("prompt version"), _("prompt"), _("propensity"),
    _("provider"), _("purpose"), _("quiet from"), _("quiet until"), _("reaction"), _("read at"),
    _("reader"), _("reason"), _("refreshing until"), _("rest until"), _("rests until"),
    _("returned at"), _("revision"), _("revoked at"), _("reward"), _("scopes"), _("seen at"),
    _("sending at"), _("sent at"), _("served"), _("shift"), _("shown at"), _("shows"), _("silence"),
    _("since"), _("slope"), _("snoozed"), _("source"), _("spoken"), _("starts at"), _("starts on"),
    _("state"), _("subject"), _("synced at"), _("tip"), _("tokens in"), _("tokens out"), _("topic"),
    _("trace"), _("uid"), _("undo until"), _("updated at"), _("user id"), _("user"),
    _("version"), _("weights"), _("why"), _("withdrawn at"), _("worded at"), _("wording"),
    _("written"), _("zone is known"),
)  # fmt: skip


# What Unfold's templates say, whose own catalogues do not come along.
UNFOLD = (
    _("Action"), _("All applications"), _("Apply Filters"), _("Cancel"), _("Clear all filters"),
    _("Clear selection"), _("Click to cancel"), _("Close"), _("Dark"), _("Expand row"),
    _("Filter navigation items"), _("Filters"), _("General"), _("Go back"), _("Hide counts"),
    _("Light"), _("Loading more results..."), _("More actions"), _("No data"),
    _("No recent searches"), _("No results found"), _("No results matching your query"),
    _("Next"), _("Previous"), _("Recent searches"), _("Reset filters"), _("Return to site"),
    _("Search apps and models..."), _("Select record"), _("Show counts"), _("System"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("Type to search"), _("Unknown content"), _("View"), _("Welcome back to"),
)  # fmt: skip


def translate_names(model: type[Model]) -> None:
    """Names that the model marks for translation itself stay as they are.

    No migration comes of it: those read what the code says.
    """
    named = model._meta
    if isinstance(named.verbose_name, str):
        named.verbose_name_plural = gettext_lazy(str(named.verbose_name_plural))
        named.verbose_name = gettext_lazy(named.verbose_name)
    for field in named.concrete_fields:
        if isinstance(field.verbose_name, str):
            field.verbose_name = gettext_lazy(field.verbose_name)
