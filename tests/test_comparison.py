import hashlib
import json
import math
from dataclasses import replace

import pytest
from conftest import WordJudge

from slantwise.corpus import sentence_hash
from slantwise.pipeline import score_outlets
from slantwise.records import Article, InputError
from slantwise.report import as_json

SHARED = "Acme lied to the court about the leak of oil in May, the wire said."


def scored(articles, **options):
    notes = []
    found = score_outlets(articles, "Acme", WordJudge(), on_skip=notes.append, **options)
    return {s.outlet: s for s in found}, notes


def paper(outlet, *sentences, date="2020-01-01"):
    return Article(" ".join(sentences), outlet, date=date)


def own(word, i):
    return (
        f"Acme {word} " + " ".join(f"{thing}{i}" for thing in "mason baker carver weaver sawyer miller".split()) + "."
    )


CARRIERS = [
    paper("A", SHARED, own("helps", 1)),
    paper("A", own("helps", 2)),
    paper("B", SHARED, own("helps", 3), own("helps", 4)),
    paper("C", SHARED),
]


def test_keep_leaves_in_and_tells_the_shares():
    found, notes = scored(CARRIERS, wire="keep")
    assert {o: s.wire for o, s in found.items()} == pytest.approx({"A": 1 / 3, "B": 1 / 3, "C": 1})
    plain, _ = scored(CARRIERS)
    assert all((s.slant, s.low, s.high) == (plain[o].slant, plain[o].low, plain[o].high) for o, s in found.items())
    assert plain["A"].wire is None
    assert notes == []


def test_once_gives_all_copies_the_weight_of_one():
    found, _ = scored(CARRIERS, wire="once")
    # A's articles weigh (1/3 + 1) / 2 and 1; the shared sentence of three carriers a third in each.
    assert found["A"].slant == pytest.approx(((-0.8 / 3 + 1) / 2 + 1) / ((1 / 3 + 1) / 2 + 1))
    assert found["C"].slant == -0.8
    found, _ = scored(CARRIERS, wire="once", weight="sentence")
    assert found["B"].slant == pytest.approx((-0.8 / 3 + 2) / (1 / 3 + 2))


def test_drop_shows_the_wire_as_an_outlet_of_its_own():
    found, notes = scored(CARRIERS, wire="drop")
    assert set(found) == {"(wire)", "A", "B"}
    assert (found["A"].slant, found["A"].articles, found["A"].sentences) == (1.0, 2, 2)
    assert found["A"].wire == pytest.approx(1 / 3)
    wire = found["(wire)"]
    assert (wire.slant, wire.articles, wire.sentences, wire.wire) == (pytest.approx(-0.8), 1, 1, 1.0)
    assert notes == ["C: every sentence about Acme is wire copy or standing text; left out"]
    with pytest.raises(InputError, match="outlet '\\(wire\\)' is what dropped wire copy is shown as"):
        scored([paper("(wire)", SHARED)], wire="drop")


def test_standing_text_is_no_wire():
    articles = [paper("A", SHARED, own("helps", i)) for i in range(4)] + [paper("B", own("helps", 9))]
    found, _ = scored(articles, wire="keep")
    assert (found["A"].wire, found["A"].standing) == (0.0, 0.5)
    assert scored(articles, wire="once")[0]["A"].slant == pytest.approx((-0.8 / 4 + 1) / (1 / 4 + 1))
    dropped, _ = scored(articles, wire="drop")
    assert (dropped["A"].slant, "(wire)" in dropped) == (1.0, False)


def test_wire_over_time():
    articles = [paper(o, SHARED, own("helps", o), date=f"2020-0{m}-01") for m in (1, 2) for o in "AB"]
    found = score_outlets(articles, "Acme", WordJudge(), wire="drop", by="month")
    assert [(s.outlet, s.period) for s in found] == [
        ("(wire)", "2020-01"), ("A", "2020-01"), ("A", "2020-02"), ("B", "2020-01"), ("B", "2020-02"),
    ]  # fmt: skip


STORIES = {
    "fire": "inspectors blamed thermostats wiring school blaze Leeds heaters recall smoke evacuation brigade",
    "strike": "drivers union depot Hull walkout overtime shifts pickets ballot wages rota stewards",
    "merger": "bidders regulators antitrust takeover shareholders premium offer boardroom debt synergies valuation",
}


def tellings(dates=True):
    days = {"fire": "2020-01-01", "strike": "2020-02-01", "merger": "2020-03-01"}
    for outlet, verbs in (("A", "lied lied is"), ("B", "is is helps"), ("C", "is lied helps")):
        for (story, words), verb in zip(STORIES.items(), verbs.split(), strict=True):
            said = " ".join(sorted(words.split(), key=lambda word: hash_of(outlet, word)))
            yield paper(outlet, f"Acme {verb} {said}.", date=days[story] if dates else "")


def hash_of(outlet, word):
    return hashlib.sha256(f"{outlet} {word}".encode()).hexdigest()


def test_matched_adds_up_to_the_slant():
    for weight in ("article", "sentence"):
        for wire in (None, "keep", "once", "drop"):
            found, notes = scored(tellings(), matched=True, weight=weight, wire=wire)
            assert notes == []
            for s in found.values():
                m = s.matched
                assert m.grand + m.selection + m.telling == pytest.approx(s.slant)
                assert (m.stories, m.shared_stories, m.matched_articles) == (3, 3, 3)
    assert found["A"].matched.telling < found["B"].matched.telling


def test_without_dates_stories_are_matched_by_text():
    found, notes = scored(tellings(dates=False), matched=True)
    assert found["A"].matched == scored(tellings(), matched=True)[0]["A"].matched
    assert notes == [
        "A: date '' is not ISO 8601 (2018-08-06) or RFC 2822; 9 such articles are matched by their texts alone"
    ]


@pytest.mark.parametrize("articles", [[paper("A", SHARED)], [paper("A", SHARED), paper("A", own("helps", 1))]])
@pytest.mark.parametrize("wire", [None, "keep", "once", "drop"])
def test_one_outlet_or_one_article_has_nothing_to_compare(articles, wire):
    found, notes = scored(articles, matched=True, wire=wire)
    assert found["A"].matched is None
    assert notes == ["no story is told by two outlets; nothing can be compared within stories"]


def test_all_articles_alike():
    articles = [paper(o, SHARED, SHARED) for o in "ABCD"]
    for wire in ("keep", "once", "drop"):
        found, notes = scored(articles, matched=True, wire=wire)
        assert all(s.slant == pytest.approx(-0.8) for s in found.values())
        assert set(found) == ({"(wire)"} if wire == "drop" else set("ABCD"))
        assert len(notes) == (5 if wire == "drop" else 0)
    assert "NaN" not in as_json(list(found.values()), "Acme", "m", "e")


def test_a_thousand_outlets():
    articles = [paper(f"Outlet {i}", SHARED, own("helps", i), own("lied", i)) for i in range(1000)]
    found, _ = scored(articles, matched=True, wire="once")
    assert len(found) == 1000
    numbers = json.loads(as_json(list(found.values()), "Acme", "m", "e"))["outlets"]
    assert all(math.isfinite(x) for o in numbers for x in (o["slant"], o["low"], o["wire"]))
    assert found["Outlet 7"].wire == pytest.approx(1 / 3)


def test_bad_options_are_named():
    with pytest.raises(InputError, match="wire 'twice' is not recognised; accepted are keep, once, drop"):
        scored(CARRIERS, wire="twice")
    with pytest.raises(InputError, match="matched cannot be combined with by 'month'; leave one of them out"):
        scored(CARRIERS, matched=True, by="month")
    with pytest.raises(InputError, match="no article has a sentence about Acme"):
        scored([paper("A", "The weather is fine.")], matched=True, wire="drop")


def labelled(path, urls, sentence, stance="accusatory"):
    rows = [{"url": u, "hash": sentence_hash(sentence), "stance": stance, "probability": 0.5} for u in urls]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def carriers(each=6):
    for outlet in "AB":
        for i in range(each):
            yield replace(paper(outlet, SHARED, own("helps", f"{outlet}{i}")), url=f"{outlet}{i}")


SHARES = (0.3, 0.4, 0.3)


@pytest.mark.parametrize("weight", ["article", "sentence"])
def test_what_a_copy_weighs_it_weighs_in_every_estimate(weight, tmp_path):
    file = labelled(tmp_path / "l.jsonl", [f"{o}{i}" for o in "AB" for i in range(6)], SHARED)
    options = dict(labels=file, prior_shift=SHARES, weight=weight)
    plain, _ = scored(carriers(), **options)
    kept, _ = scored(carriers(), wire="keep", **options)
    for outlet, s in plain.items():
        assert (kept[outlet].correction, kept[outlet].prior_shifted) == (s.correction, s.prior_shifted)
    once, _ = scored(carriers(), wire="once", **options)
    # Of twelve copies each weighs a twelfth: what is left is each article's other sentence, which helps.
    assert once["A"].slant == pytest.approx((-0.8 / 12 + 1) / (1 / 12 + 1))
    assert once["A"].prior_shifted.slant > plain["A"].prior_shifted.slant + 0.2
    c = once["A"].correction
    assert (c.rectifier, c.articles, c.labels_only.slant) == ("own", 6, -1)


def test_dropped_sentences_take_their_labels_along(tmp_path):
    urls = [f"{o}{i}" for o in "AB" for i in range(6)]
    file = labelled(tmp_path / "l.jsonl", urls, SHARED)
    with file.open("a") as more:
        for url in urls:
            row = {"url": url, "hash": sentence_hash(own("helps", url)), "stance": "neutral", "probability": 1}
            more.write("\n" + json.dumps(row))
    options = dict(labels=file, prior_shift=SHARES, shrink=True, matched=True)
    found, notes = scored(carriers(), wire="drop", **options)
    assert "12 labels are of wire copy or standing text; left out" in notes
    assert set(found) == {"A", "B", "(wire)"}
    assert (found["A"].correction.sentences, found["A"].correction.corrected.slant) == (6, 0)
    wire = found["(wire)"]
    assert (wire.correction.rectifier, wire.correction.articles, wire.matched) == ("pooled", 0, None)
    assert wire.correction.corrected.slant == -1.0  # −0.8 and the error of −1 that the outlets' labels show, cut
    assert all(s.prior_shifted and s.ranks and s.groups for s in found.values())
    assert "NaN" not in as_json(list(found.values()), "Acme", "m", "e")


def test_labels_beside_matched_leave_it_as_it_is(tmp_path):
    articles = [replace(a, url=f"u{i}") for i, a in enumerate(tellings())]
    sentence = articles[0].text
    plain, _ = scored(articles, matched=True)
    found, _ = scored(articles, matched=True, labels=labelled(tmp_path / "l.jsonl", ["u0"], sentence), shrink=True)
    assert {o: s.matched for o, s in found.items()} == {o: s.matched for o, s in plain.items()}
    assert found["A"].correction.sentences == 1


def test_every_option_over_time(tmp_path):
    articles = [
        replace(paper(o, SHARED, own("helps", f"{o}{m}"), date=f"2020-0{m}-01"), url=f"{o}{m}")
        for m in (1, 2)
        for o in "ABCD"
    ]
    file = labelled(tmp_path / "l.jsonl", ["A1", "B2"], SHARED)
    for wire in ("keep", "once", "drop"):
        found = score_outlets(
            articles, "Acme", WordJudge(), wire=wire, by="month", labels=file, prior_shift=SHARES, shrink=True
        )
        assert len(found) == (9 if wire == "drop" else 8)
        assert all(s.shrunk is not None and s.correction.rectifier == "none" for s in found if s.outlet != "(wire)")
