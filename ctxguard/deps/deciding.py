"""From what was seen of a package to the verdict on it.

In doubt for the package: what is not certain to be of no use is never removable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ctxguard.dependencies import Evidence, Undeclared, Verdict, Why
from ctxguard.deps.declared.declaration import Requirement
from ctxguard.deps.files import Kind
from ctxguard.deps.known import frameworks, is_stub, is_tool, plugins
from ctxguard.deps.modules import Brings
from ctxguard.deps.uses.looking import Seen
from ctxguard.deps.uses.use import Use

_NOTEBOOKS, _PYTHON = "*notebooks", "*python"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided about one package."""

    verdict: Verdict
    evidence: tuple[Evidence, ...]
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that speaks for packages."""

    asked: Mapping[str, Sequence[Requirement]]
    """By key: what the project declares."""
    uses: Mapping[str, Sequence[Use]]
    seen: Seen
    of: Mapping[str, Brings]
    needed_by: Mapping[str, Collection[str]]
    """By key: the packages that cannot be without it, as their metadata or a comment tells."""
    plugs_into: Mapping[str, Collection[str]]
    """By key: the packages that load it by an entry point."""
    undeclared: Sequence[Undeclared]
    """Modules that nothing which is there brings."""
    kinds: Collection[Kind]
    """Of the files that there are."""
    unread: Sequence[str] = ()
    """Sources that nobody could look at, which may use anything."""


def decide(facts: Facts) -> dict[str, Decision]:
    """The verdict on each package."""
    return _Deciding(facts).all()


@dataclass(slots=True)
class _Deciding:
    facts: Facts
    made: dict[str, Decision] = field(default_factory=dict)

    def all(self) -> dict[str, Decision]:
        waiting = []
        for key in self.facts.asked:
            decision = self._by_itself(key)
            if decision is None:
                waiting.append(key)
            else:
                self.made[key] = decision
        self._by_others(waiting)
        return {key: self.made.get(key) or self._last(key) for key in self.facts.asked}

    def _by_itself(self, key: str) -> Decision | None:
        """What is certain without a look at others."""
        asked = self.facts.asked[key]
        if not any(each.applies for each in asked):
            told = Evidence(Why.MARKER, f"for other platforms: {asked[0].marker}", asked[0].place)
            return Decision(Verdict.USED, (told,))
        sure = [each.evidence for each in self._uses(key) if each.sure and not each.development]
        if not sure:
            return None
        framework = frameworks().get(key)
        if framework is not None and all(each.why is Why.IMPORT for each in sure):
            given = self.facts.seen.framed.get(key)
            if given is None:
                return Decision(Verdict.NEEDS_VERIFICATION, tuple(sure), framework.asks)
            sure.append(given)
        return Decision(Verdict.USED, tuple(sure))

    def _uses(self, key: str) -> Sequence[Use]:
        return self.facts.uses.get(key, ())

    def _by_others(self, waiting: list[str]) -> None:
        """Those that stay because of others, which may stay because of others.

        No doubt is noted before all is known that is certain.
        """
        while self._settle(waiting, Verdict.USED) or self._settle(
            waiting, Verdict.NEEDS_VERIFICATION
        ):
            pass

    def _settle(self, waiting: list[str], verdict: Verdict) -> bool:
        """Take those of this verdict out of what waits; whether there is any."""
        found = {key: self._by_other(key) for key in waiting}
        settled = {key: each for key, each in found.items() if each and each.verdict is verdict}
        self.made |= settled
        waiting[:] = [key for key in waiting if key not in settled]
        return bool(settled)

    def _by_other(self, key: str) -> Decision | None:
        found = [each for each in (*self._needed(key), self._plugged(key)) if each is not None]
        if not found:
            return None
        best = min(found, key=lambda each: each.verdict.rank)
        is_certain = best.verdict is Verdict.USED
        is_for_tests = is_tool(key) or self._is_for_development(key)
        return None if is_for_tests and not is_certain and not self._extends_tool(key) else best

    def _extends_tool(self, key: str) -> bool:
        """Whether it is for a tool that the application runs, as a theme for mkdocs is."""
        return any(
            is_tool(host) and self._is_kept(host)
            for plugin in plugins(key)
            for host in plugin.hosts
        )

    def _needed(self, key: str) -> Iterator[Decision]:
        for other in sorted(self.facts.needed_by.get(key, ())):
            made = self.made.get(other)
            if made is not None:
                told = Evidence(Why.REQUIRED_BY, f"needed by {other}")
                question = made.question and f"{other}: {made.question}"
                yield Decision(made.verdict, (told,), question)

    def _plugged(self, key: str) -> Decision | None:
        question = None
        for at, plugin in enumerate(plugins(key)):
            hosts = sorted(host for host in plugin.hosts if self._is_kept(host))
            if hosts:
                sign = self.facts.seen.plugged.get((key, at))
                if sign is not None:
                    return Decision(Verdict.USED, (Evidence(Why.PLUGIN, sign.message, sign.place),))
                asks = plugin.asks and plugin.asks.replace("{name}", key)
                question = question or (asks and (asks, hosts[0])) or None
        hosts = sorted(host for host in self.facts.plugs_into.get(key, ()) if self._is_kept(host))
        if hosts:
            question = question or (f"Is it wanted there? {hosts[0]} loads it by itself.", hosts[0])
        if question is None:
            return None
        told = Evidence(Why.PLUGIN, f"{question[1].lstrip('*')} can load it by itself")
        return Decision(Verdict.NEEDS_VERIFICATION, (told, *self._mentions(key)), question[0])

    def _is_kept(self, host: str) -> bool:
        if host == _NOTEBOOKS:
            return Kind.NOTEBOOK in self.facts.kinds
        return Kind.PYTHON in self.facts.kinds if host == _PYTHON else host in self.made

    def _mentions(self, key: str) -> Iterator[Evidence]:
        for each in self._uses(key):
            if not each.sure and not each.development:
                yield each.evidence

    def _is_for_development(self, key: str) -> bool:
        return all(each.development for each in self.facts.asked[key])

    def _last(self, key: str) -> Decision:
        """What nothing in the application needs."""
        evidence = tuple(self._for_development(key))
        if evidence:
            return Decision(Verdict.DEVELOPMENT, evidence)
        mentions = tuple(self._mentions(key))
        if mentions:
            place = mentions[0].place
            where = f" in {place.file}, line {place.line}" if place is not None else ""
            question = f"It is named{where}; {_asked_of(mentions[0])}?"
            return Decision(Verdict.NEEDS_VERIFICATION, mentions, question)
        if not self.facts.of[key].certain and self.facts.undeclared:
            return self._unknown(key)
        if self.facts.unread:
            return self._unseen()
        modules = ", ".join(sorted(self.facts.of[key].modules)[:3]) or "nothing of it"
        guess = "" if self.facts.of[key].certain else ", a guess from its name"
        told = Evidence(Why.IMPORT, f"no file imports {modules}{guess}")
        return Decision(Verdict.UNUSED, (told,))

    def _for_development(self, key: str) -> Iterable[Evidence]:
        if is_stub(key):
            yield Evidence(Why.TOOL, "for type checkers")
        elif is_tool(key):
            yield Evidence(Why.TOOL, "a known tool of developers")
        elif self._is_for_development(key):
            asked = self.facts.asked[key][0]
            yield Evidence(
                Why.DECLARED, f"declared for {asked.group or 'development'}", asked.place
            )
        for each in self._uses(key):
            if each.development and each.sure:
                yield each.evidence

    def _unknown(self, key: str) -> Decision:
        """Nobody knows what it brings, and there are modules that nobody brings."""
        some = list(dict.fromkeys(each.module for each in self.facts.undeclared))[:3]
        told = Evidence(Why.IMPORT, "it is not known which modules it brings")
        question = f"Does it bring {' or '.join(some)}? Say with --venv where it is installed."
        return Decision(Verdict.NEEDS_VERIFICATION, (told,), question)

    def _unseen(self) -> Decision:
        """What nothing that was read needs."""
        path = self.facts.unread[0]
        told = Evidence(Why.UNREADABLE, f"{path} cannot be read")
        return Decision(Verdict.NEEDS_VERIFICATION, (told,), f"Is it used in {path}?")


def _asked_of(mention: Evidence) -> str:
    if mention.why is Why.COMMAND:
        return "is that run in production"
    return "is it loaded by that name"
