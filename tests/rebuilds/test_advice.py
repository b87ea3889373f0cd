"""What would build less again: which changes are proposed, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ctxguard.context.demand.targets import NO_OPTIONS
from ctxguard.context.tree.related import RelatedCommits
from ctxguard.dockerfile.parser import instruction_of
from ctxguard.git.conversing import Objects
from ctxguard.git.repository import find
from ctxguard.rebuilds.advice.installation import installation
from ctxguard.rebuilds.advice.proposal import Proposal
from ctxguard.rebuilds.answer import Answer, Question, answer
from ctxguard.rebuilds.past import Past
from ctxguard.rebuilds.times import Seconds
from tests.conftest import Symlink, Tree
from tests.git.repositories import Repo, make_repo
from tests.rebuilds.replaying import replayed

FILES: Tree = {
    "package.json": "{}",
    "package-lock.json": "{}",
    "src": {"a.js": "0"},
    "docs": {"x": "0"},
    "other": {"y": "0"},
    ".dockerignore": "",
}
NPM = "FROM node\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\n"


def asked(repo: Repo, seconds: Seconds | None = None) -> Answer:
    spot = find(repo.root)
    with Objects(spot.repository.git) as objects:
        past = Past(spot, RelatedCommits(spot.repository, objects))
        question = Question(past, "HEAD", 1000, NO_OPTIONS, seconds or {})
        return answer(question, lambda _: None)


def history(root: Path, dockerfile: str, more: Tree | None = None) -> Repo:
    """Ten commits: each changes the sources, one in five the docs and the manifest."""
    repo = make_repo(str(root / "repository"), {**FILES, "Dockerfile": dockerfile, **(more or {})})
    for number in range(1, 11):
        tree: dict[str, object] = {"src": {"a.js": str(number)}}
        if number % 5 == 0:
            tree |= {"docs": {"x": str(number)}, "package.json": f'{{"v": {number}}}'}
        repo.commit(tree)  # type: ignore[arg-type]
    return repo


def proposals(repo: Repo) -> tuple[Proposal, ...]:
    return asked(repo).advice


def lines(proposal: Proposal) -> list[str]:
    return proposal.text.decode().splitlines()


def rebuilt(proposal: Proposal) -> dict[str, int]:
    return {each.step.text: each.rebuilt for each in proposal.after if each.step.builds}


def test_manifests_first(tmp_path: Path) -> None:
    (found,) = proposals(history(tmp_path, NPM))
    assert (found.idea.kind, found.idea.certain) == ("split", False)
    assert "npm ci would see the manifests alone" in found.idea.why
    assert lines(found) == [
        "FROM node",
        "WORKDIR /app",
        "COPY package-lock.json package.json ./",
        "RUN npm ci",
        "COPY . .",
        "RUN npm run build",
    ]
    assert {each.step.text: each.rebuilt for each in found.before}["RUN npm ci"] == 10
    assert rebuilt(found) == {
        "WORKDIR /app": 0,
        "COPY package-lock.json package.json ./": 2,
        "RUN npm ci": 2,
        "COPY . .": 10,
        "RUN npm run build": 10,
    }


def test_a_dockerfile_in_lower_case(tmp_path: Path) -> None:
    text = "from node\nworkdir /app\ncopy . .\nrun npm ci\nrun npm run build\n"
    (found,) = proposals(history(tmp_path, text))
    assert found.idea.kind == "split"
    assert rebuilt(found)["RUN npm ci"] == 2


def test_what_is_proposed_is_then_true(tmp_path: Path) -> None:
    """The history of a project that had followed the proposal from the start."""
    (found,) = proposals(history(tmp_path / "one", NPM))
    other = replayed(history(tmp_path / "two", found.text.decode()).root)
    actual = {each.step.text: each.rebuilt for each in other.tallies[0] if each.step.builds}
    assert rebuilt(found) == actual


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dockerfile", "more"),
    [
        pytest.param(
            "FROM node\nCOPY package.json ./\nRUN npm ci\nCOPY . .\n", {}, id="done already"
        ),
        pytest.param("FROM node\nCOPY . .\nRUN npm run build\n", {}, id="nothing is installed"),
        pytest.param("FROM node\nCOPY . .\nRUN npm ci && npm run build\n", {}, id="and more"),
        pytest.param("FROM node\nCOPY . .\nRUN make\nRUN npm ci\n", {}, id="something between"),
        pytest.param("FROM node\nCOPY . .\nWORKDIR /x\nRUN npm ci\n", {}, id="another folder"),
        pytest.param("FROM node\nCOPY . $D\nRUN npm ci\n", {}, id="a variable"),
        pytest.param("FROM go\nCOPY . .\nRUN go mod download\n", {}, id="no such manifest"),
        pytest.param(NPM, {".dockerignore": "package*\n"}, id="the manifests are ignored"),
    ],
)
def test_where_nothing_is_split(tmp_path: Path, dockerfile: str, more: Tree) -> None:
    assert proposals(history(tmp_path, dockerfile, more)) == ()


def test_flags_comments_and_folders_are_kept(tmp_path: Path) -> None:
    text = (
        "FROM node\n# all of it\nCOPY --chown=1:1 ./web /app\nENV CI=1\n\n# install\n"
        "RUN npm ci \\\n    --omit=dev\nCMD x\n"
    )
    more: Tree = {"web": {"package.json": "{}", "a.js": "0"}}
    repo = history(tmp_path, text, more)
    repo.commit({"web": {"a.js": "1"}})
    (found,) = proposals(repo)
    assert lines(found) == [
        "FROM node",
        "# all of it",
        "COPY --chown=1:1 web/package.json /app/",
        "ENV CI=1",
        "",
        "# install",
        "RUN npm ci \\",
        "    --omit=dev",
        "COPY --chown=1:1 ./web /app",
        "CMD x",
    ]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("RUN pip install -r requirements.txt", "requirements-dev.txt"),
        ("RUN python3 -m pip install --no-cache-dir --requirement x", "constraints.txt"),
        ("RUN poetry install --no-root", "poetry.lock"),
        ("RUN uv sync --frozen", "uv.lock"),
        ("RUN npm ci", "package-lock.json"),
        ("RUN yarn", "yarn.lock"),
        ("RUN yarn install --frozen-lockfile", "package.json"),
        ("RUN pnpm i", "pnpm-lock.yaml"),
        ("RUN --mount=type=cache,target=/x go mod download", "go.sum"),
        ("RUN bundle install", "Gemfile.lock"),
        ("RUN cargo fetch", "Cargo.toml"),
        ("RUN composer install", "composer.json"),
        ("RUN mvn -B dependency:go-offline", "pom.xml"),
        ("RUN dotnet restore", "App.csproj"),
        ("RUN ./gradlew --no-daemon dependencies", "build.gradle.kts"),
        ("RUN pip install -U pip && pip install -r x.txt", "requirements.txt"),
        ("RUN apt-get install -y gcc && uv pip install -r x.txt", "requirements.txt"),
        ("run npm ci", "package-lock.json"),
    ],
)
def test_package_managers(command: str, name: str) -> None:
    found = installation(instruction_of(command, 1))
    assert found is not None
    assert found.reads(name)
    assert not found.reads("main.py")


@pytest.mark.parametrize(
    "command",
    [
        "RUN pip install .",
        "RUN pip install -e . -r requirements.txt",
        "RUN pip install flask",
        "RUN npm ci && npm test",
        "RUN npm ci && pip install -r requirements.txt",
        "RUN mvn package dependency:resolve",
        "RUN go build ./...",
        "RUN apt-get install -y make",
        "RUN echo yarn-like",
        "RUN " + "npm " * 50_000,
        "RUN pip " + "-a " * 50_000,
    ],
)
def test_what_installs_no_dependencies_alone(command: str) -> None:
    assert installation(instruction_of(command, 1)) is None


COPIES = "FROM {}\nCOPY src {}\nCOPY docs {}\nCOPY other {}\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "goals", "certain"),
    [
        ("scratch", ("/a", "/b", "/c"), True),
        ("scratch", ("/a/", "/b/", "c"), None),
        ("scratch", ("a", "b", "c"), True),
        ("busybox", ("/a", "/b", "/c"), False),
        ("scratch", ("/a", "/b", "/a/c"), None),
        ("scratch", ("/a", "/a", "/c"), None),
        ("scratch", ("/", "/b", "/c"), None),
        ("scratch", (".", "b", "c"), None),
    ],
)
def test_what_changes_most_goes_last(
    tmp_path: Path, base: str, goals: Sequence[str], certain: bool | None
) -> None:
    found = proposals(history(tmp_path, COPIES.format(base, *goals)))
    assert [each.idea.certain for each in found] == ([] if certain is None else [certain])
    for each in found:
        assert [line.split()[1] for line in lines(each)] == [base, "other", "docs", "src"]
        assert rebuilt(each)[f"COPY other {goals[2]}"] == 0
        assert rebuilt(each)[f"COPY src {goals[0]}"] == 10


@pytest.mark.parametrize(
    ("dockerfile", "more"),
    [
        ("FROM scratch\nCOPY --chown=1 src /a\nCOPY docs /b\n", {}),
        ("FROM scratch\nCOPY package.json /p\nRUN x\nCOPY src /a\nCOPY docs /b\n", {}),
        (COPIES.format("scratch", "/a", "/b", "/c"), {"src": {"l": Symlink("/b")}}),
    ],
)
def test_an_order_that_is_not_certain(tmp_path: Path, dockerfile: str, more: Tree) -> None:
    found = proposals(history(tmp_path, dockerfile, more))
    assert [(each.idea.kind, each.idea.certain) for each in found] == [("order", False)]


def test_files_in_one_folder_are_apart(tmp_path: Path) -> None:
    text = "FROM scratch\nCOPY src/a.js /x/\nCOPY docs/x /x/\n"
    (found,) = proposals(history(tmp_path, text))
    assert lines(found)[1:] == ["COPY docs/x /x/", "COPY src/a.js /x/"]


def versions(root: Path, text: str) -> Repo:
    repo = make_repo(str(root / "repository"), {**FILES, "Dockerfile": text.format(0)})
    for number in range(1, 6):
        repo.commit({"Dockerfile": text.format(number)})
    return repo


@pytest.mark.parametrize("line", ["ENV VERSION={}", "ARG VERSION={}", "ENV VERSION {}"])
def test_a_variable_that_changes_goes_down(tmp_path: Path, line: str) -> None:
    text = f"FROM busybox\n{line}\nRUN one\nRUN two\nRUN echo $VERSION\n"
    (found,) = proposals(versions(tmp_path, text))
    assert (found.idea.kind, found.idea.certain) == ("variable", False)
    assert lines(found) == [
        *("FROM busybox", "RUN one", "RUN two", line.format(5), "RUN echo $VERSION"),
    ]
    assert rebuilt(found) == {"RUN one": 0, "RUN two": 0, "RUN echo $VERSION": 5}


@pytest.mark.parametrize(
    "text",
    [
        "FROM busybox\nENV VERSION={}\nRUN echo ${{VERSION}}\nRUN two\n",
        "FROM busybox\nENV VERSION={}\nCOPY src /x\n",
        "ARG VERSION={}\nFROM busybox\nRUN one\n",
        "FROM busybox\nRUN one\nLABEL version={}\nRUN two\n",
    ],
)
def test_a_variable_that_stays(tmp_path: Path, text: str) -> None:
    assert proposals(versions(tmp_path, text)) == ()


def test_seconds_weigh(tmp_path: Path) -> None:
    """A COPY more is worth it if the installation is slow, and the other way about."""
    repo = history(tmp_path, NPM)
    (found,) = asked(repo, {("[4/5]", "RUN"): 30.0, ("[5/5]", "RUN"): 6.0}).advice
    assert found.seconds_before == (None, None, None, 30.0, 6.0)
    assert found.seconds_after == (None, None, None, 30.0, None, 6.0)
    assert asked(repo, {("[5/5]", "RUN"): 6.0}).advice == ()
