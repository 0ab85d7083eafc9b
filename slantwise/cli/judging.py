"""Where a command has judged articles from: articles and a model, a run that is kept in a folder, or such a folder."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slantwise.cli.engines import ENGINE, add_engine_flags, check_engine, on_ray
from slantwise.cli.inputs import TARGET, given_articles
from slantwise.records import InputError, Judged, OutletSlant
from slantwise.targets import Target

if TYPE_CHECKING:
    from slantwise.articles import OnReject, Rejection
    from slantwise.progress import Progress
    from slantwise.provenance import Provenance

# Other forms of tables, so that a slip of the pen does not make a folder.
NO_ENDINGS = frozenset([".json", ".tsv", ".txt", ".html", ".gz", ".xlsx", ".ndjson", ".pq", ".zip"])


@dataclass(frozen=True)
class Source:
    """Judged articles, to be gone through once, and what they were judged with.

    `model` is its name, `shares` those of the stances on the set it was calibrated on, `sources` the outlets asked for.
    `sum`, where there is one, stands in for `sum_judged`, and does the same elsewhere.
    """

    judged: Iterable[Judged]
    target: Target
    model: str
    shares: tuple[float, float, float] | None
    sources: Sequence[str] | None
    sum: Callable[..., list[OutletSlant]] | None = None


def add_run_flags(parser: argparse.ArgumentParser) -> None:
    """Add `--output` and what goes with it."""
    parser.add_argument(
        "--output",
        metavar="PATH",
        help="write every judged sentence: a folder keeps Parquet parts as they are made, and the run can be resumed; "
        "a name ending in .parquet, .csv or .jsonl is one file, written at the end",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the run in the folder --output, however it was interrupted"
    )
    parser.add_argument(
        "--judged",
        metavar="FOLDER",
        help="sum the judgements in a folder that --output has written, instead of judging articles",
    )
    parser.add_argument("--quiet", action="store_true", help="tell nothing of how far it has come")
    add_engine_flags(parser)


@contextmanager
def judging(given: argparse.Namespace, on_reject: OnReject) -> Iterator[Source]:
    """The judged articles that the flags name; `on_reject` is called with what is not used, as they are used."""
    from slantwise.judgement_file import is_judgement_file, written
    from slantwise.progress import Progress

    to_file = given.output is not None and is_judgement_file(given.output)
    _check(given, to_file)
    if given.judged is not None:
        source, provenance = _kept(given, on_reject)
        yield replace(source, judged=written(source.judged, given.output, provenance)) if to_file else source
        return
    target = Target.of(given.target, given.alias)
    with Progress(_expected(given), given.quiet) as progress:
        if given.engine == "ray":
            with on_ray(given, _provenance(given, target), on_reject, progress) as (judged, sum_, provenance):
                yield Source(judged, target, provenance.model, provenance.shares, given.source, sum_)
            return
        if given.output is not None and not to_file:
            with _running(given, target, on_reject, progress) as source:
                yield source
            return
        source = _passing(given, target, on_reject, progress)
        if to_file:
            provenance = replace(_provenance(given, target), shares=source.shares)
            source = replace(source, judged=written(source.judged, given.output, provenance))
        yield source


def _passing(given: argparse.Namespace, target: Target, on_reject: OnReject, progress: Progress) -> Source:
    """Judged as they come, and kept nowhere."""
    from slantwise.classifier import StanceClassifier
    from slantwise.pipeline import judge_articles

    articles = given_articles(given, target, _counting(on_reject, progress))
    classifier = StanceClassifier.from_pretrained(given.model, given.runtime)
    judged = progress.watch(judge_articles(articles, target, classifier, given.source))
    return Source(judged, target, classifier.name, classifier.shares, given.source)


@contextmanager
def _running(given: argparse.Namespace, target: Target, on_reject: OnReject, progress: Progress) -> Iterator[Source]:
    """Judged as far as they have not been, and kept in a folder."""
    from slantwise.articles import warn
    from slantwise.runs import Run

    with Run(given.output, _provenance(given, target), given.resume) as run:
        classifier = None
        if not run.finished:
            from slantwise.classifier import StanceClassifier

            classifier = StanceClassifier.from_pretrained(given.model, given.runtime)
            run.provenance = replace(run.provenance, shares=classifier.shares)
        judged = run.judged(
            lambda rejected: given_articles(given, target, rejected),
            target,
            classifier,
            given.source,
            on_reject,
            warn,
            progress,
        )
        yield Source(judged, target, run.provenance.model, run.provenance.shares, given.source)


def _kept(given: argparse.Namespace, on_reject: OnReject) -> tuple[Source, Provenance]:
    """Judged before, and read from the folder they are kept in."""
    from slantwise.articles import warn
    from slantwise.parts import provenance_of
    from slantwise.runs import is_finished, read_run

    provenance = provenance_of(given.judged)
    if provenance is None:
        raise InputError(f"judged {given.judged!r} holds no judgements; a folder that --output has written is expected")
    target = Target(provenance.target, provenance.aliases, provenance.descriptors)
    if given.target not in (TARGET, target.name):
        raise InputError(f"judged {given.judged!r} is of target {target.name!r}, not {given.target!r}")
    scored = tuple(provenance.options.get("source", ()))
    if unknown := [s for s in given.source or () if scored and s not in scored]:
        raise InputError(f"source {unknown[0]!r} was not judged in {given.judged!r}; judged are {', '.join(scored)}")
    if not is_finished(given.judged):
        several = (
            "; articles that stand in several of its files count each time" if ENGINE in provenance.options else ""
        )
        warn(f"{given.judged} holds a run that has not ended; what it has judged so far is summed{several}")
    judged = read_run(given.judged, on_reject)
    return Source(judged, target, provenance.model, provenance.shares, given.source or scored), provenance


def _provenance(given: argparse.Namespace, target: Target) -> Provenance:
    from slantwise import __version__
    from slantwise.carried import carried
    from slantwise.digests import model_digest
    from slantwise.provenance import Provenance
    from slantwise.runtimes import chosen_runtime

    options = {
        "articles": tuple(given.articles or ()),
        "source": tuple(sorted(given.source or ())),
        "outlet": given.outlet or "",
        "columns": given.columns or "",
        "format": given.format or "",
        "language": tuple(given.language),
        "keep-duplicates": "yes" if given.keep_duplicates else "",
        "runtime": chosen_runtime(carried("model") if given.model is None else given.model, given.runtime),
    }
    if given.engine == "ray":
        options[ENGINE] = "ray"
    name = given.model or "released"
    digest = model_digest(given.model)
    return Provenance(target.name, target.aliases, target.descriptors, name, digest, __version__, options=options)


def _check(given: argparse.Namespace, to_file: bool) -> None:
    """Refuse flags that do not go together, before anything is read."""
    check_engine(given, to_file)
    if given.judged is not None:
        others = {
            "articles": given.articles,
            "model": given.model,
            "alias": given.alias,
            "resume": given.resume,
            "output FOLDER": given.output is not None and not to_file,
        }
        if clash := next((name for name, value in others.items() if value), None):
            raise InputError(f"--judged cannot be combined with --{clash}; leave one of them out")
        return
    if given.resume and (given.output is None or to_file):
        what = f", not the file {given.output!r}" if to_file else ""
        raise InputError(f"--resume goes on with the run in a folder; give it with --output{what}")
    if given.output is not None:
        if "://" in given.output:
            raise InputError(f"output {given.output!r} lies in a remote store; name a folder or a file of this machine")
        output = Path(given.output).resolve()
        if not to_file and output.suffix.lower() in NO_ENDINGS:
            raise InputError(
                f"output {given.output!r}: judgements are not written as {output.suffix}; accepted are .parquet, .csv, "
                ".jsonl, or a folder"
            )
        for place in given.articles or ():
            folder = Path(place.partition("**")[0]).resolve()
            if "://" not in place and folder.is_dir() and output.is_relative_to(folder):
                raise InputError(
                    f"output {given.output!r} lies among the articles in {place!r}, and would be read as one"
                )


def _expected(given: argparse.Namespace) -> int | None:
    from slantwise.articles.counting import expected_articles

    return expected_articles(given.articles, given.format) if given.articles and not given.quiet else None


def _counting(on_reject: OnReject, progress: Progress) -> OnReject:
    def reject(rejection: Rejection) -> None:
        progress.passed()
        on_reject(rejection)

    return reject
