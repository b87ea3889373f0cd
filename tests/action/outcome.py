"""How a job and its steps ended."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """How a step ended."""

    name: str
    result: str
    """success, failure, or skipped."""
    log: str = ""
    code: int = 0
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Ended:
    """How a job ended."""

    steps: list[Outcome]
    summary: str

    @property
    def failed(self) -> list[str]:
        return [each.name for each in self.steps if each.result == "failure"]

    @property
    def log(self) -> str:
        return "".join(each.log for each in self.steps)

    def step(self, name: str) -> Outcome:
        """The step whose name, or what it runs or uses, begins so."""
        (found,) = (each for each in self.steps if each.name.startswith(name))
        return found
