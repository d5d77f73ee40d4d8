"""Model fields that oO needs and Django lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import ExpressionWrapper, F
from django.db.models.lookups import Exact, Lookup

from oo.lib.crypto import default_keyring

Set = TypeVar("Set", contravariant=True)
Get = TypeVar("Get", covariant=True)

# The stubs know these as generic, and django-stubs fills in what null=True means; Django does not.
if TYPE_CHECKING:
    TextField = models.TextField
    StrExact = Exact[str]
else:
    StrExact = Exact

    class TextField(models.TextField):
        def __class_getitem__(cls, _types: object) -> type:
            return cls


class EncryptedTextField(TextField[Set, Get]):
    """Text that is readable in Python and sealed in the database; "" and NULL stay as they are.

    context  what binds a ciphertext to its column; "app_label.model.field" when not given. To
             rename the model or the field and keep its rows, give the old one.

    Nothing can be looked up in it but whether it is there: __isnull, and exact with "".
    Not bound to its row, since an insert does not know the primary key yet.
    """

    _pyi_private_set_type: str | models.expressions.Combinable
    _pyi_private_get_type: str
    _pyi_lookup_exact_type: str

    def __init__(self, *args: Any, context: str = "", **kwargs: Any) -> None:
        self.context = context
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.context:
            kwargs["context"] = self.context
        return name, path, args, kwargs

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        found = super().check(**kwargs)
        if self.unique or getattr(self, "db_index", False):
            found.append(Error("A ciphertext can be neither unique nor indexed.", obj=self))
        return found

    def sealed_context(self) -> str:
        return self.context or f"{self.model._meta.label_lower}.{self.name}"

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if hasattr(value, "as_sql"):
            return self._same_column(value)
        text = super().get_db_prep_save(value, connection)
        return default_keyring().encrypt(text, context=self.sealed_context()) if text else text

    def from_db_value(
        self, value: str | None, expression: object, connection: BaseDatabaseWrapper
    ) -> str | None:
        return default_keyring().decrypt(value, context=self.sealed_context()) if value else value

    def get_lookup(self, lookup_name: str) -> type[Lookup[Any]] | None:
        return super().get_lookup(lookup_name) if lookup_name in ("exact", "isnull") else None

    def _same_column(self, expression: Any) -> Any:
        """Let pass what this field has sealed itself (bulk_update); the rest would go in open."""
        source = getattr(expression, "_output_field_or_none", None)
        context = source.sealed_context() if isinstance(source, EncryptedTextField) else None
        if context == self.sealed_context():
            return expression
        raise FieldError(f"{self.name} takes text, not an expression: it would not be encrypted")


@EncryptedTextField.register_lookup
class ExactlyEmpty(StrExact):
    def get_prep_lookup(self) -> Any:
        # None gets here on its way to becoming __isnull.
        if self.rhs is None or (isinstance(self.rhs, str) and not self.rhs):
            return super().get_prep_lookup()
        raise FieldError("An encrypted field can be compared with nothing but the empty text")


def reencrypt(
    model: type[models.Model], fields: Iterable[str] | None = None, batch: int = 500
) -> int:
    """Put every value that is not under the current key under it; returns how many were.

    fields  names; all encrypted ones of the model when None
    batch   rows read at a time; each changed value is one UPDATE

    A value that changes meanwhile is left alone. Safe to stop and to run again. Raises
    CryptoError at the first value that no key reads.
    """
    names = encrypted_fields(model) if fields is None else list(fields)
    return sum(_reencrypt_column(model, name, batch) for name in names)


def encrypted_fields(model: type[models.Model]) -> list[str]:
    own = model._meta.local_concrete_fields
    return [field.name for field in own if isinstance(field, EncryptedTextField)]


def _reencrypt_column(model: type[models.Model], name: str, batch: int) -> int:
    field = model._meta.get_field(name)
    if not isinstance(field, EncryptedTextField):
        raise FieldError(f"{name} is not encrypted")
    ring, changed = default_keyring(), 0
    rows = model._base_manager.annotate(
        sealed=ExpressionWrapper(F(name), output_field=models.TextField())
    )
    for pk, sealed in _sealed(rows, batch):
        if not ring.is_current(sealed):
            text = ring.decrypt(sealed, context=field.sealed_context())
            changed += rows.filter(pk=pk, sealed=sealed).update(**{name: text})
    return changed


def _sealed(rows: models.QuerySet[Any], batch: int) -> Iterator[tuple[Any, str]]:
    """Keyset pages, so that a long run holds no cursor and no lock, and skips no row."""
    page = list(rows.order_by("pk").values_list("pk", "sealed")[:batch])
    while page:
        yield from ((pk, sealed) for pk, sealed in page if sealed)
        last = page[-1][0]
        page = list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", "sealed")[:batch])
