"""From facts to verdicts."""

from __future__ import annotations

from dataclasses import replace

from ctxguard.dependencies import Evidence, Place, Undeclared, Verdict, Why
from ctxguard.deps.deciding import Decision, Facts, decide
from ctxguard.deps.declared.declaration import Requirement
from ctxguard.deps.files import Kind
from ctxguard.deps.modules import brings
from ctxguard.deps.uses.looking import Seen
from ctxguard.deps.uses.use import Use

HERE = Place("a.py", 1)


def asked(key: str, *, development: bool = False, applies: bool = True) -> Requirement:
    marker = None if applies else "os_name == 'nt'"
    return Requirement(
        key, key, (), "", marker, None, "dev" if development else "", development, HERE, applies
    )


def use(key: str, why: Why = Why.IMPORT, *, development: bool = False, sure: bool = True) -> Use:
    return Use(key, Evidence(why, "seen", HERE), development, sure)


def facts(*requirements: Requirement, uses: tuple[Use, ...] = ()) -> Facts:
    keys = [each.key for each in requirements]
    return Facts(
        {each.key: [each] for each in requirements},
        {key: [each for each in uses if each.key == key] for key in keys},
        Seen(),
        {key: brings(key, None) for key in keys},
        {},
        {},
        (),
        frozenset((Kind.PYTHON,)),
    )


def one(given: Facts) -> Decision:
    return decide(given)[next(iter(given.asked))]


def verdict(given: Facts) -> str:
    return one(given).verdict.value


def test_what_is_imported() -> None:
    assert verdict(facts(asked("six"), uses=(use("six"),))) == "used"


def test_what_nothing_needs() -> None:
    found = one(facts(asked("six")))
    assert (found.verdict, found.question) == (Verdict.UNUSED, None)
    assert [each.message for each in found.evidence] == ["no file imports six"]


def test_what_tests_import() -> None:
    assert verdict(facts(asked("six"), uses=(use("six", development=True),))) == "development"


def test_what_the_application_imports_though_it_is_for_development() -> None:
    assert verdict(facts(asked("six", development=True), uses=(use("six"),))) == "used"


def test_a_tool() -> None:
    assert verdict(facts(asked("pytest"))) == "development"
    mention = use("pytest", Why.MENTION, sure=False)
    assert verdict(facts(asked("pytest"), uses=(mention,))) == "development"


def test_a_mention() -> None:
    found = one(facts(asked("six"), uses=(use("six", Why.MENTION, sure=False),)))
    assert found.question == "It is named in a.py, line 1; is it loaded by that name?"
    found = one(facts(asked("six"), uses=(use("six", Why.COMMAND, sure=False),)))
    assert found.question == "It is named in a.py, line 1; is that run in production?"


def test_other_platforms() -> None:
    found = one(facts(asked("six", applies=False)))
    assert (found.verdict, found.evidence[0].why) == (Verdict.USED, Why.MARKER)


def test_a_framework_to_which_nothing_is_given() -> None:
    given = facts(asked("celery"), uses=(use("celery"),))
    assert verdict(given) == "needs-verification"
    framed = replace(given, seen=Seen(framed={"celery": Evidence(Why.FRAMEWORK, "a task", HERE)}))
    assert verdict(framed) == "used"
    run = facts(asked("celery"), uses=(use("celery"), use("celery", Why.COMMAND)))
    assert verdict(run) == "used"


def test_what_others_need_stays_as_long_as_they_do() -> None:
    given = facts(asked("six"), asked("arrow"), uses=(use("arrow"),))
    assert verdict(replace(given, needed_by={"six": {"arrow"}})) == "used"
    assert verdict(replace(given, needed_by={"six": {"toml"}})) == "unused"


def test_of_those_who_need_it_the_surest_counts() -> None:
    uses = (use("celery"), use("zipp"))
    given = facts(asked("six"), asked("celery"), asked("zipp"), uses=uses)
    assert verdict(replace(given, needed_by={"six": {"celery", "zipp"}})) == "used"
    assert verdict(replace(given, needed_by={"six": {"celery"}})) == "needs-verification"


def test_a_circle_that_nobody_needs_goes() -> None:
    given = facts(asked("six"), asked("arrow"))
    circle = replace(given, needed_by={"six": {"arrow"}, "arrow": {"six"}})
    assert {each.verdict for each in decide(circle).values()} == {Verdict.UNUSED}


def test_a_plugin() -> None:
    given = facts(asked("gevent"), asked("gunicorn"), uses=(use("gunicorn", Why.COMMAND),))
    assert verdict(given) == "needs-verification"
    signed = Seen(plugged={("gevent", 0): Evidence(Why.PLUGIN, "-k gevent", HERE)})
    assert verdict(replace(given, seen=signed)) == "used"
    assert verdict(facts(asked("gevent"), asked("gunicorn"))) == "unused"


def test_a_sign_counts_though_another_one_only_asks() -> None:
    given = facts(asked("redis"), asked("celery"), uses=(use("celery"),))
    given = replace(given, needed_by={"redis": {"celery"}})
    assert verdict(given) == "needs-verification"
    signed = Seen(plugged={("redis", 0): Evidence(Why.PLUGIN, "RedisCache", HERE)})
    assert verdict(replace(given, seen=signed)) == "used"


def test_a_plugin_of_a_tool_that_the_application_runs() -> None:
    keys = (asked("mkdocs-material"), asked("mkdocs"))
    assert verdict(facts(*keys)) == "development"
    assert verdict(facts(*keys, uses=(use("mkdocs", Why.COMMAND),))) == "needs-verification"


def test_a_plugin_by_an_entry_point() -> None:
    given = facts(asked("acme"), asked("flask"), uses=(use("flask"),))
    assert verdict(replace(given, plugs_into={"acme": {"flask"}})) == "needs-verification"
    assert verdict(replace(given, plugs_into={"acme": {"toml"}})) == "unused"


def test_an_unknown_package_beside_an_unknown_module() -> None:
    given = replace(facts(asked("acme")), undeclared=(Undeclared("kernel", HERE),))
    assert "Does it bring kernel?" in str(one(given).question)
    known = replace(facts(asked("six")), undeclared=(Undeclared("kernel", HERE),))
    assert verdict(known) == "unused"


def test_what_nobody_could_look_at() -> None:
    given = replace(facts(asked("six"), asked("pytest")), unread=("closed",))
    assert {key: each.question for key, each in decide(given).items()} == {
        "six": "Is it used in closed?",
        "pytest": None,
    }
