from __future__ import annotations

from typing import Any

from django.db import migrations

POSTGRESQL = """
    create function adminconsole_refuse() returns trigger language plpgsql as $$
    begin
        raise exception 'rows of % are only added', tg_table_name;
    end $$;
    create trigger audit_is_append_only
        before update or delete on adminconsole_auditentry
        for each row execute function adminconsole_refuse();
    create trigger audit_is_not_emptied
        before truncate on adminconsole_auditentry
        for each statement execute function adminconsole_refuse();
"""
SQLITE = """
    create trigger audit_is_append_only_{what} before {what} on adminconsole_auditentry
    begin select raise(abort, 'rows of adminconsole_auditentry are only added'); end
"""


def forward(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        # Without None, Django takes the sign in the message for a placeholder.
        schema_editor.execute(POSTGRESQL, params=None)
        return
    for what in ("update", "delete"):
        schema_editor.execute(SQLITE.format(what=what))


def backward(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("drop function adminconsole_refuse() cascade")
        return
    for what in ("update", "delete"):
        schema_editor.execute(f"drop trigger audit_is_append_only_{what}")


class Migration(migrations.Migration):
    dependencies = [("adminconsole", "0001_first")]
    operations = [migrations.RunPython(forward, backward)]
