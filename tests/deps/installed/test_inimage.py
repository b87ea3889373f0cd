"""Packages of an image, by its archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctxguard.deps.installed.distribution import Installed
from ctxguard.deps.installed.inimage import of_image, of_measured
from ctxguard.image.measuring import ImageRequest, measure_image
from ctxguard.image.opening import Named
from tests.deps.wheels import metadata
from tests.image.archives import Entry, Layer, Link, save_of

SITE = "usr/local/lib/python3.11/site-packages"


def package(
    name: str, files: dict[str, Entry], *, version: str = "1", site: str = SITE, record: str = "",
    requires: tuple[str, ...] = (),
) -> dict[str, Entry]:  # fmt: skip
    inner = f"{site}/{name}-{version}.dist-info"
    rows = "".join(f"{each},,\n" for each in files) + record
    return {
        **{f"{site}/{each}": of for each, of in files.items()},
        f"{inner}/METADATA": metadata(name, version, requires).encode(),
        f"{inner}/RECORD": rows.encode(),
    }


def read(tmp_path: Path, *layers: Layer) -> Installed:
    path = tmp_path / "image.tar"
    path.write_bytes(save_of(layers))
    return of_image(Named(str(path)))


def test_all_of_it(tmp_path: Path) -> None:
    a = package(
        "a",
        {"a/__init__.py": 100, "a/data.bin": 1000},
        record="../../../bin/a,,\n",
        requires=("b",),
    )
    inner = f"{SITE}/b_c-2.dist-info"
    b: Layer = {
        f"{SITE}/b.py": 10,
        f"{inner}/METADATA": metadata("B.c", "2").encode(),
        f"{inner}/RECORD": b"b.py,,\n",
        f"{inner}/entry_points.txt": b"[pytest11]\nb = b\n[console_scripts]\nrun-b = b:main\n",
    }
    found = read(tmp_path, {**a, "usr/local/bin/a": 7}, b)
    each = found.found["a"]
    assert each.bytes == 1107
    assert each.modules == each.commands == {"a"}
    assert each.requires == ("b",)
    other = found.found["b-c"]
    assert (other.name, other.version, other.bytes) == ("B.c", "2", 10)
    assert other.commands == {"run-b"}
    assert other.plugs == (("pytest11", "b"),)
    assert "image.tar" in found.where


def test_what_a_later_layer_takes_away_or_replaces(tmp_path: Path) -> None:
    base = {**package("a", {"a.py": 100}), **package("b", {"b.py": 50})}
    later: Layer = {
        f"{SITE}/.wh.a.py": b"",
        f"{SITE}/a-1.dist-info/.wh..wh..opq": b"",
        **package("b", {"b.py": 70}),
    }
    found = read(tmp_path, base, later)
    assert {key: each.bytes for key, each in found.found.items()} == {"b": 70}


def test_a_file_counts_once(tmp_path: Path) -> None:
    layer = {
        **package("a", {"a.py": 100}),
        **package("b", {"b.py": Link(f"{SITE}/a.py"), "a.py": 100}),
    }
    found = read(tmp_path, layer)
    assert sum(each.bytes for each in found.found.values()) == 100


def test_paths_that_lead_out_count_nothing(tmp_path: Path) -> None:
    record = "/etc/passwd,,\n../../../../../../../etc/passwd,,\n"
    found = read(tmp_path, package("a", {"a.py": 1}, record=record), {"etc/other": 9})
    assert found.found["a"].bytes == 1


def test_of_two_environments_the_larger_one_counts(tmp_path: Path) -> None:
    small = "usr/lib/python3/dist-packages"
    layers = {
        **package("a", {"a.py": 5}, site=small, version="0"),
        **package("only", {"only.py": 6}, site=small),
        **package("a", {"a.py": 100}), **package("b", {"b.py": 1}), **package("c", {"c.py": 1}),
    }  # fmt: skip
    found = read(tmp_path, layers)
    assert found.found["a"].bytes == 100
    assert found.found["only"].bytes == 6


def test_eggs(tmp_path: Path) -> None:
    inner = f"{SITE}/old-1.egg-info"
    layer: Layer = {
        f"{SITE}/old/__init__.py": 20, f"{SITE}/old/deep/data.bin": 30, f"{SITE}/older/x.py": 500,
        f"{SITE}/old.py": 1,
        f"{inner}/PKG-INFO": metadata("old", "1").encode(), f"{inner}/top_level.txt": b"old\n",
        f"{inner}/requires.txt": b"six\n",
    }  # fmt: skip
    each = read(tmp_path, layer).found["old"]
    assert (each.bytes, each.requires) == (51, ("six",))
    assert each.modules == {"old"}


def test_at_the_root_of_an_image(tmp_path: Path) -> None:
    found = read(tmp_path, {"a-1.dist-info/RECORD": b"a.py,,\n", "a.py": 3, "RECORD": b"a.py"})
    assert found.found["a"].bytes == 3


@pytest.mark.parametrize("name", ["../../x", "-r", "a\x1b[31m"])
def test_a_name_that_is_none(tmp_path: Path, name: str) -> None:
    data = metadata(name, "1").encode()
    found = read(tmp_path, {f"{SITE}/x-1.dist-info/METADATA": data})
    assert found.found == {}
    assert len(found.problems) == 1


def test_huge_metadata_is_kept_in_part(tmp_path: Path) -> None:
    data = metadata("a", "1", ["b"]).encode() + b"x" * (20 << 20)
    path = tmp_path / "image.tar"
    path.write_bytes(save_of([{f"{SITE}/a-1.dist-info/METADATA": data}]))
    measured = measure_image(ImageRequest(Named(str(path))))
    assert sum(map(len, measured.kept.values())) < 1 << 20
    assert of_measured(measured).found["a"].requires == ("b",)
