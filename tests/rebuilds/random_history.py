"""Random histories of a small project, with all that a cache can depend on."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

from tests.conftest import Symlink
from tests.git.repositories import make_repo

_DOCKERFILE = """\
# syntax is that of the engine
FROM busybox AS build
ARG LEVEL={level}
ENV {variables}
WORKDIR /w-{nonce}
COPY requirements.txt *.toml ./
RUN {net} cat requirements.txt > /deps
COPY {source} ./{source}
COPY link /l
COPY src/*.py /py/
RUN {net} echo {word} && ls
RUN {net} --mount=type=bind,source=docs,target=/docs cat /docs/* > /d
COPY --chmod={mode} bin/run.sh /run.sh
COPY --exclude=*.md docs /docs2
COPY {link}README.md /r
RUN {net} <<EOF
echo {heredoc}
EOF
FROM build AS last
LABEL version={label}
WORKDIR /x-{nonce}
COPY docs/ many/ /two/
USER {user}
WORKDIR /y
COPY . /all
RUN {net} true
FROM busybox
WORKDIR /y-{nonce}
COPY --from=last /deps /deps
COPY README.md /z
CMD {label}
"""
_NETWORK = "--network=none"
_IGNORED = ("", "**/*.log\n", "**/*.log\ndocs/*.txt\n", "*.md\n!README.md\n**/*.log\n", "many/a\n")
_FOLDERS = ("src", "docs", "many/a", "many/b", "src/deep/er")


class History:
    """A repository that grows by random commits.

    Args:
        nonce: stands in all that is built, so that no other build left it in a cache.
        links: whether `COPY --link` is among it; not all engines heed it.
    """

    def __init__(self, root: str, rng: Random, nonce: str, *, links: bool = True) -> None:
        self._rng = rng
        self._nonce = nonce
        self._count = 0
        self._words = {
            "link": "--link " if links else "",
            "level": "1",
            "variables": "A=1 B=2",
            "source": "src",
            "word": "hi",
            "mode": "755",
            "heredoc": "one",
            "label": "1",
            "user": "0:0",
        }
        self._ignored = _IGNORED[1]
        self.repo = make_repo(root)
        self._write_rules()
        for path in ("requirements.txt", "a.toml", "README.md", "bin/run.sh", "docs/x.txt"):
            self._write(path)
        for folder in _FOLDERS:
            self._write(f"{folder}/a.py")
            self._write(f"{folder}/b.md")
        self._link("src/a.py")
        self.repo.commit()

    def grow(self) -> None:
        """One commit more."""
        actions: list[Callable[[], None]] = [
            *(self._edit, self._edit, self._edit, self._add, self._remove, self._rename),
            *(self._make_executable, self._add_ignored, self._change_dockerfile, self._manifest),
            *(self._change_dockerfile, self._change_rules, self._revert, self._revert),
            *(self._relink, self._comment, self._rename_folder),
        ]
        for action in self._rng.sample(actions, self._rng.choice((1, 1, 2))):
            action()
        self.repo.commit()

    def _text(self) -> str:
        self._count += 1
        return f"{self._nonce} {self._rng.choice((self._count, 1, 2))}\n"

    def _at(self, path: str) -> str:
        return os.path.join(self.repo.root, path)

    def _write(self, path: str) -> None:
        full = self._at(path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as stream:
            stream.write(self._text())

    def _some(self, folders: tuple[str, ...] = _FOLDERS) -> str:
        """A file that is there, and that nothing asks for by name."""
        found = [
            os.path.join(folder, name)
            for folder in folders
            if os.path.isdir(self._at(folder))
            for name in sorted(os.listdir(self._at(folder)))
            if os.path.isfile(self._at(os.path.join(folder, name)))
        ]
        return self._rng.choice([path for path in found if not path.endswith(("/a.py", "x.txt"))])

    def _edit(self) -> None:
        self._write(self._some())

    def _manifest(self) -> None:
        self._write(self._rng.choice(("requirements.txt", "a.toml", "README.md", "bin/run.sh")))

    def _add(self) -> None:
        name = self._rng.choice(("new.py", "c.txt", "d/e.py", "z.md"))
        self._write(f"{self._rng.choice(_FOLDERS)}/{self._count}{name}")

    def _add_ignored(self) -> None:
        self._write(f"{self._rng.choice((*_FOLDERS, f'only{self._count}'))}/x{self._count}.log")

    def _remove(self) -> None:
        path = self._some()
        if not path.endswith("b.md"):
            os.unlink(self._at(path))

    def _rename(self) -> None:
        path = self._some()
        os.rename(self._at(path), self._at(f"{os.path.dirname(path)}/r{self._count}.py"))
        self._write(f"{os.path.dirname(path)}/b.md")

    def _rename_folder(self) -> None:
        """The same content under another name, and the Dockerfile that follows it."""
        source = self._words["source"]
        if os.path.isdir(self._at(source)) and source == "src":
            self._write("sub/src/a.py")
            self._words["source"] = "sub/src"
        else:
            self._words["source"] = "src"
        self._write_rules()

    def _make_executable(self) -> None:
        path = self._at(self._some())
        os.chmod(path, os.stat(path).st_mode ^ 0o111)

    def _link(self, target: str) -> None:
        self.repo.write({"link": Symlink(target)})

    def _relink(self) -> None:
        self._link(self._rng.choice(("src/a.py", "docs/x.txt", "docs", "many/a")))

    def _write_rules(self) -> None:
        text = _DOCKERFILE.format(nonce=self._nonce, net=_NETWORK, **self._words)
        self.repo.write({"Dockerfile": text, ".dockerignore": self._ignored})

    def _change_dockerfile(self) -> None:
        words = {
            "level": ("1", "2"),
            "variables": ("A=1 B=2", "B=2 A=1", "A=1 B=3"),
            "word": ("hi", "ho", "$LEVEL"),
            "mode": ("755", "700"),
            "heredoc": ("one", "two"),
            "label": ("1", "2"),
            "user": ("0:0", "1000:1000"),
        }
        which = self._rng.choice(sorted(words))
        self._words[which] = self._rng.choice(words[which])
        self._write_rules()

    def _change_rules(self) -> None:
        self._ignored = self._rng.choice(_IGNORED)
        self._write_rules()

    def _comment(self) -> None:
        """Nothing of it reaches a step but `COPY . /all`."""
        self._write_rules()
        with open(self._at("Dockerfile"), "a", encoding="utf-8") as stream:
            stream.write(f"# {self._text()}")

    def _revert(self) -> None:
        """What an older commit held, as a whole."""
        ids = self.repo.git("log", "--format=%H").split()
        self.repo.git("rm", "-q", "-r", "-f", ".")
        self.repo.git("checkout", "-q", self._rng.choice(ids), "--", ".")
