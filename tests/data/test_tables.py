"""Tables: rows of a line each."""

from __future__ import annotations

import pytest

from kowhisper_tel.data.tables import cells, records


def test_tsv_knows_no_quotes() -> None:
    assert cells('a\t"b\r\n\r\n\nc"\t\n') == [["a", '"b'], ['c"', ""]]


@pytest.mark.parametrize("stray", ['a,"b', 'a,"b"c', '"a,b'])
def test_a_stray_quote_costs_its_own_line_alone(stray: str) -> None:
    assert cells(f'"a","b, ""c"""\n{stray}\nd,e', ",") == [["a", 'b, "c"'], [], ["d", "e"]]


def test_records() -> None:
    assert records("a,b\n1,2\n3\n4,5,6\n,7", ",") == [{"a": "1", "b": "2"}, {}, {}, {"a": "", "b": "7"}]
    assert records("") == records("a\tb\n") == []
