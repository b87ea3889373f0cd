"""Sources of COPY, ADD and bind mounts that do not arrive: the build fails after the transfer.

Source of the meaning: BuildKit 73ed682, `cache/contenthash/checksum.go` (`wildcards`,
`getFollowLinks`), `solver/llbsolver/file/backend.go`; checked on Docker 28.5.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctxguard.context.demand.arrived import Arrived
from ctxguard.context.demand.followpaths import has_wildcard, matches
from ctxguard.context.tree.links import resolve
from ctxguard.context.tree.locate import Governing
from ctxguard.context.tree.source import Source
from ctxguard.context.walking.inclusion import include_rules
from ctxguard.context.walking.views import BuildKitView
from ctxguard.dockerfile.demand import Ask
from ctxguard.errors import PatternError
from ctxguard.ignore.reader import IgnoreRule
from ctxguard.measurement import Effect, EntryKind, Problem

_MOST_LOOKED_AT = 200_000
"""Names that are compared with wildcards; beyond, nothing is said."""


class Missing:
    """Tells the sources that do not arrive, and why.

    Args:
        dockerfile: its name.
    """

    def __init__(
        self, source: Source, governing: Governing, view: BuildKitView, dockerfile: str
    ) -> None:
        self._source = source
        self._governing = governing
        self._dockerfile = dockerfile
        self._arrived = Arrived(source, view)
        self._looked_at = 0

    def problems(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        """One for each source that the build fails at."""
        for ask in asks:
            lost = self._lost(ask) if ask.transfers else None
            if lost is not None:
                yield self._problem(ask, lost)

    def _lost(self, ask: Ask) -> str | None:
        """The path that is asked for and not there."""
        if not ask.path:
            return self._lost_at_top(ask)
        names = ask.path.split("/")
        first = next((at for at, name in enumerate(names) if has_wildcard(name)), None)
        if first is None or ask.instruction.keyword == "RUN":
            return None if resolve(self._arrived, ask.path) is not None else ask.path
        folder = resolve(self._arrived, "/".join(names[:first]))
        if folder is None:
            return "/".join(names[:first])
        return next(self._lost_links(folder, names[first:]), None)

    def _lost_at_top(self, ask: Ask) -> str | None:
        """EDGE CASE: `COPY --exclude=x .` looks at what lies at the top as `COPY *` does."""
        flags = [flag.partition("=") for flag in ask.instruction.flags]
        try:
            excluded = include_rules([value for name, _, value in flags if name == "--exclude"])
        except PatternError:
            return None
        if not excluded.patterns:
            return None
        found = self._lost_links("", ["*"])
        return next((path for path in found if not excluded.hits(path)), None)

    def _lost_links(self, folder: str, patterns: Sequence[str]) -> Iterator[str]:
        """Links that the wildcards match and that lead nowhere; no match at all is no error."""
        pattern, *rest = patterns
        wanted = EntryKind.DIRECTORY if rest else EntryKind.SYMLINK
        for name, kind in self._arrived.children(folder):
            self._looked_at += 1
            if self._looked_at > _MOST_LOOKED_AT:
                return
            if kind is not wanted or not matches(pattern, name):
                continue
            path = f"{folder}/{name}" if folder else name
            if rest:
                yield from self._lost_links(path, rest)
            elif self._arrived.has(path) and resolve(self._arrived, path) is None:
                yield path

    def _problem(self, ask: Ask, path: str) -> Problem:
        code, why = self._why(path)
        text = f"{ask.instruction.text}: {why}, so the build fails after the transfer"
        line = ask.instruction.line
        return Problem(code, self._dockerfile, text, Effect.BUILD_FAILS, line, path)

    def _why(self, path: str) -> tuple[str, str]:
        links: list[str] = []
        real = resolve(self._source, path, links)
        led = f", where {path} leads," if real != path else ""
        for place in [*links, *([] if real is None else [real])]:
            rule = self._excluding(place)
            if rule is not None:
                shown = f"{rule.source}:{rule.line} {rule.raw.strip()}"
                what = place if place == path else f"{place}{led}"
                return "ignored-source", f"{what} is ignored by {shown}"
        if real is None:
            leads = f"{path} leads nowhere" if links else f"there is no {path} in the context"
            return "missing-source", leads
        if not links:
            return "missing-source", f"nothing in {path} is asked for, so it is not sent itself"
        return "link-not-followed", (
            f"{path} is not sent, as BuildKit follows the link {links[0]} "
            "only for the first path that leads through it"
        )

    def _excluding(self, path: str) -> IgnoreRule | None:
        """The rule that keeps a path out."""
        spec = self._governing.spec
        if not path:
            return None
        *_, (_, decision) = spec.trace(path)
        if not decision.excluded or decision.rule is None:
            return None
        return spec.patterns[decision.rule].rule
