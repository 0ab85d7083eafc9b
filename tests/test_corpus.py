import json
from collections import Counter
from pathlib import Path

import pytest
from datasets import load_dataset

from slantwise.corpus import SPLITS, carried_articles, known_outlets, load_split, load_standoff, sentence_hash
from slantwise.examples import CONTRAST, load_examples
from slantwise.labels import read_labels
from slantwise.records import STANCES, VOICES, InputError, Stance, Voice
from slantwise.targets import Target

DATA = Path(__file__).parent.parent / "data"
FIELDS = {"id", "story", "outlet", "register", "kind", "real", "date", "targets", "sentences"}


def rows(split):
    return [json.loads(line) for line in (DATA / f"{split}.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("split", SPLITS)
def test_schema(split):
    for row in rows(split):
        assert set(row) == FIELDS
        names = [t["name"] for t in row["targets"]]
        parts = [s["part"] for s in row["sentences"]]
        assert parts == ["headline"] + ["body"] * (len(parts) - 1)
        assert 8 <= len(parts) - 1 <= 30
        for sentence in row["sentences"]:
            assert sentence["text"].strip() == sentence["text"] != ""
            assert [x["target"] for x in sentence["labels"]][0] == names[0]
            for label in sentence["labels"]:
                assert label["target"] in names
                assert len(label["annotators"]) in (2, 3)
                for given in [label, *label["annotators"]]:
                    assert given["stance"] in STANCES
                    assert given["voice"] in VOICES
                    assert isinstance(given["about"], bool)


def test_no_story_or_company_is_on_two_sides():
    for key in (lambda r: {r["story"]}, lambda r: {t["name"] for t in r["targets"]}, lambda r: {r["id"]}):
        sides = [set().union(*map(key, rows(split))) for split in SPLITS]
        assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])


def test_size_and_shape():
    articles = [r for split in SPLITS for r in rows(split)]
    stances = Counter(s["labels"][0]["stance"] for r in articles for s in r["sentences"])
    assert len(articles) >= 350
    assert sum(stances.values()) >= 5000
    assert stances["accusatory"] >= 1300
    assert stances["defending"] >= 900
    assert len({r["outlet"] for r in articles}) >= 30
    assert len({r["story"] for r in articles}) >= 70
    assert len({t["name"] for r in articles for t in r["targets"]}) >= 90
    tags = Counter(t for r in articles for s in r["sentences"] for t in s["tags"])
    assert min(tags.values()) >= 40


def test_contrast_sets():
    sets = [json.loads(line) for line in (DATA / "contrasts.jsonl").read_text().splitlines()]
    elsewhere = {t["name"] for split in SPLITS for r in rows(split) for t in r["targets"]}
    assert len({r["id"] for r in sets}) == len(sets) >= 400
    for row in sets:
        assert set(row) == {"id", "about", "industry", "targets", "variants"}
        names = {t["name"]: [t["name"], *t["aliases"]] for t in row["targets"]}
        assert not set(names) & elsewhere
        assert len({(v["context"], v["sentence"]) for v in row["variants"]}) == len(row["variants"]) > 1
        assert len({(x["stance"], x["voice"]) for v in row["variants"] for x in v["labels"]}) > 1
        for variant in row["variants"]:
            for label in variant["labels"]:
                assert any(n in f"{variant['context']} {variant['sentence']}" for n in names[label["target"]])
                first, second = label["annotators"]
                assert label["stance"] == first["stance"] == second["stance"] in STANCES
                for field in ("voice", "about"):
                    assert label[field] == (first[field] if first[field] == second[field] else None)


def test_contrast_sets_are_learned_from_and_never_measured_on():
    tagged = {split: [e for e in load_split(split) if CONTRAST in e.tags] for split in SPLITS}
    assert {split: bool(found) for split, found in tagged.items()} == {
        "train": True,
        "validation": False,
        "test": False,
    }
    first = json.loads((DATA / "contrasts.jsonl").read_text().partition("\n")[0])
    example, variant = tagged["train"][0], first["variants"][0]
    assert (example.sentence, example.context, example.group) == (variant["sentence"], variant["context"], first["id"])
    assert (example.stance, example.target.name) == (variant["labels"][0]["stance"], variant["labels"][0]["target"])


def test_labels_of_crypto_news_hold_no_text_and_can_be_learned_from():
    given = [json.loads(line) for line in (DATA / "crypto-labels.jsonl").read_text().splitlines()]
    assert len({(r["sha256"], r["start"], r["target"]) for r in given}) == len(given) == 6226
    assert Counter(r["stance"] for r in given) == {"accusatory": 1180, "neutral": 4712, "defending": 334}
    assert (len({r["target"] for r in given}), len({r["sha256"] for r in given})) == (76, 700)
    fields = {"sha256", "start", "end", "hash", "target", "aliases", "stance", "voice", "about"}
    assert all(set(r) == fields and len(r["sha256"]) == 64 and len(r["hash"]) == 16 for r in given)
    assert len(read_labels(DATA / "crypto-labels.jsonl", drawn=False).unseen) == 700


def test_loads_with_datasets(tmp_path):
    files = {split: str(DATA / f"{split}.jsonl") for split in SPLITS}
    loaded = load_dataset("json", data_files=files, cache_dir=str(tmp_path))
    assert {k: len(v) for k, v in loaded.items()} == {split: len(rows(split)) for split in SPLITS}
    assert loaded["test"][0]["sentences"][0]["labels"][0]["stance"] in list(STANCES)


def test_examples_of_the_corpus():
    examples = load_split("test")
    assert len(examples) == sum(len(s["labels"]) for r in rows("test") for s in r["sentences"])
    first = rows("test")[0]["sentences"]
    assert examples[0].context == ""
    body = next(e for e in examples if e.sentence == first[2]["text"])
    assert body.context == f"{first[0]['text']} {first[1]['text']}"


def test_carried_articles_are_the_target_s_own_and_held_out():
    outlets = {a.outlet for a in carried_articles(Target.of("Facebook"))}
    assert len(outlets) >= 5
    assert all(
        "Facebook" not in [t["name"] for t in r["targets"]] for split in ("train", "validation") for r in rows(split)
    )


def test_known_outlets_name_the_five_real_articles():
    assert sorted(known_outlets().values()) == [
        "ghana-portal",
        "mashable-syndication",
        "opinion-blog",
        "social-media-blog",
        "steemit-afp",
    ]


def write(path, *lines):
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
    return path


def test_newsmtsc(tmp_path):
    row = {"sentence": "He blamed Moor.", "mention": "Moor", "from": 10, "to": 14, "polarity": -1}
    (example,) = load_examples(write(tmp_path / "a.jsonl", row))
    assert (example.stance, example.span, example.target.name, example.voice) == (
        Stance.ACCUSATORY,
        (10, 14),
        "Moor",
        None,
    )


@pytest.mark.parametrize(
    ("label", "p", "q"),
    [
        (0, "neutral", "neutral"),
        (1, "neutral", "defending"),
        (2, "defending", "neutral"),
        (3, "neutral", "accusatory"),
        (4, "accusatory", "neutral"),
    ],
)
def test_directed_sentiment_falls_on_the_one_it_is_directed_at(tmp_path, label, p, q):
    row = {"sentence": "[Ann] met [Bo]b.", "p": "Ann", "q": "Bo", "label": label}
    first, second = load_examples(write(tmp_path / "a.jsonl", row))
    assert (first.sentence, first.stance, second.stance) == ("Ann met Bob.", p, q)
    assert [e.sentence[slice(*e.span)] for e in (first, second)] == ["Ann", "Bo"]


def test_plain_labelled_sentences(tmp_path):
    (example,) = load_examples(
        write(tmp_path / "a.jsonl", {"sentence": "S.", "target": "T", "stance": "defending", "voice": "other"})
    )
    assert (example.stance, example.voice, example.about) == (Stance.DEFENDING, Voice.OTHER, None)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "line 1: not JSON"),
        ("3", "is not a JSON object"),
        ({"a": 1}, r"is of no known form \(fields a\)"),
        ({"sentence": "S.", "target": "T", "stance": "angry"}, "'angry' is not a valid Stance"),
        ({"sentence": "S.", "polarity": 1}, "has no field 'from'"),
        ({"sentence": "No marks.", "p": "A", "q": "B", "label": 1}, r"does not mark both entities with \[brackets\]"),
    ],
)
def test_bad_labelled_lines_are_errors(tmp_path, line, complaint):
    with pytest.raises(InputError, match=complaint):
        load_examples(write(tmp_path / "a.jsonl", line))


def test_missing_and_empty_sets_are_errors(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        load_examples(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match="holds no labelled sentences"):
        load_examples(tmp_path)
    with pytest.raises(InputError, match="split 'dev' is not recognised; accepted are train, validation, test"):
        load_split("dev")


def test_standoff_labels_join_their_texts(tmp_path):
    import hashlib

    text = "Acme lied. It was fined."
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text(text)
    sentence = {
        "start": 0,
        "end": 10,
        "hash": sentence_hash("Acme lied."),
        "part": "body",
        "stance": "accusatory",
        "voice": "outlet",
        "about": True,
    }
    row = {
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "outlet": "Post",
        "target": "Acme",
        "sentences": [sentence],
    }
    labels = write(tmp_path / "labels.jsonl", row)
    (example,) = load_standoff(folder, labels)
    assert (example.sentence, example.stance, example.outlet) == ("Acme lied.", "accusatory", "Post")
    row["sentences"][0]["hash"] = "0"
    with pytest.raises(InputError, match="is not the one labelled"):
        load_standoff(folder, write(labels, row))
    (folder / "a.txt").write_text("Other.")
    with pytest.raises(InputError, match="holds none of the articles"):
        load_standoff(folder, labels)
