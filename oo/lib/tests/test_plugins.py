from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace

import pytest

from oo.lib.plugins import Registry, RegistryError, check_registry

Plant = Callable[..., Registry["Animal"]]


class Animal:
    manifest: SimpleNamespace


def animal(key: str, name: str = "Own", base: str = "Animal") -> str:
    return dedent(f"""
        from types import SimpleNamespace
        from oo.lib.tests.test_plugins import Animal
        class {name}({base}):
            manifest = SimpleNamespace(key={key!r}, title={key!r}.upper())
        """)


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    """A package `zoo` with these files, and a registry of it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def grow(**files: str) -> Registry[Animal]:
        for name, text in {"__init__": "", **files}.items():
            path = tmp_path / "zoo" / f"{name.replace('__in__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Registry(Animal, "zoo", "oo.test-animals")

    yield grow
    for name in [name for name in sys.modules if name.split(".")[0] in ("zoo", "far")]:
        del sys.modules[name]


def far_away(tmp_path: Path, source: str, entry: str = "far:Own") -> None:
    """A package installed by somebody else, as the import system sees one."""
    (tmp_path / "far.py").write_text(source)
    info = tmp_path / "far-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: far\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[oo.test-animals]\nowl = {entry}\n")


def test_a_new_file_is_all_that_a_plugin_needs(plant: Plant) -> None:
    zoo = plant(zebra=animal("zebra"), ant=animal("ant"))

    assert [each.manifest.key for each in zoo] == ["ant", "zebra"]
    assert zoo.choices() == [("ant", "ANT"), ("zebra", "ZEBRA")]
    assert len(zoo) == 2
    assert "ant" in zoo


def test_the_order_is_that_of_the_keys_not_of_the_files(plant: Plant) -> None:
    assert list(plant(a=animal("z"), b=animal("y")).load()) == ["y", "z"]


def test_a_plugin_is_made_once(plant: Plant) -> None:
    zoo = plant(ant=animal("ant"))

    assert zoo["ant"] is zoo.get("ant")
    assert zoo.get("bee") is None
    with pytest.raises(KeyError):
        zoo["bee"]


def test_many_threads_see_one_plugin(plant: Plant) -> None:
    zoo = plant(ant=animal("ant"))
    with ThreadPoolExecutor(8) as pool:
        seen = set(pool.map(lambda _: id(zoo["ant"]), range(32)))
    assert len(seen) == 1


def test_nothing_is_imported_before_the_first_question(plant: Plant) -> None:
    zoo = plant(ant=animal("ant"))
    assert "zoo.ant" not in sys.modules
    zoo.load()
    assert "zoo.ant" in sys.modules


def test_private_files_and_tests_are_no_plugins(plant: Plant) -> None:
    zoo = plant(ant=animal("ant"), _base="", conftest="1/0", tests__in__="1/0")
    assert list(zoo.load()) == ["ant"]


def test_an_imported_parent_does_not_count(plant: Plant) -> None:
    child = "from zoo.ant import Own\nclass Child(Own):\n    manifest = Own.manifest.__class__("
    zoo = plant(ant=animal("ant"), bee=child + "key='bee', title='Bee')")
    assert list(zoo.load()) == ["ant", "bee"]


def test_a_plugin_may_be_a_package(plant: Plant, tmp_path: Path) -> None:
    zoo = plant(ant=animal("ant"))
    (tmp_path / "zoo/bee").mkdir()
    (tmp_path / "zoo/bee/__init__.py").write_text("from zoo.bee.sting import Own")
    (tmp_path / "zoo/bee/sting.py").write_text(animal("bee"))
    assert list(zoo.load()) == ["ant", "bee"]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("", "zoo.bad: 0 Animal classes, want one"),
        (animal("a") + animal("b", name="Other"), "zoo.bad: 2 Animal classes, want one"),
        ("1/0", "zoo.bad: ZeroDivisionError"),
        ("import no_such_module", "zoo.bad: ModuleNotFoundError"),
        (animal("ant"), "key 'ant' is taken by zoo.ant"),
        (animal("Not a key"), "zoo.bad: 'Not a key' is no key"),
        (animal("a" * 41), "is no key: small letters, digits, . _ -, at most 40"),
        (animal("").replace("key=''", "key=7"), "zoo.bad: 7 is no key"),
        (animal("a").replace("manifest", "card"), "zoo.bad: AttributeError"),
    ],
)
def test_a_file_that_breaks_the_convention_fails_the_check(
    plant: Plant, source: str, complaint: str
) -> None:
    zoo = plant(ant=animal("ant"), bad=source)

    with pytest.raises(RegistryError, match=complaint):
        zoo.load()
    (error,) = check_registry(zoo)
    assert (error.id, error.is_serious()) == ("oo.E020", True)
    assert complaint in error.msg


def test_a_sound_registry_passes_the_check(plant: Plant) -> None:
    assert check_registry(plant(ant=animal("ant"))) == []


def test_a_package_that_is_not_there_fails_the_check() -> None:
    (error,) = check_registry(Registry(Animal, "no_such_package", "oo.test-animals"))
    assert "no_such_package" in error.msg


def test_somebody_elses_package_joins_by_entry_point(plant: Plant, tmp_path: Path) -> None:
    zoo = plant(zebra=animal("zebra"))
    far_away(tmp_path, animal("owl"))
    assert list(zoo.load()) == ["owl", "zebra"]


@pytest.mark.parametrize(
    ("source", "entry", "complaint"),
    [
        (animal("zebra"), "far:Own", "owl: key 'zebra' is taken by zoo.zebra"),
        ("1/0", "far:Own", "oo.test-animals:owl: ZeroDivisionError"),
        (animal("owl"), "far:Gone", "oo.test-animals:owl: AttributeError"),
        (animal("owl"), "far:SimpleNamespace", "oo.test-animals:owl: not Animal"),
    ],
)
def test_an_entry_point_keeps_the_convention_too(
    plant: Plant, tmp_path: Path, source: str, entry: str, complaint: str
) -> None:
    zoo = plant(zebra=animal("zebra"))
    far_away(tmp_path, source, entry)
    with pytest.raises(RegistryError, match=complaint):
        zoo.load()
