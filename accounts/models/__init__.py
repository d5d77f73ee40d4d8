from accounts.models.consent import Consent
from accounts.models.departure import Departure
from accounts.models.profile import Profile
from accounts.models.receipt import DeletionReceipt
from accounts.models.session import Session
from accounts.models.token import ApiToken, ProviderToken
from accounts.models.user import User

__all__ = [
    "ApiToken",
    "Consent",
    "DeletionReceipt",
    "Departure",
    "Profile",
    "ProviderToken",
    "Session",
    "User",
]
