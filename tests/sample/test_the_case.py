"""What docs/the-case.md shows is what happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.sample.page import PAGE, ROOT, replay


def test_the_page_shows_something() -> None:
    assert PAGE.read_text("utf-8").count("<!-- case: ") >= 5


def test_the_page_shows_what_happens(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    assert replay(page, Path(os.path.realpath(tmp_path), "case")) == page


# What Docker 28.5.2 with buildx 0.29.1 said of the case after `suggest --write`, on a cold cache:
# `transferring context` for `COPY . /` and for Dockerfile.production, the regular files in the
# image, and the length of the classic builder's tar. Everything belonged to root.
OBSERVED_FILES = 314
OBSERVED_TRANSFER = 500_132_889
OBSERVED_TAR = 500_221_952
BELONGS_TO_ROOT = os.geteuid() == os.getegid() == 0


def answer(case: Path, *arguments: str) -> Any:
    run = subprocess.run(
        [sys.executable, "-m", "ctxguard", *arguments, "-f", "Dockerfile.production"],
        cwd=case,
        capture_output=True,
        check=False,
    )
    return json.loads(run.stdout)


def test_what_is_suggested_comes_to_what_a_real_builder_was_sent(tmp_path: Path) -> None:
    case = Path(os.path.realpath(tmp_path), "case")
    make = [sys.executable, str(ROOT / "sample_repo" / "make_media.py"), "--into", str(case)]
    subprocess.run(make, check=True, capture_output=True)
    (mistake,) = [
        finding
        for finding in answer(case, "lint", "--format", "json")["findings"]
        if finding["severity"] == "error"
    ]
    assert (mistake["code"], mistake["line"]) == ("CTX002", 11)
    assert 28_000_000_000 < mistake["bytes"] < 28_500_000_000
    said = answer(case, "suggest", "--write", "--format", "json")
    (report,) = answer(case, "report", "--format", "json")["reports"]
    size, transfer = report["size"], report["transfer"]
    assert said["after"] == {"bytes": size["bytes"], "files": size["files"]}
    assert size["files"] == OBSERVED_FILES
    if BELONGS_TO_ROOT:
        assert transfer["copy_all"]["bytes"] == OBSERVED_TRANSFER
        assert transfer["targets"][0]["buildkit"]["bytes"] == OBSERVED_TRANSFER
        assert transfer["legacy"]["bytes"] == OBSERVED_TAR
