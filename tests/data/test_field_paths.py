"""Field paths: each form, with keys as Korean corpora have them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowhisper_tel.data.field_paths import Record, is_path, paths, records

LABEL = {
    "version": 1.5,
    "people": [{"id": 7, "sex": "여"}, {"id": 8, "sex": "남", "home": {"city": "대구"}}],
    "calls": [
        {
            "id": "c1",
            "turns": [{"who": 8, "고객질문(요청)": "네", "개체명 ": "버스"}, {"who": 7, "no.1": [["a"], "b"]}],
        },
        {"id": "c2", "turns": [{"who": 9, "text": None, "long": {"a": 1}, "done": True}]},
    ],
}
FILE = {"@stem": "s1", "@folder": "f1", "@path": "x/f1/s1.json"}
FIRST, SECOND, THIRD = records(LABEL, "calls[].turns[]", FILE)


@pytest.mark.parametrize(
    ("record", "template", "filled"),
    [
        (FIRST, "who", "8"),
        (FIRST, "고객질문(요청)", "네"),
        (FIRST, "개체명 ", "버스"),
        (FIRST, "{개체명 }/{고객질문(요청)}", "버스/네"),
        (FIRST, "^.id", "c1"),
        (THIRD, "^.id", "c2"),
        (FIRST, "^^.version", "1.5"),
        (FIRST, "$.version", "1.5"),
        (FIRST, "$.people[id=who].sex", "남"),
        (FIRST, "^^.people[id=who].home.city", "대구"),
        (SECOND, "$.people[id=who].sex", "여"),
        (FIRST, "$.people[1].sex", "남"),
        (FIRST, "$.people[-2].sex", "여"),
        (FIRST, "$.calls[id=^.id].turns[0].who", "8"),
        (SECOND, '"no.1"[0][0]', "a"),
        (SECOND, '"no.1"[1]', "b"),
        (FIRST, "@stem", "s1"),
        (FIRST, "{@folder}/{@stem}.wav", "f1/s1.wav"),
        (FIRST, "{@path} of {$.version}", "x/f1/s1.json of 1.5"),
        (THIRD, "done", "True"),
    ],
)
def test_what_stands_at_a_path(record: Record, template: str, filled: str) -> None:
    assert all(map(is_path, paths(template)))
    assert record.fill(template) == filled


@pytest.mark.parametrize(
    ("record", "path"),
    [
        (FIRST, "text"),
        (FIRST, "who.name"),
        (FIRST, "개체명"),
        (FIRST, "^^^.id"),
        (FIRST, "$.people[2].sex"),
        (FIRST, "$.people.sex"),
        (FIRST, "$.people[id=nobody].sex"),
        (THIRD, "$.people[id=who].sex"),
        (THIRD, "text"),
        (THIRD, "long"),
        (THIRD, "$.people"),
        (FIRST, "$.version[id=who]"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(record: Record, path: str) -> None:
    assert is_path(path)
    for template in (path, f"{{who}}-{{{path}}}"):
        with pytest.raises(KeyError) as caught:
            record.fill(template)
        assert caught.value.args == (path,)


@pytest.mark.parametrize(
    "path", ["", "a..b", "a.", ".a", "a[", "a]", "a[]", "a[0", "a[x]", "@name", "^id", "$id", '"a']
)
def test_what_is_no_path(path: str) -> None:
    assert not is_path(path)


@pytest.mark.parametrize(
    ("data", "path", "found"),
    [
        ({"a": 1}, "", [{"a": 1}]),
        ([1, 2], "[]", [1, 2]),
        ([{"a": [1]}, {"a": [2, 3]}], "[].a[]", [1, 2, 3]),
        ({"a": {"b": [1, 2]}}, "a.b[]", [1, 2]),
        ({"a": [{"b": {"c": 5}}]}, "a[].b", [{"c": 5}]),
        ({"a": [[1], [2]]}, "a[][]", [1, 2]),
        ({"a": []}, "a[]", []),
    ],
)
def test_records(data: Any, path: str, found: list[Any]) -> None:
    assert [record.chain[-1] for record in records(data, path, FILE)] == found


def test_records_where_there_is_no_list() -> None:
    """They are told of one by one, the others are not lost."""
    data = [{"turns": [{"a": 1}]}, None, {"turns": 5}, {"turns": [{"a": 2}, 3]}]
    found = []
    for record in records(data, "[].turns[]", FILE):
        try:
            found.append(record.fill("a"))
        except KeyError as problem:
            found.append(problem.args[0])
    assert found == ["1", "[].turns[]", "[].turns[]", "2", "a"]
    (only,) = records({"a": [{"b": 1}]}, "a[].c", FILE)
    with pytest.raises(KeyError, match="c"):
        only.fill("b")


KEY = st.text(st.characters(exclude_characters='.[]"{}^$@', exclude_categories=["C"]), min_size=1, max_size=8)


@given(KEY, KEY, st.text(max_size=8))
def test_any_plain_name_is_a_path(outer: str, inner: str, value: str) -> None:
    record = Record(({outer: {inner: value}},), FILE)
    assert is_path(f"{outer}.{inner}")
    assert record.fill(f"{outer}.{inner}") == value.strip()
    assert record.fill(f"<{{{outer}.{inner}}}>") == f"<{value.strip()}>"


@given(st.text('ab.[]"^$@={}0-', max_size=10))
def test_no_path_raises_anything_but_what_it_says(path: str) -> None:
    try:
        FIRST.fill(path)
    except KeyError:
        return
    assert all(map(is_path, paths(path)))
