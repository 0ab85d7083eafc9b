"""From articles to outlets' slant: sentences, judgements, sums; nothing else.

Articles are taken as they come and a few hundred sentences are held at a time, so memory does not grow with them,
unless wire copy or matched stories are asked for, which keep some numbers of each sentence (see `comparison`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from slantwise.comparison import HeldArticles
from slantwise.differences import compared
from slantwise.labels import LabelBook, read_labels
from slantwise.records import ABOUT, VOICES, Article, InputError, Judged, Judgement, OutletSlant, Part, Sentence
from slantwise.repeats import Judge, RememberingJudge
from slantwise.sentences import split_article
from slantwise.shrinkage import with_shrunk
from slantwise.slant import period_of
from slantwise.tally import Tally
from slantwise.targets import Target

CHUNK = 512


Text = TypeVar("Text")
OnJudged = Callable[[Article, Sequence[tuple[Sentence, Judgement]]], None]
OnWhole = Callable[[list[OutletSlant]], None]


def score_outlets(
    articles: Iterable[Article],
    target: str | Target,
    classifier: Judge | None = None,
    sources: Sequence[str] | None = None,
    weight: str = "article",
    level: float = 0.95,
    seed: int = 0,
    by: str | None = None,
    on_skip: Callable[[str], None] = lambda message: None,
    wire: str | None = None,
    matched: bool = False,
    *,
    shrink: bool = False,
    labels: str | Path | None = None,
    prior_shift: Sequence[float] | None = None,
    on_judged: OnJudged = lambda article, judged: None,
    on_stories: Callable[[Sequence[int]], None] = lambda stories: None,
    on_whole: OnWhole | None = None,
) -> list[OutletSlant]:
    """Score how each outlet leans toward the target, the most accusing first.

    `sources` keeps just these outlets. Without `classifier` the released model judges. `weight` is `article` (the
    mean over articles) or `sentence`; `level` is the interval's. `by` is `month` or `week`: then every outlet has a
    slant for each, in order of time. `on_skip` is called with one line for every article that is left out: it has no
    body sentence about the target, or, with `by`, no date that can be read. `on_judged` is called with every article
    that counts and its judged sentences, headlines among them; nothing of them is kept here. `on_stories` is called
    once where `matched` is asked for, with the number of each such article's story, in the order they came. `on_whole`
    is called once where `by` is asked for, with the outlets' slants over all time, from the same articles.

    On request each slant comes with others beside it: `shrink`, drawn toward the mean of the outlets; `labels`, a file
    of hand labels (see `labels`), corrected by them; `prior_shift`, the shares of the stances on the set the classifier
    was calibrated on, corrected for other shares.

    `wire` says what becomes of sentences that several outlets carry alike, and of an outlet's standing text: `keep`
    leaves them in and tells their shares, `once` lets all copies of a sentence together weigh as much as one, `drop`
    leaves them out of the outlets and shows the shared ones as an outlet called "(wire)"; by default they are left in
    and not looked for. What a sentence weighs, it weighs in every estimate. `matched` compares outlets within stories,
    by the plain slants. Both look among the outlets that are scored, and keep some numbers of every sentence until the
    last article has been read.

    Raises InputError when a source is not among the articles' outlets, when nothing is about the target, when labels do
    not fit the articles, and when `matched` is asked for over time.
    """
    target = Target.of(target)
    return sum_judged(
        judge_articles(articles, target, classifier, sources),
        target,
        sources,
        weight,
        level,
        seed,
        by,
        on_skip,
        wire,
        matched,
        shrink=shrink,
        labels=labels,
        prior_shift=prior_shift,
        on_judged=on_judged,
        on_stories=on_stories,
        on_whole=on_whole,
    )


def sum_judged(
    judged_articles: Iterable[Judged],
    target: str | Target,
    sources: Sequence[str] | None = None,
    weight: str = "article",
    level: float = 0.95,
    seed: int = 0,
    by: str | None = None,
    on_skip: Callable[[str], None] = lambda message: None,
    wire: str | None = None,
    matched: bool = False,
    *,
    shrink: bool = False,
    labels: str | Path | None = None,
    prior_shift: Sequence[float] | None = None,
    on_judged: OnJudged = lambda article, judged: None,
    on_stories: Callable[[Sequence[int]], None] = lambda stories: None,
    on_whole: OnWhole | None = None,
) -> list[OutletSlant]:
    """What `score_outlets` does once articles are judged; the same arguments mean the same.

    `judged_articles` are all articles that came, in order, also those about other things and of outlets not in
    `sources`; they are asked for only once the other arguments are found to be in order.
    """
    if matched and by:
        raise InputError(f"matched cannot be combined with by {by!r}; leave one of them out")
    target = Target.of(target)
    seen: set[str] = set()
    book = read_labels(labels, target.name) if labels is not None else None
    tally = Tally.of(prior_shift, labelled=book is not None, whole=bool(by and on_whole))
    held = HeldArticles(target, wire, matched) if wire is not None or matched else None
    add_judged(judged_articles, tally, seen, target, sources, by, on_skip, held, book, on_judged)
    if held:
        slants = held.slants(tally, weight, level, seed, on_skip)
        if held.stories is not None:
            on_stories(held.stories)
    else:
        slants = tally.slants(weight, level, seed)
    slants = concluded(slants, seen, target, sources, by, level, shrink)
    if book:
        book.check_all_came()
    if on_whole and tally.whole:
        copies = {s.outlet: (s.wire, s.standing) for s in slants}
        whole = [
            replace(s, wire=copies[s.outlet][0], standing=copies[s.outlet][1])
            for s in tally.whole.slants(weight, level, seed)
        ]
        on_whole(concluded(whole, seen, target, sources, None, level, shrink))
    return slants


def add_judged(
    judged_articles: Iterable[Judged],
    tally: Tally,
    seen: set[str],
    target: Target,
    sources: Sequence[str] | None = None,
    by: str | None = None,
    on_skip: Callable[[str], None] = lambda message: None,
    held: HeldArticles | None = None,
    book: LabelBook | None = None,
    on_judged: OnJudged = lambda article, judged: None,
) -> None:
    """Add judged articles to a tally, or to those that are held, and their outlets to `seen`; see `sum_judged`."""
    for article, judged in judged_articles:
        seen.add(article.outlet)
        if book:
            book.saw(article)
        if sources and article.outlet not in sources:
            continue
        body = [pair for pair in judged if pair[0].part is Part.BODY]
        scored = [judgement for _, judgement in body]
        headlines = [judgement for sentence, judgement in judged if sentence.part is Part.HEADLINE]
        if not scored:
            on_skip(f"{article.origin or article.outlet}: no sentence is about {target.name}; left out")
        period = period_of(article.date, by) if by else ""
        if period is None:
            where = article.origin or article.outlet
            on_skip(f"{where}: date {article.date!r} is not ISO 8601 (2018-08-06) or RFC 2822; left out")
            continue
        found = (
            book.of(article, [s for s, _ in body], partial(split_article, article, target), on_skip) if book else None
        )
        if held:
            held.add(article, body, headlines, period, found)
        else:
            tally.add(article.outlet, scored, headlines, period, found)
        if scored:
            on_judged(article, judged)


def concluded(
    slants: list[OutletSlant],
    seen: Collection[str],
    target: Target,
    sources: Sequence[str] | None = None,
    by: str | None = None,
    level: float = 0.95,
    shrink: bool = False,
) -> list[OutletSlant]:
    """The slants of all that was added up, compared with each other; InputError where there are none."""
    unknown = [s for s in sources or () if s not in seen]
    if unknown:
        raise InputError(
            f"source {unknown[0]!r} is not among the articles' outlets; known are {', '.join(sorted(seen)) or 'none'}"
        )
    if not slants:
        raise InputError(
            f"no article {'with a date ' if by else ''}has a sentence about {target.name}; "
            "give other articles, another --target or an --alias"
        )
    slants = compared(slants, level)
    return with_shrunk(slants, level) if shrink else slants


def judge_articles(
    articles: Iterable[Article],
    target: Target,
    classifier: Judge | None = None,
    sources: Sequence[str] | None = None,
) -> Iterator[Judged]:
    """Judge the sentences about the target, article by article, in order; articles without any have none.

    Of outlets that are not in `sources`, where these are given, nothing is judged.
    """
    if classifier is None:
        from slantwise.classifier import StanceClassifier

        classifier = StanceClassifier.from_pretrained()
    classifier = RememberingJudge(classifier)
    waiting: list[tuple[Article, Sequence[Sentence]]] = []
    held = 0
    for article in articles:
        asked_for = not sources or article.outlet in sources
        named = asked_for and target.may_be_in(f"{article.title}\n{article.text}")
        candidates = _candidates(split_article(article, target) if named else ())
        waiting.append((article, candidates))
        held += len(candidates) + 1
        if held >= CHUNK:
            yield from judge_split(waiting, target, classifier)
            waiting, held = [], 0
    yield from judge_split(waiting, target, classifier)


def judge_split(
    texts: Iterable[tuple[Text, Sequence[Sentence]]], target: Target, classifier: Judge
) -> Iterator[tuple[Text, list[tuple[Sentence, Judgement]]]]:
    """Judge the sentences about the target of texts that are split already, in one call; each text with its own."""
    waiting = [(text, _candidates(sentences)) for text, sentences in texts]
    asked = [s for _, candidates in waiting for s in candidates]
    judgements = iter(
        classifier.predict([s.text for s in asked], target, context=[s.context for s in asked]) if asked else ()
    )
    for text, candidates in waiting:
        pairs = [(sentence, next(judgements)) for sentence in candidates]
        yield (
            text,
            [
                (sentence, _in_its_voice(sentence, judgement))
                for sentence, judgement in pairs
                if _is_about(sentence, judgement)
            ],
        )


def _candidates(sentences: Sequence[Sentence]) -> Sequence[Sentence]:
    """The sentences to ask of: what a text that never names the target says is not about it."""
    return sentences if any(s.mentions for s in sentences) else ()


def _is_about(sentence: Sentence, judgement: Judgement) -> bool:
    """Whether a sentence counts: its text says that it is about the target, or the classifier is sure enough."""
    return sentence.about or (judgement.about is not None and judgement.about >= ABOUT)


def _in_its_voice(sentence: Sentence, judgement: Judgement) -> Judgement:
    """Let a quotation's known speaker settle the voice: the text around says more than the sentence alone."""
    if sentence.speaker is None:
        return judgement
    voice = [float(v is sentence.speaker) for v in VOICES]
    return replace(judgement, voice_probabilities=(voice[0], voice[1], voice[2]))
