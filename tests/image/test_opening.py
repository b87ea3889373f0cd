"""Images from archives, layouts and the engine; what is damaged or hostile is a clear error."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ctxguard.errors import CtxguardError, MeasureError, UsageError
from ctxguard.image import allowance
from ctxguard.image.opening import Named, Opened, opened
from tests.image.archives import (
    Layer,
    digest,
    layout_of,
    old_save_of,
    packed,
    save_of,
    tar_of,
    write_layout,
)

LAYERS: list[Layer] = [{"a": 100, "b/c": 50}, {"b/.wh.c": b"", "d": 7}]


def read(path: Path | str, **more: Any) -> Opened:
    return opened(Named(str(path), **more), lambda _: 0)


def sizes(found: Opened) -> list[int]:
    return [layer.listing.bytes for layer in found.layers]


def written(tmp_path: Path, data: bytes, name: str = "image.tar") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


FORMS = {
    "docker save": lambda: save_of(LAYERS),
    "docker save, packed as a whole": lambda: gzip.compress(save_of(LAYERS)),
    "gzip layers": lambda: save_of(LAYERS, how="gzip"),
    "zstd layers": lambda: save_of(LAYERS, how="zstd"),
    "as docker wrote it before": lambda: old_save_of(LAYERS),
    "an OCI layout in a tar": lambda: tar_of(
        {name: data for name, data in layout_of(LAYERS).items() if name != "manifest.json"}
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_image_in_each_form(tmp_path: Path, form: str) -> None:
    found = read(written(tmp_path, FORMS[form]()))
    assert sizes(found) == [150, 7]
    assert [layer.digest for layer in found.layers] == [
        f"sha256:{digest(tar_of(each))}" for each in LAYERS
    ]
    assert [layer.tar_bytes for layer in found.layers] == [len(tar_of(each)) for each in LAYERS]


@pytest.mark.parametrize("how", ["", "gzip", "zstd"])
def test_a_layout_on_the_disk(tmp_path: Path, how: str) -> None:
    found = read(write_layout(layout_of(LAYERS, how=how), tmp_path / "layout"))
    assert sizes(found) == [150, 7]
    stored = [len(packed(tar_of(each), how)) for each in LAYERS]
    assert [layer.stored_bytes for layer in found.layers] == stored


def test_layers_that_are_alike(tmp_path: Path) -> None:
    found = read(written(tmp_path, old_save_of([{"a": 5}, {"b": 6}, {"a": 5}])))
    assert sizes(found) == [5, 6, 5]


def test_what_the_history_tells(tmp_path: Path) -> None:
    steps = [
        "/bin/sh -c #(nop) ADD file:abc in / ",
        'CMD ["sh"]',
        "RUN |1 V=2 /bin/sh -c pip   install . # buildkit",
    ]
    found = read(written(tmp_path, save_of(LAYERS, steps=steps)))
    shown = [step.instruction for step in found.config.steps]
    assert shown == ["ADD file:abc in /", 'CMD ["sh"]', "RUN pip install ."]


def test_a_long_instruction_is_read_in_no_time(tmp_path: Path) -> None:
    argument = "a" + "=" * 30
    steps = ["RUN |9 " + f"{argument} " * 2000 + "x", "RUN |9" + " a=b" * 100_000]
    found = read(written(tmp_path, save_of(LAYERS, steps=steps)))
    assert len(found.config.steps) == 2


def test_several_images_in_one_archive(tmp_path: Path) -> None:
    files = {**layout_of(LAYERS), **layout_of([{"x": 3}], tag="web:2")}
    manifests = [json.loads(layout_of(LAYERS)["manifest.json"])[0]]
    manifests += json.loads(layout_of([{"x": 3}], tag="web:2")["manifest.json"])
    path = written(tmp_path, tar_of({**files, "manifest.json": json.dumps(manifests).encode()}))
    assert sizes(read(path, tag="web:2")) == [3]
    with pytest.raises(UsageError, match=r"several images; choose with --tag: app:1, web:2"):
        read(path)
    with pytest.raises(UsageError, match="holds no other"):
        read(path, tag="other")


def index_of(files: Mapping[str, bytes], **more: Any) -> dict[str, bytes]:
    index = json.loads(files["index.json"])
    other = {**index["manifests"][0], **more}
    return {**files, "index.json": json.dumps({"manifests": [*index["manifests"], other]}).encode()}


def test_several_platforms(tmp_path: Path) -> None:
    arm = layout_of([{"x": 3}])
    manifest = json.loads(arm["index.json"])["manifests"][0]["digest"]
    files = {**arm, **layout_of(LAYERS)}
    files = index_of(files, digest=manifest, platform={"os": "linux", "architecture": "arm64"})
    root = write_layout(files, tmp_path / "layout")
    assert sizes(read(root, platform="linux/arm64")) == [3]
    assert sizes(read(root, platform="linux/amd64")) == [150, 7]
    with pytest.raises(UsageError, match=r"choose with --platform: linux/amd64, linux/arm64"):
        read(root)


def saved_for(*platforms: str, tag: str = "app:1") -> dict[str, bytes]:
    """An archive with an image of the same name for each platform; 10 bytes, 20 bytes, ..."""
    files: dict[str, bytes] = {}
    saved = []
    for at, platform in enumerate(platforms, start=1):
        parts = dict(zip(("os", "architecture", "variant"), platform.split("/"), strict=False))
        files[f"config{at}"] = json.dumps({**parts, "rootfs": {}}).encode()
        files[f"layer{at}"] = tar_of({"a": 10 * at})
        saved.append({"Config": f"config{at}", "RepoTags": [tag], "Layers": [f"layer{at}"]})
    return {**files, "manifest.json": json.dumps(saved).encode()}


@pytest.mark.parametrize(
    ("own", "asked"),
    [
        ("linux/amd64", "linux/amd64"),
        ("linux/arm64/v8", "linux/arm64"),
        ("linux/arm64", "linux/arm64/v8"),
        ("linux/arm64", "aarch64"),
        ("linux/arm/v6", "linux/arm"),
        ("", "linux/amd64"),
    ],
)
def test_the_platform_of_an_archive(tmp_path: Path, own: str, asked: str) -> None:
    path = written(tmp_path, tar_of(saved_for(own)))
    assert sizes(read(path, platform=asked)) == [10]


@pytest.mark.parametrize(
    ("own", "asked"),
    [
        ("linux/amd64", "linux/arm64"),
        ("linux/arm/v6", "linux/arm/v7"),
        ("windows/amd64", "linux/amd64"),
        ("linux/x" + "y" * 200, "nonsense"),
    ],
)
def test_another_platform_in_an_archive(tmp_path: Path, own: str, asked: str) -> None:
    path = written(tmp_path, tar_of(saved_for(own)))
    words = rf"holds an image for {own[:60]}, and none for {asked}"
    with pytest.raises(UsageError, match=words):
        read(path, platform=asked)


def test_a_name_for_several_platforms_in_an_archive(tmp_path: Path) -> None:
    path = written(tmp_path, tar_of(saved_for("linux/amd64", "linux/arm64/v8")))
    for more in ({}, {"tag": "app:1"}, {"tag": "app"}):
        with pytest.raises(UsageError, match=r"--platform: linux/amd64, linux/arm64/v8|no app"):
            read(path, **more)
    assert sizes(read(path, platform="linux/arm64")) == [20]
    assert sizes(read(path, platform="linux/amd64", tag="app:1")) == [10]
    with pytest.raises(UsageError, match="holds 0 images that fit"):
        read(path, platform="linux/s390x")


def test_images_that_nothing_tells_apart(tmp_path: Path) -> None:
    path = written(tmp_path, tar_of(saved_for("linux/amd64", "linux/amd64")))
    with pytest.raises(MeasureError, match="several images of the same name and platform"):
        read(path, platform="linux/amd64")


def test_very_many_images_of_one_name(tmp_path: Path) -> None:
    path = written(tmp_path, tar_of(saved_for(*["linux/amd64"] * 60)))
    with pytest.raises(MeasureError, match="over 50 images of the same name"):
        read(path)


def test_a_layout_whose_index_tells_no_platform(tmp_path: Path) -> None:
    files = dict(layout_of(LAYERS))
    index = json.loads(files["index.json"])
    del index["manifests"][0]["platform"]
    files["index.json"] = json.dumps(index).encode()
    root = write_layout(files, tmp_path / "layout")
    assert sizes(read(root, platform="linux/amd64")) == [150, 7]
    with pytest.raises(UsageError, match="an image for linux/amd64, and none for linux/arm64"):
        read(root, platform="linux/arm64")


def test_an_index_of_indexes_is_read_once(tmp_path: Path) -> None:
    files = dict(layout_of(LAYERS))
    inner = files["index.json"]
    for _ in range(6):
        name = f"sha256:{digest(inner)}"
        files[f"blobs/sha256/{digest(inner)}"] = inner
        row = {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": name}
        inner = json.dumps({"manifests": [row] * 30}).encode()
    files["index.json"] = inner
    assert sizes(read(write_layout(files, tmp_path / "layout"))) == [150, 7]


def layout_with(tmp_path: Path, **changes: bytes) -> str:
    return write_layout({**layout_of(LAYERS), **changes}, tmp_path / "layout")


ODD = [
    b'[{"Config": "a\\u0000b", "Layers": []}]',
    b'[{"Config": "a\\ud800b", "Layers": []}]',
    b'[{"Config": "index.json", "Layers": ["a\\u0000b"]}]',
    b'[{"Config": "index.json", "Layers": ["."]}]',
]


@pytest.mark.parametrize("saved", ODD)
def test_odd_names_in_a_layout(tmp_path: Path, saved: bytes) -> None:
    root = layout_with(tmp_path)
    Path(root, "manifest.json").write_bytes(saved)
    with pytest.raises(MeasureError):
        read(root)


def test_a_pipe_in_a_layout(tmp_path: Path) -> None:
    root = layout_with(tmp_path)
    os.unlink(f"{root}/index.json")
    os.mkfifo(f"{root}/index.json")
    with pytest.raises(MeasureError, match=r"neither manifest.json nor index.json"):
        read(root)


@pytest.mark.parametrize("value", [5, "x", None, {"a": 1}])
def test_a_history_of_something_else(tmp_path: Path, value: object) -> None:
    files = layout_of([])
    saved = json.loads(files["manifest.json"])
    saved[0]["Config"] = "config"
    config = json.dumps({"history": value, "rootfs": value}).encode()
    archive = {"manifest.json": json.dumps(saved).encode(), "config": config}
    assert read(written(tmp_path, tar_of(archive))).config.steps == ()


def test_very_many_parts_of_gzip(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="parts of gzip"):
        read(written(tmp_path, gzip.compress(b"") * 200_000))


def test_an_attestation_is_no_image(tmp_path: Path) -> None:
    files = index_of(
        layout_of(LAYERS), digest=f"sha256:{'0' * 64}",
        platform={"os": "unknown", "architecture": "unknown"},
    )  # fmt: skip
    assert sizes(read(write_layout(files, tmp_path / "layout"))) == [150, 7]


# ── damage ─────────────────────────────────────────────────────────────────────────────────────


def tampered(**changes: bytes | None) -> bytes:
    files = dict(layout_of(LAYERS))
    for name, data in changes.items():
        if data is None:
            del files[name]
        else:
            files[name] = data
    return tar_of(files)


def blob_of(layer: Layer) -> str:
    return f"blobs/sha256/{digest(tar_of(layer))}"


def swapped() -> bytes:
    """Layers in another order than the configuration tells."""
    saved = json.loads(layout_of(LAYERS)["manifest.json"])
    saved[0]["Layers"].reverse()
    return tampered(**{"manifest.json": json.dumps(saved).encode()})


def with_layer(data: bytes) -> bytes:
    """An image with these bytes as its only layer."""
    files = layout_of([{}])
    saved = json.loads(files["manifest.json"])
    saved[0]["Layers"] = ["layer"]
    return tar_of({**files, "manifest.json": json.dumps(saved).encode(), "layer": data})


def manifest(value: Any) -> bytes:
    return tampered(**{"manifest.json": json.dumps(value).encode()})


DAMAGED = {
    "no archive": (b"hello" * 1000, "no tar|no number"),
    "empty": (b"", "neither manifest.json nor index.json"),
    "a tar of something else": (tar_of({"a": b"x"}), "neither manifest.json nor index.json"),
    "cut off": (save_of(LAYERS)[:-20000], "ends"),
    "cut off gzip": (gzip.compress(save_of(LAYERS))[:-30], "ends in the midst of its gzip data"),
    "broken gzip": (gzip.compress(save_of(LAYERS))[:60] + b"xxxx" * 50, "is damaged"),
    "a layer missing": (tampered(**{blob_of(LAYERS[0]): None}), "lacks blobs/sha256/"),
    "a digest that does not fit": (
        tampered(**{blob_of(LAYERS[0]): tar_of({"a": 99})}), "is damaged: its digest is",
    ),
    "layers in another order": (swapped(), "layer 1 is not the one"),
    "a path that leads out": (
        with_layer(tar_of({"../../etc/passwd": b"x"})), "leads out of the image",
    ),
    "a manifest that is no JSON": (tampered(**{"manifest.json": b"{"}), "is no JSON"),
    "a manifest nested deeply": (tampered(**{"manifest.json": b"[" * 100_000}), "nested far too"),
    "a manifest of something else": (manifest({"a": 1}), "holds no image"),
    "a manifest without layers": (manifest([{"Config": "x"}]), "no configuration or no layers"),
    "very many layers": (manifest([{"Config": "x", "Layers": ["l"] * 2000}]), "over 1,000 layers"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_damage(tmp_path: Path, name: str) -> None:
    data, why = DAMAGED[name]
    with pytest.raises(CtxguardError, match=why) as caught:
        read(written(tmp_path, data))
    assert caught.value.exit_code == 3


def test_a_hard_link_that_leads_out(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a")
    info.type, info.linkname = tarfile.LNKTYPE, "../../etc/passwd"
    with pytest.raises(MeasureError, match="leads out of the image"):
        read(written(tmp_path, with_layer(info.tobuf() + bytes(1024))))


def test_a_symbolic_link_leads_where_it_likes(tmp_path: Path) -> None:
    """It is never followed."""
    info = tarfile.TarInfo("a")
    info.type, info.linkname = tarfile.SYMTYPE, "../../etc/passwd"
    files = layout_of([{}])
    saved = json.loads(files["manifest.json"])
    saved[0]["Layers"] = ["layer"]
    config = json.dumps({"rootfs": {}}).encode()
    saved[0]["Config"] = "config"
    archive = {
        "manifest.json": json.dumps(saved).encode(), "config": config,
        "layer": info.tobuf() + bytes(1024),
    }  # fmt: skip
    assert sizes(read(written(tmp_path, tar_of(archive)))) == [0]


def test_a_layout_that_names_what_lies_outside(tmp_path: Path) -> None:
    root = Path(write_layout(layout_of(LAYERS), tmp_path / "layout"))
    blob = root / blob_of(LAYERS[0])
    secret = tmp_path / "secret"
    secret.write_bytes(blob.read_bytes())
    blob.unlink()
    blob.symlink_to(secret)
    with pytest.raises(MeasureError, match="lies outside of it"):
        read(root)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an image may ask for is a thousandth."""
    monkeypatch.setattr(allowance, "_FREE_BYTES", 4 << 20)


def zeros(size: int) -> bytes:
    header = tarfile.TarInfo("zeros")
    header.size = size
    return header.tobuf() + bytes(size + 1024)


@pytest.mark.slow
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("how", ["gzip", "zstd"])
def test_a_bomb(tmp_path: Path, how: str) -> None:
    with pytest.raises(MeasureError, match="no image does"):
        read(written(tmp_path, with_layer(packed(zeros(200 << 20), how))))


def with_blobs(blobs: Mapping[str, bytes], layers: list[str]) -> dict[str, bytes]:
    """An image with some of these blobs as its layers."""
    saved = json.dumps([{"Config": "config", "Layers": layers}]).encode()
    return {**blobs, "config": b'{"rootfs": {}}', "manifest.json": saved}


ONE = packed(zeros(3 << 20), "gzip")
SEVERAL = {f"layer{at}": ONE for at in range(8)}
SPREAD = {
    "over layers": with_blobs(SEVERAL, list(SEVERAL)),
    "over blobs that nothing names": with_blobs(SEVERAL, ["layer0"]),
    "over entries": with_blobs(
        {"layer0": packed(tar_of({f"f{at}": b"" for at in range(2000)}), "gzip")}, ["layer0"]
    ),
    "over folders": with_blobs(
        {"layer0": packed(tar_of({f"{at}{'/d' * 40}/f": b"" for at in range(100)}), "gzip")},
        ["layer0"],
    ),
}


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("spread", SPREAD)
def test_a_bomb_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spread: str) -> None:
    """What it may ask for is one sum, and not one for each blob."""
    read(written(tmp_path, tar_of(with_blobs({"layer0": ONE}, ["layer0"]))))
    monkeypatch.setattr(allowance, "_MOST_RATIO", 10)
    with pytest.raises(MeasureError, match="no image does"):
        read(written(tmp_path, tar_of(SPREAD[spread])))


@pytest.mark.usefixtures("small")
def test_a_bomb_in_a_layout(tmp_path: Path) -> None:
    root = write_layout(with_blobs(SEVERAL, list(SEVERAL)), tmp_path / "layout")
    Path(root, "manifest.json").write_bytes(with_blobs(SEVERAL, list(SEVERAL))["manifest.json"])
    with pytest.raises(MeasureError, match="no image does"):
        read(root)


@pytest.mark.usefixtures("small")
def test_a_bomb_within_a_bomb(tmp_path: Path) -> None:
    """What was unpacked allows for nothing more."""
    stored = gzip.compress(zeros(3 << 20), compresslevel=0)
    inner = tar_of(with_blobs({"layer": stored}, ["layer"]))
    read(written(tmp_path, inner))
    with pytest.raises(MeasureError, match="no image does"):
        read(written(tmp_path, packed(inner, "gzip")))


@pytest.mark.usefixtures("small")
def test_what_is_packed_as_usual_may_be_large(tmp_path: Path) -> None:
    noise = os.urandom(1 << 20)
    layers = {f"layer{at}": packed(tar_of({f"a{at}": noise * 8}), "gzip") for at in range(3)}
    found = read(written(tmp_path, tar_of(with_blobs(layers, list(layers)))))
    assert sizes(found) == [8 << 20] * 3


def test_the_same_layer_is_read_once_from_a_layout(tmp_path: Path) -> None:
    files = with_blobs({"layer": tar_of({"a": 5})}, ["layer"] * 300)
    root = write_layout(files, tmp_path / "layout")
    Path(root, "manifest.json").write_bytes(files["manifest.json"])
    found = read(root)
    assert (len(found.layers), len({id(each) for each in found.layers})) == (300, 1)


def test_contents_that_are_kept_are_bounded_in_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "_MOST_KEPT", 2500)
    layers = {f"layer{at}": tar_of({f"a{at}": 1000}) for at in range(4)}
    path = written(tmp_path, tar_of(with_blobs(layers, list(layers))))
    found = opened(Named(str(path)), lambda _: 5000)
    kept = [len(each) for layer in found.layers for each in layer.listing.kept.values()]
    assert kept == [1000, 1000, 500]


LONG = b"{" + b" " * (16 << 20) + b"}"


@pytest.mark.parametrize("name", ["config", "manifest.json"])
def test_a_text_that_is_far_too_long(tmp_path: Path, name: str) -> None:
    files = {**with_blobs({"layer": tar_of({})}, ["layer"]), name: LONG}
    root = write_layout(files, tmp_path / "layout")
    Path(root, "manifest.json").write_bytes(files["manifest.json"])
    for image in (written(tmp_path, tar_of(files)), root):
        with pytest.raises(MeasureError, match=f"{name}.* is far too long: over 16,777,216 bytes"):
            read(image)


def test_a_layer_that_begins_like_a_text(tmp_path: Path) -> None:
    layers = {"layer": tar_of({"{a}": 5})}
    assert sizes(read(written(tmp_path, tar_of(with_blobs(layers, ["layer"]))))) == [5]


@pytest.mark.slow
def test_zeros_without_end_are_refused_early(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="goes on behind its end"):
        read(written(tmp_path, with_layer(packed(bytes(300 << 20), "gzip"))))


@pytest.mark.slow
def test_two_gigabytes_of_holes(tmp_path: Path) -> None:
    header = tarfile.TarInfo("holes")
    header.size = 2 << 30
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as stream:
        stream.write(header.tobuf(tarfile.GNU_FORMAT))
        for _ in range(2048):
            stream.write(bytes(1 << 20))
        stream.write(bytes(1024))
    files = layout_of([{}])
    saved = [{"Config": "config", "Layers": ["layer"]}]
    archive = {
        **files, "manifest.json": json.dumps(saved).encode(), "config": b'{"rootfs": {}}',
        "layer": file.getvalue(),
    }  # fmt: skip
    found = read(written(tmp_path, tar_of(archive)))
    assert sizes(found) == [2 << 30]


def test_nothing_of_that_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no"):
        read(tmp_path / "none.tar")


def test_an_option_is_no_name() -> None:
    with pytest.raises(UsageError, match="no name of an image"):
        read("--output=x")


# ── the engine ─────────────────────────────────────────────────────────────────────────────────


def client(tmp_path: Path, script: str) -> str:
    """What stands for the docker client."""
    path = tmp_path / "docker"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_from_the_engine(tmp_path: Path) -> None:
    archive = written(tmp_path, save_of(LAYERS))
    docker = client(tmp_path, f'test "$*" = "image save -- app:1" && exec cat {archive}')
    assert sizes(read("app:1", docker=docker)) == [150, 7]


def test_a_tag_is_part_of_a_name_of_the_engine(tmp_path: Path) -> None:
    docker = client(tmp_path, "echo 'it was asked' >&2; exit 1")
    with pytest.raises(UsageError, match="write the tag into the name, as NAME:TAG"):
        read("app", docker=docker, tag="web:2")


def test_the_engine_says_no(tmp_path: Path) -> None:
    docker = client(tmp_path, "echo 'No such image: \033[31mnone:1' >&2; exit 1")
    with pytest.raises(MeasureError, match="No such image"):
        read("none:1", docker=docker)


def test_there_is_no_client(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be run"):
        read("app:1", docker=str(tmp_path / "nothing"))


def test_a_client_that_is_cut_off(tmp_path: Path) -> None:
    archive = written(tmp_path, save_of(LAYERS))
    docker = client(tmp_path, f"head -c 2000 {archive}; echo 'it broke' >&2; exit 1")
    with pytest.raises(CtxguardError):
        read("app:1", docker=docker)
    assert os.path.exists(archive)
