"""Pages made to take forever are rejected soon, and the rest goes on."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_articles_pages import page, read

from slantwise.articles.markup import MOST_ATTRIBUTES, MOST_ELEMENTS, MOST_SIBLINGS, check_tags, checked_size
from slantwise.records import InputError

# Of this processor's time; on an idle machine a tenth.
SOON = 20.0

MANY = 400_000
FLOODS = {
    "attributes": ("<p " + " ".join(f"a{i}=x" for i in range(MANY)) + ">x", "1,000 attributes in one tag"),
    "quoted attributes": ("<p " + " ".join(f"a{i}='>'" for i in range(MANY)) + ">x", "1,000 attributes in one tag"),
    "bare attributes": ("<p/" + "/".join(f'"a{i}' for i in range(MANY)) + ">x", "1,000 attributes in one tag"),
    "paragraphs": ("<p>x</p>" * MANY, "3,000 elements side by side"),
    "spans": ("<p>" + "<span>word</span> " * MANY + "</p>", "3,000 elements side by side"),
    "cells": ("<table>" + "<tr><td>1</td><td>2</td></tr>" * 100_000 + "</table>", "3,000 elements side by side"),
    "many of many": (("<div>" + "<p>word</p>" * 2_900 + "</div>") * 100, "30,000 elements"),
    "scripts": ("<script>" * MANY, None),
    "comments": ("<!--" * MANY, None),
    "entities": ("&amp;&#x41;" * MANY, None),
    "nesting": ("<div>" * MANY, None),
    "brackets": ("<" * MANY, None),
    "quotes": ('<a b="' * MANY, None),
}


@pytest.mark.parametrize("name", FLOODS)
def test_floods_end_soon(tmp_path, name):
    flood, said = FLOODS[name]
    (tmp_path / "a.html").write_bytes(page(body=flood))
    (tmp_path / "b.html").write_bytes(page("Another"))
    started = time.process_time()
    articles, rejected = read(tmp_path, outlet="A", keep_duplicates=True)
    assert time.process_time() - started < SOON
    assert articles[-1].title == "Another"
    assert [f"a.html: has more than {said}, which no article has" in r for r in rejected] == [True] * (said is not None)


def test_the_largest_that_is_let_through_ends_soon(tmp_path):
    worst = ("<p>" + "<span>word</span> " * (MOST_SIBLINGS - 10) + "</p>") * (MOST_ELEMENTS // MOST_SIBLINGS - 1)
    (tmp_path / "a.html").write_bytes(page(body=worst))
    started = time.process_time()
    articles, rejected = read(tmp_path, outlet="A")
    assert (len(articles), rejected) == (1, [])
    assert time.process_time() - started < 3 * SOON


def test_scripts_and_comments_are_no_markup():
    words = " ".join(f"w{i}" for i in range(2 * MOST_ATTRIBUTES))
    for html in (f"<script>if (a<b {words})</script>", f"<!-- <p {words} -->", f"<style>a<b {words}", f"a < b {words}"):
        check_tags(html, "x")
    with pytest.raises(InputError, match="x: has more than 1,000 attributes in one tag"):
        check_tags(f"<script>1</SCRIPT ><p {words}>", "x")


def test_as_many_attributes_as_may_be():
    check_tags("<p " + " ".join(f"a{i} = 'x'" for i in range(MOST_ATTRIBUTES)) + ">", "x")


def test_size_is_counted():
    from lxml import html

    assert checked_size(html.fromstring("<div><p>One.</p><p>Two.</p></div>"), "x") == 3


@given(st.text(alphabet="<>!-/='\" apscritle", max_size=200))
def test_any_markup_is_checked(text):
    check_tags(text, "x")
