"""The hook as pre-commit runs it, with the real program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.git.repositories import environment, make_repo
from tests.githook.pushing import BIG, Pair, make_pair

ROOT = Path(__file__).parents[2]
NEEDED = ["ctxguard", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"]
CONFIG = """\
repos:
  - repo: {repo}
    rev: {rev}
    hooks:
      - id: ctxguard
"""


def test_the_manifest_says_what_it_should() -> None:
    manifest = ROOT / ".pre-commit-hooks.yaml"
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(manifest)]
    assert subprocess.run(command, check=False).returncode == 0
    lines = manifest.read_text(encoding="utf-8").splitlines()
    for line in ("stages: [pre-push, manual]", "pass_filenames: false", "entry: ctxguard hook run"):
        assert f"  {line}" in lines


def pre_commit(pair: Pair, home: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=pair.local.root,
        env=environment({"PRE_COMMIT_HOME": home}),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_push_and_a_run_by_hand(tmp_path: Path) -> None:
    ours = make_repo(str(tmp_path / "ours"))
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, Path(ours.root, name))
    rev = ours.commit()
    pair = make_pair(str(tmp_path))
    pair.local.commit({".pre-commit-config.yaml": CONFIG.format(repo=ours.root, rev=rev)})
    home = str(tmp_path / "pre-commit")
    installed = pre_commit(pair, home, "install", "-t", "pre-push")
    assert installed.returncode == 0, installed.stdout + installed.stderr

    passed = pair.push(env={"PRE_COMMIT_HOME": home})
    assert passed.code == 0, passed.err
    assert pair.refs()["refs/heads/main"] == pair.local.id()
    before = pair.refs()
    pair.local.commit({"clip.mp4": BIG}, "Add the clip")
    refused = pair.push(env={"PRE_COMMIT_HOME": home})
    assert refused.code == 1
    assert pair.refs() == before
    by_hand = pre_commit(pair, home, "run", "--hook-stage", "manual")
    assert by_hand.returncode == 1
    for said in (refused.out, by_hand.stdout):
        assert "ctxguard: main is stopped: " in said or "ctxguard: HEAD is stopped: " in said
        assert "Add the clip (Jane" in said
    assert pair.push(env={"PRE_COMMIT_HOME": home, "SKIP": "ctxguard"}).code == 0
    assert pair.refs()["refs/heads/main"] == pair.local.id()
    assert not os.path.exists(os.path.join(pair.local.root, "ctxguard"))
