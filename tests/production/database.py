"""Where a PostgreSQL of the tests is, in the words of Django and of PostgreSQL's programs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from environ import Env

from tests import servers


@dataclass(frozen=True, slots=True)
class Place:
    url: str  # for Django

    @property
    def env(self) -> dict[str, str]:
        """For pg_dump and the like, of the version of the server, from PATH."""
        found = Env.db_url_config(self.url)
        programs = servers.postgres_program("psql").parent
        return {
            "PGHOST": found["HOST"],
            "PGPORT": str(found["PORT"] or 5432),
            "PGUSER": found["USER"],
            "PGDATABASE": found["NAME"],
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        }


@contextmanager
def fresh_database() -> Iterator[Place]:
    with servers.postgres() as url:
        yield Place(url)
