"""What Firebase's answers say: google.firebase.fcm.v1.FcmError, in the details of an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oo.lib.http import ApiError

# The two names of what a message is sent to, in the answer's words for a field.
ADDRESS_FIELDS = ("message.token", "message.fid")
# What it says of a token that is none, without naming a field.
OF_A_FALSE_ONE = "registration token"


def code_of(error: ApiError) -> str:
    """UNREGISTERED, QUOTA_EXCEEDED, …; "" when it says none."""
    codes = (detail.get("errorCode") for detail in _details(error))
    return next((code for code in codes if isinstance(code, str)), "")


def is_gone(error: ApiError) -> bool:
    """Whether nobody is at this address, or nobody of this project's. Else it is our mistake."""
    seen = error.status, code_of(error)
    if seen in ((404, "UNREGISTERED"), (403, "SENDER_ID_MISMATCH")):
        return True
    return error.status == 400 and error.reason == "INVALID_ARGUMENT" and _is_address(error)


def _is_address(error: ApiError) -> bool:
    fields = [each.get("field") for detail in _details(error) for each in _violations(detail)]
    if fields:
        return all(field in ADDRESS_FIELDS for field in fields)
    return OF_A_FALSE_ONE in str(_error(error).get("message", "")).lower()


def _error(error: ApiError) -> Mapping[str, Any]:
    told = error.told.get("error")
    return told if isinstance(told, dict) else {}


def _details(error: ApiError) -> Iterator[Mapping[str, Any]]:
    return _objects(_error(error).get("details"))


def _violations(detail: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return _objects(detail.get("fieldViolations"))


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    return (each for each in (value if isinstance(value, list) else ()) if isinstance(each, dict))
