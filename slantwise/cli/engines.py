"""`--engine`: where articles are judged, here or on a Ray cluster."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slantwise.records import Article, InputError, Judged, OutletSlant

if TYPE_CHECKING:
    from slantwise.articles import OnReject
    from slantwise.articles.files import Input
    from slantwise.classifier import StanceClassifier
    from slantwise.progress import Progress
    from slantwise.provenance import Provenance

ENGINES = ("local", "ray")
# By which name the options of a run say its engine, where that is not the local one.
ENGINE = "engine"


def add_engine_flags(parser: argparse.ArgumentParser) -> None:
    """Add `--engine` and what goes with it."""
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="local",
        help="where articles are judged: in this process (default), or on a Ray cluster, which needs --articles and "
        "--output FOLDER",
    )
    parser.add_argument(
        "--ray-address",
        metavar="ADDRESS",
        help="of a running cluster, auto or host:port (default: RAY_ADDRESS, else a cluster of this machine alone)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="how many of the cluster's processors judge (default: all but an eighth, one at least, that read)",
    )


def check_engine(given: argparse.Namespace, to_file: bool) -> None:
    """Refuse flags that do not go together, before anything is read."""
    if given.engine == "local":
        for flag in ("ray_address", "workers"):
            if getattr(given, flag) is not None:
                raise InputError(f"--{flag.replace('_', '-')} goes with --engine ray only")
        return
    if given.judged is not None:
        raise InputError("--judged is summed here; to sum on the cluster give --engine ray --output FOLDER --resume")
    if not given.articles:
        raise InputError("--engine ray reads the files that --articles names; give some")
    if given.output is None or to_file:
        raise InputError(
            "--engine ray keeps its judgements in a folder; give --output FOLDER (then --judged FOLDER --output FILE "
            "writes them to one file)"
        )


@contextmanager
def on_ray(
    given: argparse.Namespace, provenance: Provenance, on_reject: OnReject, progress: Progress
) -> Iterator[tuple[Iterable[Judged], Any, Provenance]]:
    """The judged articles of a run on a cluster, what sums them there, and what they were made with.

    Nothing is judged before either is asked for.
    """
    from slantwise.articles import warn
    from slantwise.cluster import connected, workers_for
    from slantwise.distributed import RayRun
    from slantwise.parts import read_judged
    from slantwise.remote import Job
    from slantwise.runs import Run, tell_rejects
    from slantwise.targets import Target
    from slantwise.units import units_of

    units = list(units_of(given.articles, given.format, given.offline))
    folder = str(Path(given.output).resolve())
    model = str(Path(given.model).resolve()) if given.model and Path(given.model).is_dir() else given.model
    if given.prior_shift:
        provenance = replace(provenance, shares=_shares(model))
    job = Job(
        folder,
        Target(provenance.target, provenance.aliases, provenance.descriptors),
        provenance,
        partial(_read, _options(given)),
        partial(_load, model, provenance.digest, str(provenance.options["runtime"])),
        tuple(given.source or ()),
        given.keep_duplicates,
    )
    with connected(given.ray_address) as ray, Run(folder, provenance, given.resume) as run:
        cluster = ray.cluster_resources()
        workers = workers_for(cluster.get("CPU", 0), cluster.get("GPU", 0), given.workers)
        on_cluster = RayRun(run, job, units, ray, workers)

        def judge() -> None:
            on_cluster.judge(warn, progress)
            tell_rejects(folder, on_reject)

        def judged() -> Iterator[Judged]:
            judge()
            yield from read_judged(folder)

        yield judged(), partial(_summed, on_cluster, judge, given.report or given.plot), provenance


def _summed(
    on_cluster: Any, judge: Any, shown: Any, judged: Iterable[Judged], target: Any, *how: Any, **options: Any
) -> list[OutletSlant]:
    """What `sum_judged` says; here, where all articles must come together in one place, else on the cluster."""
    from inspect import signature

    from slantwise.pipeline import sum_judged
    from slantwise.tally import Tally

    asked = signature(sum_judged).bind(judged, target, *how, **options)
    asked.apply_defaults()
    told = asked.arguments
    if shown or told["matched"] or told["wire"] is not None or told["labels"] is not None:
        return sum_judged(*asked.args, **asked.kwargs)
    names = ("weight", "level", "seed")
    Tally.of(told["prior_shift"]).slants(*(told[name] for name in names))  # a mistake is said before hours of judging
    judge()
    more = (*names, "sources", "by", "on_skip", "shrink", "prior_shift")
    slants: list[OutletSlant] = on_cluster.slants(**{name: told[name] for name in more})
    return slants


def _options(given: argparse.Namespace) -> dict[str, Any]:
    from slantwise.cli.inputs import reading_options

    # Nothing is fetched on a cluster: addresses that a file turns out to hold are rejected.
    return reading_options(given) | {"offline": True}


def _read(options: dict[str, Any], inputs: Sequence[Input], on_reject: OnReject) -> Iterable[Article]:
    from slantwise.articles import read_articles
    from slantwise.corpus import known_outlets

    return read_articles(inputs, known_outlets=known_outlets(), on_reject=on_reject, **options)


def _load(model: str | None, digest: str, runtime: str) -> StanceClassifier:
    """The classifier, on a machine of the cluster; InputError where the model there is another one."""
    from slantwise.classifier import StanceClassifier
    from slantwise.digests import model_digest

    if model_digest(model) != digest:
        raise InputError(f"model {model or 'released'!r} is not the same on every machine of the cluster; copy it anew")
    return StanceClassifier.from_pretrained(model, runtime)


def _shares(model: str | None) -> tuple[float, float, float] | None:
    from slantwise.carried import carried
    from slantwise.checkpoint import calibration_shares

    return calibration_shares(carried("model") if model is None else model)
