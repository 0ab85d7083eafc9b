"""What teachers teach: their logits of the labelled sentences and of news that nobody has labelled.

The small model learns from a larger one's probabilities (Hinton, Vinyals and Dean 2015), which say more than labels and
can be had for any text.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from slantwise.articles import read_articles
from slantwise.classifier import encode
from slantwise.config import TrainingConfig
from slantwise.examples import is_labelled, load_examples
from slantwise.records import Article, InputError
from slantwise.runtime import TorchEncoder
from slantwise.sentences import CONTEXT_SENTENCES, plain_sentences
from slantwise.targets import Target
from slantwise.trainer import LABEL_NAMES, SIZES, UNLABELLED, Floats, Lesson, in_bfloat16
from slantwise.variants import Pair, variants

TAUGHT = "taught.safetensors"
# A name that fewer articles hold is no company that the news tells of; the first words of sentences are no names.
FEWEST_ARTICLES = 3
NAMES_ASKED_FOR = 3
_NAME = re.compile(
    r"(?<=[a-z,;] )(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Febr)uary|March|April|May|June|July|August|"
    r"(?:Sept|Nov|Dec)ember|October)[A-Z][\w&'’-]+(?: [A-Z][\w&'’-]+)*"
)


def lesson(config: TrainingConfig, labelled: Lesson, leave_out: Sequence[str], work: Path) -> Lesson:
    """The labelled sentences, those of `config.unlabelled` and copies of both, with the mean logits of the teachers.

    Sentences in `leave_out` are left out. The logits are kept in `work`, so that a resumed training need not ask again;
    a teacher may be such a file. What it lacks of the labelled sentences has no logits (NaN), so that labels may come
    after it; what it lacks of the others is left out.
    """
    known = dict.fromkeys([*labelled.pairs, *unlabelled_pairs(config.unlabelled, leave_out)])
    known |= dict.fromkeys(variants(list(known), config.variants))
    further = list(known)[len(set(labelled.pairs)) :]
    pairs = [*labelled.pairs, *further]
    labels = np.concatenate([labelled.labels, np.full((len(further), len(LABEL_NAMES)), UNLABELLED, dtype=np.int64)])
    kept = work / TAUGHT
    if not kept.is_file():
        keep(kept, pairs, taught(config, pairs))
    logits = kept_judgements(kept, pairs)
    taken = ~np.isnan(logits[:, 0])
    taken[: len(labelled.pairs)] = True
    return Lesson([p for p, t in zip(pairs, taken, strict=True) if t], labels[taken], logits[taken], labelled.own)


def taught(config: TrainingConfig, pairs: Sequence[Pair]) -> Floats:
    """The teachers' logits of text pairs, (n, 8), their mean where there are several."""
    texts, before = [p[0] for p in pairs], [p[1] for p in pairs]
    found = []
    for teacher in config.teachers:
        if Path(teacher).is_file():
            found.append(kept_judgements(teacher, pairs))
            continue
        encoder = TorchEncoder.from_pretrained(teacher)
        if in_bfloat16(config):
            encoder.model.to(torch.bfloat16)
        found.append(np.concatenate(encoder.logits(texts, before, 64), axis=1))
    return np.asarray(np.mean(found, axis=0))


def keep(file: Path, pairs: Sequence[Pair], logits: Floats) -> None:
    """Write judgements of text pairs, (n, 8), into a file for `kept_judgements`; without the texts."""
    save_file({"keys": _keys(pairs), "logits": logits.astype(np.float16)}, file)


def kept_judgements(file: str | Path, pairs: Sequence[Pair]) -> Floats:
    """What a file of teachers' judgements has of text pairs, (n, 8), NaN where it has nothing.

    The file holds no texts: `keys`, the first 8 bytes of the SHA-256 of each pair, and `logits` in 16 bits. Raises
    InputError where it has fewer than half of the pairs.
    """
    try:
        held = load_file(file)
        places = {int(key): i for i, key in enumerate(held["keys"])}
        logits = np.vstack([held["logits"].astype(np.float64), np.full((1, sum(SIZES)), np.nan)])
    except (KeyError, ValueError, SafetensorError) as problem:
        raise InputError(f"{file}: not a file of teachers' judgements ({problem})") from None
    found = logits[[places.get(int(key), -1) for key in _keys(pairs)]]
    if 2 * (missing := int(np.isnan(found[:, 0]).sum())) > len(pairs):
        raise InputError(
            f"{file}: has no judgement of {missing} of the {len(pairs)} texts to learn from; "
            "give the data it is of, or the teacher itself"
        )
    return np.asarray(found)


def _keys(pairs: Iterable[Pair]) -> NDArray[np.uint64]:
    digests = (hashlib.sha256(f"{text}\0{before}".encode()).digest()[:8] for text, before in pairs)
    return np.array([int.from_bytes(d, "big") for d in digests], dtype=np.uint64)


def unlabelled_pairs(paths: Iterable[str], leave_out: Sequence[str]) -> list[Pair]:
    """What the encoder reads of the sentences in `paths`, each toward the names in it.

    Each sentence is read toward at most three of the names it holds that at least three of the articles hold: who is
    accused in it and who is not; where it holds none, toward those in the context. A labelled set also gives its
    mentions, whose labels are not looked at; each of its sentences counts as an article. Names are drawn the same each
    time, so that students of other seeds can learn from the same judgements.
    """
    left_out = set(leave_out)
    found: dict[Pair, None] = {}
    for path in paths:
        if is_labelled(path):
            examples = [e for e in load_examples(path) if e.sentence not in left_out]
            found |= dict.fromkeys(encode(e.sentence, e.target, e.context, e.span) for e in examples)
            texts = [[sentence] for sentence in dict.fromkeys(e.sentence for e in examples)]
        else:
            articles = read_articles([path], outlet="unknown", languages=["any"], keep_duplicates=True)
            texts = [list(_sentences(article)) for article in articles]
        found |= dict.fromkeys(_toward_names(texts, left_out, np.random.default_rng(0)))
    return list(found)


def _toward_names(texts: Sequence[Sequence[str]], left_out: set[str], rng: np.random.Generator) -> Iterator[Pair]:
    held = Counter(name for sentences in texts for name in {n for s in sentences for n in _NAME.findall(s)})
    targets = {name: Target(name) for name, texts_with in held.items() if texts_with >= FEWEST_ARTICLES}

    def named(text: str) -> list[str]:
        return [name for name in dict.fromkeys(_NAME.findall(text)) if name in targets]

    for sentences in texts:
        for i, sentence in enumerate(sentences):
            if sentence not in left_out:
                context = " ".join(sentences[max(0, i - CONTEXT_SENTENCES) : i])
                for name in rng.permutation(named(sentence) or named(context))[:NAMES_ASKED_FOR]:
                    yield encode(sentence, targets[name], context)


def _sentences(article: Article) -> Iterator[str]:
    for paragraph in article.text.splitlines():
        for start, end in plain_sentences(paragraph):
            yield paragraph[start:end]
