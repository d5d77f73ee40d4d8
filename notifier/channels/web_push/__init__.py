"""Web Push: RFC 8030 (the request), RFC 8291 (its encryption), RFC 8292 (who we are).

A browser names an address at its maker's service, which is somebody's word like any other: it is
reached through oo.lib.http, and never inside our network.
"""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifier.base import BadAddress, Channel, ChannelManifest, Gone, Message
from notifier.channels.web_push.keys import VapidKey
from notifier.channels.web_push.sealing import Recipient, seal
from oo.lib.configuration import value_of
from oo.lib.http import Api, ApiError, Limits, Refused, web_address
from oo.lib.manifests import Setting
from oo.lib.text import one_line

KEY = Setting(
    "OO_VAPID_KEY",
    "Shows the services of browsers that a notification comes from this oO. Another key ends every "
    "device's subscription.",
    "32 bytes in base64url",
)
LIMITS = Limits(timeout_s=10.0, deadline_s=15.0, max_bytes=64 * 1024)
LONGEST_ADDRESS = 2_000
LONGEST_TITLE, LONGEST_BODY = 200, 400
GONE = (404, 410)


class WebPush(Channel):
    manifest = ChannelManifest("web-push", _("Browser"), 1, settings=(KEY,))

    def is_set_up(self) -> bool:
        return bool(value_of(KEY))

    def public_key(self) -> str:
        return VapidKey.load(value_of(KEY)).public

    def read_address(self, given: str) -> str:
        """A PushSubscription as JSON.stringify writes it; what else is in it is left out."""
        if len(given) > LONGEST_ADDRESS:
            raise BadAddress("too long")
        try:
            told = json.loads(given)
            endpoint, keys = str(told["endpoint"]), told["keys"]
            Recipient.load(keys["p256dh"], keys["auth"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadAddress("not a PushSubscription") from None
        try:
            address = web_address("push", endpoint)
        except Refused as refused:
            raise BadAddress(refused.detail) from None
        if not address.startswith("https:") and not settings.OO_PRIVATE_HOSTS_ALLOWED:
            raise BadAddress("not https")
        kept = {"endpoint": endpoint, "p256dh": keys["p256dh"], "auth": keys["auth"]}
        return json.dumps(kept, sort_keys=True)

    def send(self, address: str, message: Message, *, ttl_s: int) -> None:
        device = json.loads(address)
        parts = urlsplit(device["endpoint"])
        origin = f"{parts.scheme}://{parts.netloc}"
        key = VapidKey.load(value_of(KEY))
        headers = {
            "Authorization": key.authorization(origin, subject=settings.OO_BASE_URL),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(ttl_s),
            "Urgency": str(message.urgency),
            "Topic": message.topic,
        }
        body = seal(_told(message), Recipient.load(device["p256dh"], device["auth"]))
        try:
            with Api(
                "push",
                origin,
                limits=LIMITS,
                public_only=True,
                allow_private=settings.OO_PRIVATE_HOSTS_ALLOWED,
            ) as api:
                params = dict(parse_qsl(parts.query)) or None
                api.send("POST", parts.path, params=params, content=body, headers=headers)
        except ApiError as error:
            if error.status in GONE:
                raise Gone from None
            raise


def _told(message: Message) -> bytes:
    """What the service worker reads: templates/tips/sw.js. Far below the 4,096 bytes of a push."""
    told = {
        "title": one_line(message.title, LONGEST_TITLE),
        "body": one_line(message.body, LONGEST_BODY),
        "tag": message.topic,
        "path": message.path,
        "actions": [{"action": a.key, "title": a.title, "path": a.path} for a in message.actions],
    }
    return json.dumps(told, ensure_ascii=False).encode()
