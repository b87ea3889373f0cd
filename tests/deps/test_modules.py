"""Which package brings which module."""

from __future__ import annotations

import pytest

from ctxguard.deps.installed.distribution import Distribution, Installed
from ctxguard.deps.modules import Brings, ModuleIndex, brings

GUESSES = [
    ("acme-core", "acme_core"),
    ("acme-core", "acme.core"),
    ("acme-core", "acmecore"),
    ("acme-core", "acme"),
    ("python-acme", "acme"),
    ("pyacme", "acme"),
    ("django-acme-tweaks", "acme_tweaks"),
    ("google-acme-secret-keeper", "google.acme.secretkeeper"),
    ("google-acme-secret-keeper", "google.acme.secret_keeper"),
]


@pytest.mark.parametrize(("key", "module"), GUESSES)
def test_guesses(key: str, module: str) -> None:
    found = brings(key, None)
    assert module in found.modules
    assert not found.certain


def test_a_long_name_is_not_spelt_in_all_ways() -> None:
    assert len(brings("-".join("a" * 1_000), None).modules) < 100


def test_what_is_known() -> None:
    assert brings("opencv-python", None) == Brings(
        frozenset(("cv2",)), frozenset(("opencv-python",)), certain=True
    )


def test_what_is_installed_counts_before_what_is_known() -> None:
    there = Distribution("celery", "celery", "9", 1, (), frozenset(("new",)), frozenset(("run",)))
    installed = Installed("x", {"celery": there})
    assert brings("celery", installed) == Brings(
        frozenset(("new",)), frozenset(("run", "celery")), certain=True
    )
    assert brings("redis", installed).modules == {"redis"}


KEYS = ("google-cloud-storage", "google-cloud-bigquery", "opentelemetry-api", "opentelemetry-sdk",
        "pyyaml", "django", "django-acme", "ipython")  # fmt: skip
INDEX = ModuleIndex({key: brings(key, None) for key in KEYS})
BROUGHT = [
    ("yaml", {"pyyaml"}),
    ("yaml.loader", {"pyyaml"}),
    ("google.cloud.storage.blob", {"google-cloud-storage"}),
    ("google.cloud", {"google-cloud-storage", "google-cloud-bigquery"}),
    ("google.protobuf", set()),
    ("opentelemetry", {"opentelemetry-api"}),
    ("opentelemetry.sdk.trace", {"opentelemetry-api", "opentelemetry-sdk"}),
    ("django", {"django"}),
    ("ipython", {"ipython"}),
    ("yam", set()),
    ("yamls", set()),
]


@pytest.mark.parametrize(("name", "keys"), BROUGHT)
def test_who_brings_a_module(name: str, keys: set[str]) -> None:
    assert INDEX.keys_of([name]) == keys


def test_shared_names() -> None:
    assert INDEX.is_shared("google")
    assert not INDEX.is_shared("yaml")


def test_parts_of_others() -> None:
    assert INDEX.wholes_of(brings("opentelemetry-sdk", None)) == {"opentelemetry-api"}
    assert INDEX.wholes_of(brings("google-cloud-storage", None)) == set()
    assert INDEX.wholes_of(brings("django-acme", None)) == set()
