"""Random Dockerfiles for a tree: what a target of them transfers is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.conformance.case import Entry
from tests.conformance.live.draft import Draft
from tests.conformance.live.layout import lay_out
from tests.conformance.live.sources import Sources
from tests.conformance.live.stages import StageWriter
from tests.conformance.live.trees import Abilities

_NAMES = ("build", "Base", "dep-s", "x.y", "")


@dataclass(frozen=True, slots=True)
class Written:
    """A Dockerfile, and how it is to be built."""

    text: str
    build_args: dict[str, str]
    target: str | None


def random_dockerfile(rng: Random, tree: Sequence[Entry], abilities: Abilities) -> Written:
    """One with one to four stages; most can be built, and some cannot."""
    draft = Draft(rng.choice(("\\", "\\", "\\", "`")))
    sources = Sources(rng, tree)
    for _ in range(rng.choice((1, 1, 2, 2, 3, 4))):
        _begin_stage(rng, draft, abilities)
        StageWriter(rng, draft, sources, abilities).write()
    if rng.random() < 0.1:
        draft.build_args["UNUSED"] = "src"
    text = lay_out(rng, [*draft.heads, *draft.lines], draft.escape)
    return Written(text, draft.build_args, _target(rng, draft.names))


def _begin_stage(rng: Random, draft: Draft, abilities: Abilities) -> None:
    base = abilities.image or "scratch"
    earlier = [name for name in draft.names if name]
    if earlier and rng.random() < 0.5:
        base = rng.choice(earlier)
        base = base.lower() if rng.random() < 0.95 else base
    if rng.random() < 0.15:
        draft.heads.append(f"ARG BASE{len(draft.names)}={base}")
        base = rng.choice((f"$BASE{len(draft.names)}", f"${{BASE{len(draft.names)}:-scratch}}"))
    name = rng.choice(_NAMES)
    named = f" {rng.choice(('AS', 'as'))} {name}" if name else ""
    draft.lines.append(f"FROM {base}{named}")
    draft.names.append(name)


def _target(rng: Random, names: Sequence[str]) -> str | None:
    known = [name for name in names if name]
    if not known or rng.random() < 0.55:
        return None
    if rng.random() < 0.06:
        return rng.choice(("0", "nope", "-"))
    return rng.choice((str.lower, str.upper, str))(rng.choice(known))
