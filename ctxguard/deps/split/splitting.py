"""What a project declares, split by verdict into texts for production and for development."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from ctxguard.dependencies import Verdict
from ctxguard.deps.declared.asked import Asked, scheme_of
from ctxguard.deps.declared.declaration import Requirement
from ctxguard.deps.declared.declaring import Survey
from ctxguard.deps.declared.marking import (
    APART,
    CONSERVATIVE,
    DEVELOPMENT,
    PRODUCTION,
    head,
    removed,
    section,
)
from ctxguard.deps.declared.requirementsfile import Kind, read_requirements
from ctxguard.deps.declared.sources import Source
from ctxguard.deps.split.composing import Composing, Gap, Leaf, composed


class Fate(Enum):
    """Where a requirement goes."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    REMOVED = "removed"
    DOUBTFUL = "doubtful"
    """Removed, but for the conservative file."""


_FATES = {
    Verdict.USED: Fate.PRODUCTION,
    Verdict.DEVELOPMENT: Fate.DEVELOPMENT,
    Verdict.UNUSED: Fate.REMOVED,
    Verdict.NEEDS_VERIFICATION: Fate.DOUBTFUL,
}


@dataclass(frozen=True, slots=True)
class Text:
    """A file to be written."""

    file: str
    """Relative to the project."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Split:
    """The three files of one application."""

    home: str
    """Its folder, relative to the project; "" for the project's own."""
    sources: tuple[str, ...]
    """The files they are made from, relative to the project."""
    production: Text
    """What is used."""
    development: Text
    """That, and what is for development."""
    conservative: Text
    """What is used, and what may be."""
    removed: tuple[Requirement, ...]
    """What is in neither of the first two."""
    problems: tuple[str, ...]

    @property
    def texts(self) -> tuple[Text, Text, Text]:
        return self.production, self.development, self.conservative


def split(
    survey: Survey,
    verdicts: Mapping[str, Verdict],
    reasons: Mapping[str, str] | None = None,
    missing: Collection[str] = (),
) -> tuple[Split, ...]:
    """The files of each application of a project, its own folder first.

    What stands among what is for development stays there, unless it is unused, or production
    lacks it. A requirement without a name, and what there is no verdict on, stays where it stands.

    Args:
        verdicts: by key.
        reasons: by key, why it is removed.
        missing: keys of what the application needs, and only development asks for.
    """
    found = {source.root.home for source in survey.sources if source.root is not None}
    found |= {os.path.dirname(each.place.file) for each in _from_others(survey)}
    splittings = (
        _Splitting(survey, home, verdicts, reasons or {}, missing) for home in sorted(found)
    )
    return tuple(each.split() for each in splittings if each.is_application)


def _from_others(survey: Survey) -> Iterator[Requirement]:
    """Requirements that do not come from requirements files."""
    files = {source.file for source in survey.sources}
    return (each for each in survey.declaration.requirements if each.place.file not in files)


class _Splitting:
    """One application."""

    def __init__(
        self,
        survey: Survey,
        home: str,
        verdicts: Mapping[str, Verdict],
        reasons: Mapping[str, str],
        missing: Collection[str],
    ) -> None:
        self.home = home
        self.verdicts = verdicts
        self.reasons = reasons
        self.missing = missing
        self.problems: list[str] = []
        self.composing = Composing(home, {source.file: source for source in survey.sources})
        self._add_sources(survey)

    def _add_sources(self, survey: Survey) -> None:
        """Those for production first, so that it is they who bring what both include."""
        roots = [each for each in survey.sources if each.root and each.root.home == self.home]
        for source in sorted(roots, key=_order):
            if not source.development:
                self._add_source(source)
        if not any(leaf.requirement for leaf in self.composing.leaves):
            self._add_others(survey)
        for source in sorted(roots, key=_order):
            self._add_source(source)

    def _add_source(self, source: Source) -> None:
        self.composing.parts.append(Gap(self.composing.end))
        self.composing.add_file(source)

    def _add_others(self, survey: Survey) -> None:
        """What stands in other files, group by group."""
        groups: dict[str, list[Requirement]] = {}
        for each in _from_others(survey):
            if os.path.dirname(each.place.file) == self.home:
                groups.setdefault(each.group, []).append(each)
        for group, requirements in groups.items():
            self.composing.parts.append(Gap(self.composing.end))
            title = section(group) + self.composing.end if group else ""
            heading = self.composing.add_heading(title)
            for each in requirements:
                self._add_other(each)
            heading.end = len(self.composing.leaves)

    def _add_other(self, requirement: Requirement) -> None:
        text = line_of(requirement)
        if text is None:
            place = requirement.place
            self.problems.append(
                f"{place.file}:{place.line}: {requirement.name} cannot be written on a line of a "
                "requirements file"
            )
            return
        raw = text + self.composing.end
        leaf = Leaf(raw, text, requirement.development, requirement)
        self.composing.add_leaf(leaf, requirement.place.file)

    @property
    def is_application(self) -> bool:
        """Not so a folder like `docs`, where all is for development anyway."""
        return not self.home or not all(leaf.development for leaf in self.composing.leaves)

    def split(self) -> Split:
        leaves = self.composing.leaves
        fates = [self._fate(leaf) for leaf in leaves]
        stays = _distinct(leaves, [fate is Fate.PRODUCTION for fate in fates])
        develops = _distinct(leaves, [fate is Fate.DEVELOPMENT for fate in fates])
        careful = (Fate.PRODUCTION, Fate.DOUBTFUL)
        perhaps = _distinct(leaves, [fate in careful for fate in fates])
        gone = self._gone(fates)
        self._check_pins(stays, develops)
        return Split(
            home=self.home,
            sources=tuple(self.composing.brought),
            production=self._text(PRODUCTION, [], stays),
            development=self._text(
                DEVELOPMENT, self._first_of_development(stays, develops), develops, gone
            ),
            conservative=self._text(CONSERVATIVE, [], perhaps),
            removed=tuple(gone),
            problems=tuple(self.problems),
        )

    def _gone(self, fates: Sequence[Fate]) -> list[Requirement]:
        """What is removed, unless it stands among what is for development as well."""
        asked = [
            (leaf.requirement, fate)
            for leaf, fate in zip(self.composing.leaves, fates, strict=True)
            if leaf.requirement is not None
        ]
        stay = {each.key for each, fate in asked if fate is Fate.DEVELOPMENT}
        removed_too = (Fate.REMOVED, Fate.DOUBTFUL)
        return [each for each, fate in asked if fate in removed_too and each.key not in stay]

    def _fate(self, leaf: Leaf) -> Fate:
        here = Fate.DEVELOPMENT if leaf.development else Fate.PRODUCTION
        if leaf.requirement is None:
            return here
        if leaf.requirement.key in self.missing:
            return Fate.PRODUCTION
        verdict = self.verdicts.get(leaf.requirement.key)
        if verdict is None or (leaf.development and verdict is not Verdict.UNUSED):
            return here
        return _FATES[verdict]

    def _first_of_development(self, stays: Sequence[bool], develops: Sequence[bool]) -> list[str]:
        """The include of what is for production, if pip can take both at once.

        It asks for the hashes of all requirements as soon as one of them has hashes.
        """
        leaves = self.composing.leaves
        hashed = {
            leaf.hashed
            for leaf, *kept in zip(leaves, stays, develops, strict=True)
            if any(kept) and not leaf.option
        }
        if len(hashed) < 2:
            return [f"-r {PRODUCTION}"]
        return list(APART)

    def _check_pins(self, *kept: Sequence[bool]) -> None:
        """Say which packages are asked for twice in versions that cannot both be had."""
        pins: dict[str, Requirement] = {}
        for leaf, *stays in zip(self.composing.leaves, *kept, strict=True):
            each = leaf.requirement
            if each is None or not any(stays) or each.marker or not _is_pin(each):
                continue
            other = pins.setdefault(each.key, each)
            if (other.specifier, other.url) != (each.specifier, each.url):
                self.problems.append(
                    f"{each.place.file}:{each.place.line}: {each.name} is asked for in another "
                    f"version than at {other.place.file}:{other.place.line}; say which files count"
                )

    def _text(
        self, name: str, first: list[str], kept: Sequence[bool], gone: Sequence[Requirement] = ()
    ) -> Text:
        end = self.composing.end
        sources = [os.path.relpath(each, self.home or ".") for each in self.composing.brought]
        last = list(dict.fromkeys(map(self._why_removed, gone)))
        start, include, ended = (
            "".join(f"{line}{end}" for line in lines) for lines in (head(sources), first, last)
        )
        body = composed(self.composing.parts, kept)
        data = end.join(filter(None, (start, include, body, ended)))
        return Text(f"{self.home}/{name}" if self.home else name, data.encode())

    def _why_removed(self, requirement: Requirement) -> str:
        if self.verdicts.get(requirement.key) is Verdict.UNUSED:
            why = self.reasons.get(requirement.key, "unused")
        else:
            why = self.reasons.get(requirement.key, "needs verification")
            why = f"{why}; it stays in {CONSERVATIVE}"
        return removed(requirement.name, why)


def _order(source: Source) -> tuple[bool, str]:
    return os.path.basename(source.file) != "requirements.txt", source.file


def _is_pin(requirement: Requirement) -> bool:
    return requirement.url is not None or requirement.specifier.startswith("==")


def _distinct(leaves: Sequence[Leaf], kept: Sequence[bool]) -> list[bool]:
    """Without what says the same as a line before."""
    met: set[str] = set()
    found = []
    for leaf, stays in zip(leaves, kept, strict=True):
        found.append(stays and leaf.text not in met)
        met |= {leaf.text} if stays else set()
    return found


def line_of(requirement: Requirement) -> str | None:
    """A line that asks for the same; None if pip would read it in another way."""
    asked = Asked(
        requirement.name,
        requirement.key,
        requirement.extras,
        requirement.specifier,
        requirement.marker,
        requirement.url,
    )
    lines = read_requirements(f"{asked}\n".encode("utf-8", "replace")).lines
    if len(lines) != 1 or lines[0].kind is not Kind.REQUIREMENT or lines[0].options:
        return None
    if lines[0].of.text != str(asked):
        return None
    back = lines[0].asked
    if back is None:
        local = requirement.url is not None and scheme_of(requirement.url) is None
        return f"{asked}  # {requirement.name}" if local and lines[0].target is not None else None
    same = (back.key, back.specifier, back.marker) == (asked.key, asked.specifier, asked.marker)
    return str(asked) if same else None
