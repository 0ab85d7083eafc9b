"""Dates, outlets, languages, duplicates, and the list of what was rejected."""

import datetime
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slantwise.articles import Rejection, RejectLog, read_articles
from slantwise.articles.dates import iso_date
from slantwise.articles.duplicates import Duplicates, _Recent
from slantwise.articles.languages import Languages
from slantwise.articles.outlets import outlet_of
from slantwise.articles.rejections import Why
from slantwise.records import Article, InputError


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2018-08-06", "2018-08-06"),
        (" 2018-08-06T12:30:00Z ", "2018-08-06T12:30:00+00:00"),
        ("2018-08-06T12:30:00.123+02:00", "2018-08-06T12:30:00+02:00"),
        ("2023-01-05 23:00:33", "2023-01-05T23:00:33"),
        ("Mon, 06 Aug 2018 12:00:00 GMT", "2018-08-06T12:00:00+00:00"),
        ("20180806", "2018-08-06"),
        ("20180806T123000Z", "2018-08-06T12:30:00"),
        ("2018/8/6", "2018-08-06"),
        ("6 August 2018", "2018-08-06"),
        ("August 6th, 2018", "2018-08-06"),
        ("Updated: Monday, Aug. 6, 2018 at 5 p.m.", "2018-08-06"),
        ("1533549600", "2018-08-06T10:00:00+00:00"),
        ("1533549600000", "2018-08-06T10:00:00+00:00"),
        (1533549600, "2018-08-06T10:00:00+00:00"),
        (datetime.date(2018, 8, 6), "2018-08-06"),
        (datetime.datetime(2018, 8, 6, 1, 2, 3, 4), "2018-08-06T01:02:03"),
        ("2018", "2018"),
        ("2018-08", "2018-08"),
        ("03/04/2018", "03/04/2018"),
        ("August 2018", "August 2018"),
        ("2018-13-45", "2018-13-45"),
        ("31 February 2018", "31 February 2018"),
        ("yesterday", "yesterday"),
        ("", ""),
        (None, ""),
    ],
)
def test_dates(written, iso):
    assert iso_date(written) == iso


@settings(deadline=None)
@given(st.text(max_size=40) | st.integers() | st.floats() | st.from_regex(r"\d{1,4}[-/. ]\w{1,9}[-/., ]\d{1,4}.{0,20}"))
def test_any_date_is_text(written):
    assert isinstance(iso_date(written), str)


@settings(deadline=None)
@given(st.datetimes(min_value=datetime.datetime(1900, 1, 1)))
def test_iso_dates_stay(moment):
    assert iso_date(moment.isoformat(timespec="seconds")) == moment.isoformat(timespec="seconds")


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://www.bbc.co.uk/news/1", "bbc.co.uk"),
        ("http://edition.cnn.com:8080/x?y", "cnn.com"),
        ("news.example.com.au/a", "example.com.au"),
        ("https://someone.blogspot.com/1", "someone.blogspot.com"),
        ("HTTPS://USER@WWW.Daily.Example./", "daily.example"),
        ("https://192.168.0.1/a", ""),
        ("https://[::1]/a", ""),
        ("https://localhost/a", ""),
        ("https://co.uk/a", ""),
        ("https://[broken/a", ""),
        ("", ""),
    ],
)
def test_outlets(url, outlet):
    assert outlet_of(url) == outlet


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_url_has_an_outlet_or_none(url):
    assert isinstance(outlet_of(url), str)


ENGLISH = (
    "The company told its shareholders on Monday that the plant would open a year late, and that it had no plans to pay those who wait for it. "
    * 3
)
GERMAN = (
    "Das Unternehmen teilte seinen Aktionären am Montag mit, dass das Werk ein Jahr später öffnen werde und dass niemand entschädigt werde. "
    * 3
)


def test_languages():
    assert Languages().other(ENGLISH) == ""
    assert Languages().other(GERMAN) == "de"
    assert Languages(("en", "de")).other(GERMAN) == ""
    assert Languages(("any",)).other(GERMAN) == ""
    assert Languages().other(GERMAN[:100]) == ""  # too short to tell
    with pytest.raises(InputError, match="language 'english' is not recognised; accepted are codes of two letters"):
        Languages(("english",))


def prose(seed, length=400):
    words = [f"word{i}" for i in range(3000)]
    return random.Random(seed).choices(words, k=length)


def changed(words, share, seed=1):
    rng = random.Random(seed)
    return [f"new{i}" if rng.random() < share else w for i, w in enumerate(words)]


def article(words, outlet="A"):
    return Article(" ".join(words), outlet)


def test_duplicates_of_an_outlet():
    seen = Duplicates()
    words = prose(0)
    assert seen.has_seen(article(words)) == ""
    assert seen.has_seen(Article("  " + " ".join(words).upper() + "!\n", "A")) == "exact"
    assert seen.has_seen(article(words, "B")) == ""  # another outlet's coverage
    assert seen.has_seen(article([*words[:200], "a", *words[200:], "more"])) == "near"
    assert seen.has_seen(article(changed(words, 0.3))) == ""
    assert seen.has_seen(article(prose(1))) == ""


def test_short_notes_are_duplicates_only_word_by_word():
    seen = Duplicates()
    note = prose(0, 30)
    assert seen.has_seen(article(note)) == ""
    assert seen.has_seen(article([*note, "more"])) == ""
    assert seen.has_seen(article(note)) == "exact"


def test_near_duplicates_are_found_as_often_as_said():
    # A changed word spoils four runs of four: a share s of them leaves an overlap of about (1-s)^4 / (2-(1-s)^4).
    def found(share):
        hits = 0
        for i in range(60):
            seen = Duplicates()
            seen.has_seen(article(prose(i)))
            hits += bool(seen.has_seen(article(changed(prose(i), share, i))))
        return hits / 60

    assert found(0.006) > 0.9  # overlap 0.95
    assert found(0.12) < 0.1  # overlap 0.43


def test_memory_of_duplicates_is_bounded_and_keeps_the_latest():
    recent = _Recent(slots=2**12)
    for key in range(1, 50_000):
        recent.add(key * 0x9E3779B97F4A7C15 % 2**64 or 1)
    size = len(recent._new._slots) + len(recent._old._slots)
    assert size <= 2 * 2**12
    latest = [key * 0x9E3779B97F4A7C15 % 2**64 for key in range(50_000 - 2_500, 50_000)]
    assert all(key in recent for key in latest)


@settings(deadline=None)
@given(st.lists(st.integers(1, 2**64 - 1)), st.lists(st.integers(1, 2**64 - 1)))
def test_recent_is_a_set(added, asked):
    recent = _Recent(slots=2**16)
    for key in added:
        recent.add(key)
    assert all((key in recent) == (key in set(added)) for key in [*added, *asked])


def rows(tmp_path, *texts):
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(json.dumps({"text": t, "outlet": "A"}) if t else "{" for t in texts))
    return file


def test_rejects_are_listed_with_their_kind_and_summed_up(tmp_path, capsys):
    file, listed = rows(tmp_path, ENGLISH, GERMAN, "", ENGLISH), tmp_path / "rejects.jsonl"
    with RejectLog(listed) as rejects:
        assert len(list(read_articles([file], on_reject=rejects))) == 1
        rejects.left_out("b.txt: no sentence is about Acme; left out")
    found = [json.loads(line) for line in listed.read_text().splitlines()]
    assert [(r["input"], r["kind"]) for r in found] == [
        (f"{file}, line 2", "language"),
        (f"{file}, line 3", "unusable"),
        (f"{file}, line 4", "duplicate"),
        ("b.txt", "left_out"),
    ]
    assert found[0]["reason"] == "is in another language (de)"
    assert found[2]["reason"] == "repeats an earlier article of A"
    assert capsys.readouterr().err == (
        "warning: inputs that were not used: 4 (1 could not be used, 1 in another language, 1 a duplicate, "
        f"1 left out of the scores); listed in {listed}\n"
    )


def test_without_a_file_the_first_are_shown(tmp_path, capsys):
    with RejectLog() as rejects:
        list(read_articles([rows(tmp_path, *[""] * 30, ENGLISH, ENGLISH)], on_reject=rejects))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == RejectLog.SHOWN + 2
    assert "line 20: not JSON" in lines[19]
    assert lines[20] == "warning: more could not be used, not shown; --rejects FILE lists all"
    assert lines[21].endswith("31 (30 could not be used, 1 a duplicate)")


def test_a_rejects_file_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match="cannot be written"), RejectLog(tmp_path / "no" / "rejects.jsonl"):
        pass


def test_duplicates_and_languages_can_be_kept(tmp_path):
    file = rows(tmp_path, ENGLISH, GERMAN, ENGLISH)
    kept = read_articles([file], languages=["any"], keep_duplicates=True)
    assert [a.text for a in kept] == [ENGLISH, GERMAN, ENGLISH]


def test_a_rejection_of_an_error_says_its_place_once():
    assert Rejection.of(InputError("a.txt: is empty"), "a.txt") == Rejection("a.txt", "is empty", Why.UNUSABLE)
    assert str(Rejection.of(OSError(13, "Permission denied", "a.txt"), "a.txt")) == "a.txt: Permission denied"
