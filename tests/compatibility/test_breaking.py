"""Each kind of break is named in a sentence, and what breaks nobody is not."""

from copy import deepcopy
from typing import Any

import pytest

from tests.compatibility.breaking import breaks

Contract = dict[str, Any]
TEXT: Contract = {"type": "string"}
THING: Contract = {"$ref": "#/components/schemas/Thing"}
MADE: Contract = {"content": {"application/json": {"schema": THING}}}
THING_IN: Contract = {"$ref": "#/components/schemas/ThingIn"}


def contract(*, sent: Contract | None = None, answered: Contract | None = None, **operation: Any) -> Contract:
    """A contract of one operation, which takes and answers a Thing."""
    thing = {"type": "object", "additionalProperties": False, "properties": {"a": TEXT}, "required": ["a"]}
    document: Contract = {
        "operationId": "make",
        "security": [{"Token": ["admin", "bot"]}],
        "parameters": [{"name": "q", "in": "query", "required": False, "schema": TEXT}],
        "requestBody": {
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingIn"}}}
        },
        "responses": {
            "201": MADE,
            "404": {"$ref": "#/components/responses/gone"},
        },
    }
    message = {"requestBody": {"content": {"application/json": {"schema": TEXT}}}}
    return {
        "paths": {"/t": {"post": document | operation}},
        "webhooks": {"thing.made": {"post": message}},
        "components": {
            "schemas": {"ThingIn": sent or thing, "Thing": answered or thing, "Other": {"type": "object"}},
            "responses": {"gone": {"content": {"application/problem+json": {"schema": {}}}}},
        },
    }


def said_of(old: Contract, new: Contract) -> list[str]:
    return [str(each) for each in breaks(old, new)]


def fields(needed: str = "", **properties: Contract) -> Contract:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": needed.split(),
    }


def either(*choices: Contract) -> Contract:
    return {"anyOf": list(choices)}


NULL: Contract = {"type": "null"}
COUNT: Contract = {"type": "integer"}
ONE_OF_TWO: Contract = {"type": "string", "enum": ["x", "y"]}
ONE: Contract = {"type": "string", "enum": ["x"]}
OTHER: Contract = {"$ref": "#/components/schemas/Other"}


def test_a_contract_does_not_break_itself() -> None:
    assert said_of(contract(), deepcopy(contract())) == []


def test_what_is_gone() -> None:
    assert said_of(contract(), contract() | {"paths": {}}) == ["POST /t: is gone"]
    assert said_of(contract(), contract() | {"webhooks": {}}) == ["message thing.made: is gone"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"operationId": "create"}, "POST /t: is called `create` now, `make` before"),
        ({"security": [{"Token": ["admin"]}]}, "POST /t: `bot` may not call it any more"),
        ({"parameters": []}, "POST /t: the query parameter `q` is not taken any more"),
        (
            {"responses": {"201": MADE}},
            "POST /t: 404 is not answered any more",
        ),
        ({"requestBody": {"content": {}}}, "POST /t: application/json is not taken any more"),
        ({"requestBody": None}, "POST /t: a body is not taken any more"),
        (
            {"requestBody": MADE | {"required": True}},
            "POST /t: a body is needed now",
        ),
    ],
)
def test_an_operation(changed: Contract, sentence: str) -> None:
    assert said_of(contract(), contract(**changed)) == [sentence]


def test_an_operation_that_needed_no_token() -> None:
    assert said_of(contract(security=[]), contract()) == ["POST /t: needs a token now"]
    assert said_of(contract(), contract(security=[])) == []


def test_parameters() -> None:
    optional = {"name": "q", "in": "query", "required": False, "schema": TEXT}
    header = {"name": "If-Match", "in": "header", "required": False, "schema": TEXT}
    needed = header | {"required": True}
    assert said_of(contract(), contract(parameters=[optional, header])) == []
    sentence = "POST /t: the header parameter `If-Match` is needed now"
    assert said_of(contract(), contract(parameters=[optional, needed])) == [sentence]
    assert said_of(contract(parameters=[optional, header]), contract(parameters=[optional, needed])) == [
        sentence
    ]
    narrower = contract(parameters=[optional | {"schema": TEXT | {"maxLength": 3}}])
    assert said_of(contract(), narrower) == ["POST /t q: maxLength is 3 now, none before"]


@pytest.mark.parametrize(
    ("was", "now", "sentence"),
    [
        (fields(a=TEXT), fields("b", a=TEXT, b=TEXT), ": the field `b` is needed now"),
        (fields(a=TEXT), fields("a", a=TEXT), ": the field `a` is needed now"),
        (fields(a=TEXT), fields(), ": the field `a` is not taken any more"),
        (fields(a=TEXT), fields(a=COUNT), ", a: is `integer` now, `string` before"),
        (fields(a={"type": "number"}), fields(a=COUNT), ", a: is `integer` now, `number` before"),
        (fields(a={}), fields(a=TEXT), ", a: is `string` now, `anything` before"),
        (fields(a=ONE_OF_TWO), fields(a=ONE), ", a: `y` is not taken any more"),
        (fields(a=TEXT), fields(a=ONE), ", a: other values are not taken any more"),
        (fields(a=ONE_OF_TWO), fields(a={"type": "string", "const": "x"}), ", a: `y` is not taken any more"),
        (fields(a=either(TEXT, NULL)), fields(a=TEXT), ", a: `null` is not taken any more"),
        (fields(a={"type": ["string", "null"]}), fields(a=TEXT), ", a: `null` is not taken any more"),
        (fields(a=either(OTHER, THING)), fields(a=THING), ", a: `Other` is not taken any more"),
        (fields(a=either(ONE_OF_TWO, NULL)), fields(a=either(ONE, NULL)), ", a: `y` is not taken any more"),
        (fields(a=TEXT), fields(a=TEXT | {"minLength": 1}), ", a: minLength is 1 now, none before"),
        (
            fields(a=COUNT | {"maximum": 9}),
            fields(a=COUNT | {"maximum": 8}),
            ", a: maximum is 8 now, 9 before",
        ),
        (fields(a=TEXT), fields(a=TEXT | {"pattern": "^b"}), ", a: its pattern is ^b now, none before"),
        (fields(a=TEXT), fields(a=TEXT | {"format": "date"}), ", a: its format is date now, any before"),
        (
            fields(a={"type": "array", "items": ONE_OF_TWO}),
            fields(a={"type": "array", "items": ONE}),
            ", a[]: `y` is not taken any more",
        ),
        ({"type": "object"}, fields(), ": fields of other names are not taken any more"),
        (
            {"type": "object", "additionalProperties": TEXT},
            {"type": "object", "additionalProperties": COUNT},
            ", each field: is `integer` now, `string` before",
        ),
    ],
)
def test_requests_that_were_in_order_stay_so(was: Contract, now: Contract, sentence: str) -> None:
    assert said_of(contract(sent=was), contract(sent=now)) == [f"ThingIn in requests{sentence}"]


@pytest.mark.parametrize(
    ("was", "now", "sentence"),
    [
        (fields("a", a=TEXT), fields(), ": the field `a` is not there any more"),
        (fields("a", a=TEXT), fields(a=TEXT), ": the field `a` may be missing now"),
        (fields("a", a=TEXT), fields("a", a=COUNT), ", a: is `integer` now, `string` before"),
        (fields("a", a=TEXT), fields("a", a=either(TEXT, NULL)), ", a: it may be `null` now"),
        (fields("a", a=TEXT), fields("a", a={}), ", a: is `anything` now, `string` before"),
        (fields("a", a=ONE), fields("a", a=TEXT), ", a: any `string` may come now, one of 1 values before"),
        (fields("a", a=OTHER), fields("a", a=either(OTHER, THING)), ", a: it may be `Thing` now"),
        (
            fields("a", a=TEXT | {"format": "date"}),
            fields("a", a=TEXT | {"format": "date-time"}),
            ", a: its format is date-time now, date before",
        ),
    ],
)
def test_answers_have_what_they_had(was: Contract, now: Contract, sentence: str) -> None:
    assert said_of(contract(answered=was), contract(answered=now)) == [f"Thing in answers{sentence}"]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (fields("a", a=TEXT), fields(a=TEXT)),
        (fields(a=TEXT), fields(a=TEXT, b=TEXT)),
        (fields(a=ONE), fields(a=ONE_OF_TWO)),
        (fields(a=ONE), fields(a=TEXT)),
        (fields(a=TEXT), fields(a=either(TEXT, NULL))),
        (fields(a=COUNT), fields(a={"type": "number"})),
        (fields(a=TEXT | {"maxLength": 3}), fields(a=TEXT | {"maxLength": 4})),
        (fields(a=TEXT | {"format": "date"}), fields(a=TEXT)),
        (fields(a=TEXT), fields(a={})),
        (fields(a=either(TEXT, NULL)), fields(a=either({}, COUNT))),
    ],
)
def test_requests_may_become_wider(was: Contract, now: Contract) -> None:
    assert said_of(contract(sent=was), contract(sent=now)) == []


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (fields(a=TEXT), fields("a", a=TEXT)),
        (fields("a", a=TEXT), fields("a b", a=TEXT, b=TEXT)),
        (fields("a", a=ONE), fields("a", a=ONE_OF_TWO)),
        (fields("a", a=either(TEXT, NULL)), fields("a", a=TEXT)),
        (fields("a", a=TEXT), fields("a", a=TEXT | {"format": "date"})),
        (fields("a", a={"type": "number"}), fields("a", a=COUNT)),
    ],
)
def test_answers_may_say_more(was: Contract, now: Contract) -> None:
    assert said_of(contract(answered=was), contract(answered=now)) == []


def test_messages_are_answers() -> None:
    new = contract()
    [content] = new["webhooks"]["thing.made"]["post"]["requestBody"]["content"].values()
    content["schema"] = either(TEXT, NULL)
    assert said_of(contract(), new) == ["message thing.made: it may be `null` now"]


def test_schemas_that_hold_themselves_are_compared_once() -> None:
    tree = fields(below={"type": "array", "items": THING}, name=ONE_OF_TWO)
    wider = fields(below={"type": "array", "items": either(THING, NULL)}, name=TEXT)
    assert said_of(contract(answered=tree), contract(answered=wider)) == [
        "Thing in answers, below[]: it may be `null` now",
        "Thing in answers, name: any `string` may come now, one of 2 values before",
    ]
