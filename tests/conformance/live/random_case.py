"""One random case: a tree, a Dockerfile and the ignore files that may govern it."""

from __future__ import annotations

from random import Random

from tests.conformance.case import Case, Entry, to_bytes
from tests.conformance.live.detours import add_detours
from tests.conformance.live.dockerfiles import random_dockerfile
from tests.conformance.live.rules import random_ignore_file
from tests.conformance.live.trees import Abilities, random_tree

COPY_ALL = "FROM scratch\nCOPY . /\n"


def random_case(seed: int, number: int, abilities: Abilities, bad_rules: bool = False) -> Case:
    """The same for the same arguments, whatever cases came before."""
    rng = Random(f"{seed}-{number}")
    own = Random(f"{seed}-{number}-dockerfile")
    tree = {entry["path"]: entry for entry in random_tree(rng, abilities)}
    add_detours(own, tree)
    name = rng.choice(("Dockerfile", "Dockerfile", "Dockerfile", "dockerfile", "My.df"))
    outside = rng.random() < 0.1
    if not outside and rng.random() < 0.15:
        name = f"docker/{name}"
    paths = [*tree, name, ".dockerignore"]

    def ignore_file() -> str:
        return random_ignore_file(rng, paths, bad_rules)

    governing = [Entry(path=path, type="file", size=0) for path in (name, ".dockerignore")]
    written = random_dockerfile(own, [*tree.values(), *governing], abilities)
    case = Case(
        id=f"seed-{seed}-{number}",
        tree=[],
        dockerfile_name=name,
        dockerfile=written.text,
        dockerignore={},
        dockerfile_outside=outside,
        dockerignore_outside={},
        build_args=written.build_args,
        target=written.target,
    )
    if rng.random() < 0.85:
        case["dockerignore"][".dockerignore"] = ignore_file()
    if rng.random() < 0.25:
        place = case["dockerignore_outside" if outside else "dockerignore"]
        place[f"{name}.dockerignore"] = ignore_file()
    if not outside:
        _plant(tree, name, written.text)
    for path, text in case["dockerignore"].items():
        _plant(tree, path, text)
    if not outside:
        _replace_by_links(rng, case, tree)
    case["tree"] = list(tree.values())
    return case


def _replace_by_links(rng: Random, case: Case, tree: dict[str, Entry]) -> None:
    """Now and then what governs is not the file it seems to be."""
    name, text = case["dockerfile_name"], case["dockerfile"]
    if text is not None and rng.random() < 0.05:
        case["dockerfile"] = None
        _link(tree, name, "real.df")
        _plant(tree, f"{name.removesuffix(name.rpartition('/')[2])}real.df", text, data=True)
    rules = case["dockerignore"].get(".dockerignore")
    if rules is not None and rng.random() < 0.08:
        del case["dockerignore"][".dockerignore"]
        target = rng.choice(("rules.txt", "rules.txt", "nowhere", ".", "/etc/hostname"))
        _link(tree, ".dockerignore", target)
        _plant(tree, "rules.txt", rules, data=True)
    elif rules is not None and rng.random() < 0.02:
        del case["dockerignore"][".dockerignore"]
        tree[".dockerignore"] = Entry(path=".dockerignore", type="dir", size=0)


def _link(tree: dict[str, Entry], path: str, target: str) -> None:
    tree[path] = Entry(path=path, type="symlink", size=len(target), target=target)


def _plant(tree: dict[str, Entry], path: str, text: str, data: bool = False) -> None:
    folder = path.rpartition("/")[0]
    if folder:
        tree.setdefault(folder, Entry(path=folder, type="dir", size=0))
    tree[path] = Entry(path=path, type="file", size=len(to_bytes(text)))
    if data:
        tree[path]["data"] = text
