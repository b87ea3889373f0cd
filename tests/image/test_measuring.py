"""From an archive to a Measurement: layers, what shows, packages, what need not be there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ctxguard.finding import Finding
from ctxguard.image.checks import findings
from ctxguard.image.measuring import ImageRequest, MeasuredImage, measure_image
from ctxguard.image.opening import Named
from tests.image.archives import Layer, Link, Symlink, save_of

BASE = "/bin/sh -c #(nop) ADD file:1 in / "
CMD = 'CMD ["python3"]'
RECORD = b"cv2/a.so,sha256=x,700000\ncv2/tests/t.py,,100\n../../../bin/cv,,5\nnowhere.py,,9\n"


def measured(
    tmp_path: Path, layers: Sequence[Layer], steps: Sequence[str] | None = None, **more: bool
) -> MeasuredImage:
    path = tmp_path / "image.tar"
    path.write_bytes(save_of(layers, steps=steps))
    return measure_image(ImageRequest(Named(str(path)), **more))


def test_layers_and_what_shows(tmp_path: Path) -> None:
    layers: list[Layer] = [
        {"usr/a": 1000, "usr/b": Link("usr/a"), "l": Symlink("usr/a")},
        {"usr/.wh.b": b"", "app/x.py": 300},
        {"usr/a": 2000},
    ]
    found = measured(tmp_path, layers, [BASE, CMD, "RUN /bin/sh -c make # buildkit", "COPY . /"])
    rows = [
        (each.bytes, each.files, each.wasted_bytes, each.base, each.instruction)
        for each in found.image.layers
    ]
    assert rows == [
        (1000, 2, 1000, True, "ADD file:1 in /"),
        (300, 1, 0, False, "RUN make"),
        (2000, 1, 0, False, "COPY . /"),
    ]
    assert found.image.base_bytes == 1000
    assert found.measurement.size.bytes == 3300
    assert (found.image.shown_bytes, found.image.shown_files) == (2300, 2)
    assert found.image.wasted.bytes == 1000
    paths = [row.path for row in found.measurement.heaviest.rows]
    assert paths == ["usr/a", "app/x.py"]
    assert found.image.origins == (3, 2)


def test_a_layer_that_is_there_twice(tmp_path: Path) -> None:
    app: Layer = {"app/big": 1_000_000}
    found = measured(tmp_path, [app, {".wh.app": b""}, app])
    assert found.measurement.size.bytes == 2_000_000
    assert (found.image.shown_bytes, found.image.wasted.bytes) == (1_000_000, 1_000_000)
    assert [row.path for row in found.measurement.heaviest.rows] == ["app/big"]


def test_files_beside_a_folder_of_folders(tmp_path: Path) -> None:
    layer: Layer = {**{f"a/f{at}": 30_000 for at in range(3)}, "a/b/c/big": 1_000_000}
    heaviest = measured(tmp_path, [layer]).measurement.heaviest
    assert sum(row.bytes for row in heaviest.rows) + heaviest.rest_bytes == 1_090_000
    assert [row.path for row in heaviest.rows][:2] == ["a/b/c/big", "a/f0"]


def test_without_a_history_that_fits(tmp_path: Path) -> None:
    found = measured(tmp_path, [{"a": 5}, {"b": 6}], ["RUN one"])
    assert [each.instruction for each in found.image.layers] == ["", ""]
    assert found.image.base_bytes == 0


def test_a_base_of_two_images(tmp_path: Path) -> None:
    steps = [BASE, CMD, "RUN a", CMD, "COPY . /", CMD]
    found = measured(tmp_path, [{"a": 5}, {"b": 6}, {"c": 7}], steps)
    assert [each.base for each in found.image.layers] == [True, True, False]


def test_packages_by_what_they_weigh(tmp_path: Path) -> None:
    home = "usr/lib/python3/site-packages"
    layers: list[Layer] = [
        {
            f"{home}/cv2/a.so": 700_000,
            f"{home}/cv2/tests/t.py": 100,
            "usr/bin/cv": 5,
            f"{home}/opencv-4.10.dist-info/RECORD": RECORD,
            "usr/bin/gcc": 900_000,
            "var/lib/dpkg/info/gcc-12.list": b"/.\n/usr/bin/gcc\n/usr/bin/none\n",
            "lib/apk/db/installed": b"P:musl-dev\nV:1.2\nF:usr/include\nR:stdio.h\nM:x\n\nP:none\n",
            "usr/include/stdio.h": 300_000,
        }
    ]
    found = measured(tmp_path, layers)
    rows = [
        (each.kind, each.name, each.version, each.bytes, each.files)
        for each in found.image.packages
    ]
    assert rows == [
        ("dpkg", "gcc-12", "", 900_000, 1),
        ("python", "opencv", "4.10", 700_105, 3),
        ("apk", "musl-dev", "1.2", 300_000, 1),
        ("apk", "none", "", 0, 0),
    ]
    (tools,) = [each for each in found_of(found) if each.code == "IMG007"]
    assert tools.bytes == 1_200_000
    assert "gcc-12 900.00kB, musl-dev 300.00kB" in tools.message


def test_a_package_of_a_lower_layer_that_is_gone(tmp_path: Path) -> None:
    layers: list[Layer] = [
        {"var/lib/dpkg/info/gcc.list": b"/usr/bin/gcc\n", "usr/bin/gcc": 900_000},
        {"var/lib/dpkg/info/.wh.gcc.list": b"", "usr/bin/.wh.gcc": b""},
    ]
    assert measured(tmp_path, layers).image.packages == ()


def found_of(found: MeasuredImage) -> tuple[Finding, ...]:
    return findings(found.image, found.files)


LITTER = {
    "IMG001": ("var/lib/apt/lists/deb_main", "RUN apt-get update"),
    "IMG002": ("root/.cache/pip/http/a", "RUN pip install ."),
    "IMG003": ("app/__pycache__/a.pyc", "RUN python -m app"),
    "IMG004": ("usr/lib/python3/site-packages/numpy/core/tests/t.py", "RUN pip install numpy"),
    "IMG005": ("usr/share/doc/bash/readme", "ADD rootfs /"),
    "IMG006": ("app/.git/objects/pack", "COPY . /app"),
}


@pytest.mark.parametrize("code", LITTER)
def test_what_need_not_be_there(tmp_path: Path, code: str) -> None:
    path, step = LITTER[code]
    found = found_of(measured(tmp_path, [{"x": 5}, {path: 400_000}], ["RUN x", step]))
    assert [each.code for each in found] == [code]
    assert found[0].bytes == 400_000
    assert f"layer 2: {step}" in found[0].message
    assert found[0].path is not None
    assert path.startswith(found[0].path)
    assert found[0].fix is not None


@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("app/tests/t.py", "COPY . /app"),
        ("var/lib/dpkg/status", "RUN apt"),
        ("root/.cache/other/a", "RUN x"),
        ("app/.git/objects/pack", "RUN git clone x app"),
        ("usr/share/zoneinfo/a", "ADD x /"),
        ("my-packages/tests/t.py", "RUN x"),
    ],
)
def test_what_may_be_there(tmp_path: Path, path: str, step: str) -> None:
    assert found_of(measured(tmp_path, [{path: 400_000}], [step])) == ()


def test_what_was_written_in_vain(tmp_path: Path) -> None:
    layers: list[Layer] = [{"app/a": 2_000_000, "b": 7}, {"app/a": 2_000_000, ".wh.b": b""}]
    (found,) = found_of(measured(tmp_path, layers, ["COPY a /app", "RUN chown -R x /app"]))
    assert (found.code, found.bytes, found.path) == ("IMG008", 2_000_007, "app/a")
    assert "written in layer 1 and overwritten in layer 2" in found.message


def test_the_outline_is_what_shows(tmp_path: Path) -> None:
    layers: list[Layer] = [{"a/x": 5, "a/y": Link("a/x")}, {"b": 7}]
    found = measured(tmp_path, layers, outline=True, types=True)
    outline = found.measurement.outline
    assert outline is not None
    assert sum(sum(folder.sizes) for folder in outline.folders) == found.image.shown_bytes
    assert [folder.path for folder in outline.folders] == ["", "a"]
    assert outline.bringing[outline.folders[0].brought_by[0]][0].line == 2


MEMORY = """
import re, sys
from ctxguard.cli import main
assert main(["image", sys.argv[1], "--top", "1"]) == 0
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


@pytest.mark.slow
def test_memory_for_200_000_files(tmp_path: Path) -> None:
    layers: list[Layer] = [
        {f"usr/lib/site-packages/pkg{layer}{at // 40}/module_{at}.py": 3 for at in range(20_000)}
        for layer in range(10)
    ]
    path = tmp_path / "image.tar"
    path.write_bytes(save_of(layers))
    command = [sys.executable, "-c", MEMORY, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "in 200,000 files in the end" in run.stdout
    assert int(run.stdout.split()[-1]) < 150_000
