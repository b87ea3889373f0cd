"""What is looked for, by whatever it may be called."""

from __future__ import annotations

from ctxguard.deps.modules import brings
from ctxguard.deps.uses.wanted import wanted
from tests.deps.seeing import looked_for


def test_by_every_name() -> None:
    found = looked_for()
    assert found.by_module("cv2.data") == {"opencv-python"}
    assert found.by_command("supervisord") == {"supervisor"}
    assert found.by_command("redis") == frozenset()
    assert found.by_scheme("postgresql+asyncpg") == {"asyncpg"}
    assert found.by_any("flower") == {"flower"}
    assert found.by_module("zope:interface") == {"zope-interface"}


def test_a_text_without_any_name_is_passed_over() -> None:
    found = wanted(["ddtrace"], {"ddtrace": brings("ddtrace", None)})
    assert found.is_in("exec ddtrace-run x")
    assert not found.is_in("exec ddtraces x")
    assert not found.has_schemes


def test_nothing_is_looked_for() -> None:
    assert not wanted([], {}).is_in("import x")
