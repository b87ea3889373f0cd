"""The comment on a server that behaves like GitHub's API, refusals included."""

from __future__ import annotations

import pytest

from ctxguard.forge.client import Client
from ctxguard.forge.errors import ForgeError, RefusedError
from ctxguard.forge.pace import Pace
from ctxguard.forge.posting import Posted, post
from ctxguard.forge.token import Token
from ctxguard.forge.whereabouts import Api, Pull
from tests.forge.server import (
    BOT,
    ISSUE,
    JANE,
    MALLORY,
    READ_ONLY,
    REPOSITORY,
    TOKEN,
    Answer,
    Asked,
    Clock,
    Forge,
)

MARKER = "<!-- ctxguard:size -->"
BODY = f"{MARKER}\n\nsome text"


def posted(forge: Forge, clock: Clock | None = None, body: str = BODY) -> Posted:
    clock = Clock() if clock is None else clock
    api = Api(forge.url, forge.url.removeprefix("http://"), loopback=True)
    pace = Pace(sleep=clock.sleep, clock=clock.now, now=clock.now, random=lambda: 0.5)
    return post(Client(api, Token(TOKEN), pace), Pull(api, REPOSITORY, 7), MARKER, body)


def test_created_where_there_is_none(forge: Forge) -> None:
    forge.add("hello", JANE)
    assert posted(forge) is Posted.CREATED
    assert [each["body"] for each in forge.comments] == ["hello", BODY]
    asked = forge.asked[-1]
    assert (asked.method, asked.path) == ("POST", f"{ISSUE}/comments")
    assert asked.headers["accept"] == "application/vnd.github+json"
    assert asked.headers["x-github-api-version"] == "2022-11-28"
    assert asked.headers["user-agent"].startswith("ctxguard/")


def test_updated_where_there_is_one(forge: Forge) -> None:
    forge.add("hello", JANE)
    id_ = forge.add(f"{MARKER}\n\nold")
    assert posted(forge) is Posted.UPDATED
    assert (forge.body(id_), len(forge.comments)) == (BODY, 2)
    assert posted(forge) is Posted.UPDATED
    assert forge.methods() == ["GET", "PATCH"] * 2


def test_found_on_a_later_page(forge: Forge) -> None:
    for at in range(70):
        forge.add(f"comment {at}", JANE)
    id_ = forge.add(MARKER)
    forge.add("last", JANE)
    assert posted(forge) is Posted.UPDATED
    assert forge.body(id_) == BODY
    assert forge.methods() == ["GET", "GET", "GET", "PATCH"]


def test_pages_have_an_end(forge: Forge) -> None:
    forge.always("GET", Answer(200, [], {"Link": '<x>; rel="next"'}))
    assert posted(forge) is Posted.CREATED
    assert forge.methods().count("GET") == 100


OTHERS = [
    ("another key", "<!-- ctxguard:size2 -->\n", BOT),
    ("a marker further down", f"> {MARKER}\n", BOT),
    ("a person who copies the marker", f"{MARKER}\n", MALLORY),
    ("no body", None, BOT),
    ("a body that is no text", 7, BOT),
    ("a user that is gone", MARKER, None),
    ("a user that is none", MARKER, "Bot"),
]


@pytest.mark.parametrize(
    ("body", "user"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS]
)
def test_no_other_comment_is_touched(forge: Forge, body: object, user: object) -> None:
    id_ = forge.add(body, user)
    assert posted(forge) is Posted.CREATED
    assert forge.body(id_) == body


def test_a_person_s_token_updates_that_person_s_comment(forge: Forge) -> None:
    forge.author = JANE
    others = [forge.add(MARKER, MALLORY), forge.add(MARKER, BOT)]
    own = forge.add(MARKER, JANE)
    assert posted(forge) is Posted.UPDATED
    assert [forge.body(each) for each in (*others, own)] == [MARKER, MARKER, BODY]


def test_one_that_is_deleted_meanwhile_is_made_anew(forge: Forge) -> None:
    forge.add(MARKER)
    forge.once("PATCH", Answer(404, {"message": "Not Found"}))
    assert posted(forge) is Posted.CREATED
    assert forge.methods() == ["GET", "PATCH", "POST"]


def test_a_second_one_serves_where_the_first_is_gone(forge: Forge) -> None:
    forge.add(MARKER)
    second = forge.add(MARKER)
    forge.once("PATCH", Answer(410))
    assert posted(forge) is Posted.UPDATED
    assert forge.body(second) == BODY


@pytest.mark.parametrize("does_it", [True, False])
def test_a_post_without_a_clear_answer_makes_no_two(forge: Forge, does_it: bool) -> None:
    clock = Clock()
    forge.once("POST", Answer(502, does_it=does_it))
    assert posted(forge, clock) is (Posted.UPDATED if does_it else Posted.CREATED)
    assert [each["body"] for each in forge.comments] == [BODY]
    assert len(clock.waits) == 1


def test_a_post_that_never_has_a_clear_answer_is_given_up(forge: Forge) -> None:
    forge.always("POST", Answer(500, {"message": "Server Error"}))
    with pytest.raises(ForgeError, match="500 Internal Server Error"):
        posted(forge)
    assert forge.methods().count("POST") == 4


def test_a_token_that_may_only_read_is_refused(forge: Forge) -> None:
    forge.may_write = False
    with pytest.raises(RefusedError, match="403 Forbidden, Resource not accessible") as caught:
        posted(forge)
    assert caught.value.status == 403
    forge.add(MARKER)
    with pytest.raises(RefusedError):
        posted(forge)
    assert forge.body(101) == MARKER


def test_a_token_that_is_unknown_is_refused_at_once(forge: Forge) -> None:
    forge.rules.append(lambda _: Answer(401, {"message": "Bad credentials"}))
    with pytest.raises(RefusedError, match="401 Unauthorized, Bad credentials"):
        posted(forge)
    assert len(forge.asked) == 1


def test_a_body_that_is_too_long_is_an_error(forge: Forge) -> None:
    with pytest.raises(ForgeError, match="422 Unprocessable Entity, Validation Failed"):
        posted(forge, body=MARKER + "x" * 65_536)


def test_a_pull_request_that_is_not_there(forge: Forge) -> None:
    forge.always("GET", Answer(404, {"message": "Not Found"}))
    with pytest.raises(ForgeError, match=r"404 Not Found$"):
        posted(forge)
    assert "POST" not in forge.methods()


def test_a_list_that_is_none(forge: Forge) -> None:
    forge.always("GET", Answer(200, {"comments": []}))
    with pytest.raises(ForgeError, match="list of comments"):
        posted(forge)


def test_an_id_that_is_none_leads_nowhere(forge: Forge) -> None:
    rows = [{"id": id_, "body": MARKER, "user": BOT} for id_ in ("../7", True, -1, 1.5, None)]
    forge.always("GET", Answer(200, [*rows, 7, None, [], {}]))
    assert posted(forge) is Posted.CREATED
    assert "PATCH" not in forge.methods()


def test_who_it_is_may_be_a_secret(forge: Forge) -> None:
    def rule(asked: Asked) -> Answer | None:
        return Answer(404, {"message": "Not Found"}) if asked.path == "/user" else None

    forge.rules.append(rule)
    forge.add(MARKER, BOT)
    assert posted(forge) is Posted.UPDATED


def test_the_answer_of_a_proxy_is_no_author(forge: Forge) -> None:
    forge.rules.append(lambda asked: READ_ONLY if asked.path == "/user" else None)
    forge.add(MARKER, {"type": ["Bot"]})
    assert posted(forge) is Posted.CREATED
