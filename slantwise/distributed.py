"""The same run on several machines, with Ray Data: readers stream units of input in, actors with the model judge them.

What a reader reads of a unit becomes blocks, as in a run on one machine (see `runs`), and a block a part, whose name
says its unit and its place there. So it makes no difference who judges a block, in which order, or how often: a part is
there whole or not at all, and made anew it is the same. A unit that has been gone through leaves a file in `units/`; a
run that is resumed reads the others, and passes over the parts that are there.

Articles that repeat one of another unit are found in the parts, once all is judged, in the order of one reader, among
those that were judged. The slants are added up part by part, and the sums merged. What the machines do of all this is
in `remote`.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from slantwise.articles import Rejection
from slantwise.articles.duplicates import Duplicates
from slantwise.cluster import Workers, told_in_a_line, watched
from slantwise.parts import DUPLICATES, part_names, provenance_of, replacing, write_part
from slantwise.pipeline import concluded
from slantwise.progress import Progress
from slantwise.records import InputError, OutletSlant
from slantwise.remote import RETRIES, TRIED, Job, Judging, added, marks, part_of, read
from slantwise.runs import FINISHED, REJECTS, UNITS, Run
from slantwise.tally import Tally
from slantwise.units import LISTING, Unit

# A reader waits for its store much of the time. With a whole processor Ray would let the actors read, unit by unit.
READER_CPU = 0.5
# Parts that one task adds up.
_TOGETHER = 8


@dataclass
class _Gone:
    """How far the units have been gone through."""

    folder: Path
    rows: dict[int, dict[int, dict[str, Any]]] = field(default_factory=dict)

    def of(self, unit: int) -> dict[str, Any] | None:
        """What is noted of a unit; None where it has not been gone through."""
        file = self._file(unit)
        return json.loads(file.read_bytes()) if file.exists() else None

    def take(self, row: dict[str, Any]) -> None:
        """Take in what was done of a unit; once it is all there is, it is noted in a file."""
        blocks = self.rows.setdefault(row["unit"], {})
        blocks[row["block"]] = row
        end = next((number for number, found in blocks.items() if found["end"]), None)
        if end is not None and len(blocks) == end + 1:
            whole = [found for _, found in sorted(blocks.items())]
            noted = {
                "articles": sum(found["articles"] for found in whole),
                "rejects": [rejection for found in whole for rejection in found["rejects"]],
            }
            with replacing(self._file(row["unit"])) as file:
                file.write_text(json.dumps(noted, ensure_ascii=False) + "\n", encoding="utf-8")
            del self.rows[row["unit"]]

    def _file(self, unit: int) -> Path:
        return self.folder / f"{unit:08}.json"


class RayRun:
    """A run that is judged and added up on Ray; `run` keeps its folder, `units` are all that is to be read.

    Raises InputError where the run was begun with other files.
    """

    def __init__(self, run: Run, job: Job, units: Sequence[Unit], ray: Any, workers: Workers) -> None:
        self.run, self.units, self.ray, self.workers = run, units, ray, workers
        (run.folder / UNITS).mkdir(exist_ok=True)
        self._gone = _Gone(run.folder / UNITS)
        for tried in (run.folder / UNITS).glob(f"*{TRIED}"):
            tried.unlink()
        listing = json.dumps([unit.described() for unit in units]).encode()
        file = run.folder / UNITS / LISTING
        if not file.exists():
            with replacing(file) as partial_file:
                partial_file.write_bytes(listing)
        elif file.read_bytes() != listing:
            raise InputError(
                f"output {str(run.folder)!r}: the run there began with other files, or with files of other sizes; "
                "--resume goes on only with the same"
            )
        self.job = replace(job, listing=hashlib.sha256(listing).hexdigest())

    def judge(self, on_note: Callable[[str], None], progress: Progress) -> None:
        """Judge what is not judged yet. `on_note` is called with a line whenever nothing happens for a while.

        Raises InputError where a machine does not see what it must, and where Ray fails; what is judged by then stays.
        """
        if self.run.finished:
            return
        noted = {number: self._gone.of(number) for number in range(len(self.units))}
        for before in filter(None, noted.values()):
            progress.passed(before["articles"] + len(before["rejects"]))
        missing = [number for number, before in noted.items() if before is None]
        with told_in_a_line(self.ray):
            for row in watched(self._done(missing), self._state, on_note) if missing else ():
                self._gone.take(row)
                progress.passed(len(row["rejects"]) + (0 if row["judged"] else row["articles"]))
                if row["judged"]:
                    progress.count(row["articles"], row["sentences"])
            self._conclude()
        self.run.provenance = provenance_of(self.run.folder) or self.run.provenance
        self.run.finished = True

    def _done(self, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
        from ray import cloudpickle
        from ray.data import ActorPoolStrategy, DataContext, from_arrow

        context = DataContext.get_current().copy()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        context.raise_original_map_exception = True
        # A block is a row, and every row goes its own way.
        context.target_max_block_size = context.target_min_block_size = 1
        with DataContext.current(context):
            units = [pa.table({"unit": [n], "given": [cloudpickle.dumps(self.units[n])]}) for n in numbers]
            done = (
                from_arrow(units)
                .map_batches(read, batch_size=1, batch_format="pyarrow", fn_args=(self.job,), num_cpus=READER_CPU)
                .map_batches(
                    Judging,
                    batch_size=1,
                    batch_format="pyarrow",
                    fn_constructor_args=(self.job,),
                    compute=ActorPoolStrategy(size=self.workers.number, max_tasks_in_flight_per_actor=2),
                    num_cpus=1,
                    num_gpus=self.workers.gpu or None,
                )
            )
            for batch in done.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
                yield from batch.to_pylist()

    def _state(self) -> str:
        free, all_ = self.ray.available_resources(), self.ray.cluster_resources()
        return (
            f"{free.get('CPU', 0):g} of its {all_.get('CPU', 0):g} CPUs are free, {self.workers.number} workers were "
            "asked for; still waiting, and what is judged is kept"
        )

    def _conclude(self) -> None:
        """Find the duplicates that stand in several units, put what was rejected into one file, and end the run."""
        folder = self.run.folder
        if not part_names(folder):
            write_part(folder, part_of(0, 0), [], self.job.provenance)
        left_out: dict[str, list[int]] = {}
        with replacing(folder / REJECTS) as file, file.open("w", encoding="utf-8") as rejects:
            for number in range(len(self.units)):
                for rejection in (self._gone.of(number) or {})["rejects"]:
                    print(json.dumps(rejection, ensure_ascii=False), file=rejects)
            known = Duplicates()
            for marked in () if self.job.keep_duplicates else self._over_parts(partial(marks, self.job.folder)):
                for article in marked:
                    if kind := known.have_seen(article.marks):
                        left_out.setdefault(article.part, []).append(article.number)
                        rejection = asdict(Rejection.of_duplicate(article.origin, kind, article.outlet))
                        print(json.dumps(rejection, ensure_ascii=False), file=rejects)
        with replacing(folder / DUPLICATES) as file:
            file.write_text(json.dumps(left_out) + "\n")
        with replacing(folder / FINISHED) as file:
            file.write_text(json.dumps({"units": len(self.units), "parts": len(part_names(folder))}) + "\n")

    def slants(
        self,
        sources: Sequence[str] | None = None,
        weight: str = "article",
        level: float = 0.95,
        seed: int = 0,
        by: str | None = None,
        on_skip: Callable[[str], None] = lambda message: None,
        shrink: bool = False,
        prior_shift: Sequence[float] | None = None,
    ) -> list[OutletSlant]:
        """What `pipeline.sum_judged` says of the same judgements, added up part by part on the cluster."""
        job, tally, seen = self.job, Tally.of(prior_shift), set[str]()
        shift = tuple(prior_shift) if prior_shift else None
        add_up = partial(added, job.folder, job.target, sources, by, shift)
        with told_in_a_line(self.ray):
            for of_parts, outlets, skipped in self._over_parts(add_up):
                tally.merge(of_parts)
                seen |= outlets
                for message in skipped:
                    on_skip(message)
        return concluded(tally.slants(weight, level, seed), seen, job.target, sources, by, level, shrink)

    def _over_parts(self, function: Callable[[Sequence[str]], Any]) -> Iterator[Any]:
        """What a function gives for a few parts each, computed on the cluster, in the order of the parts."""
        task = self.ray.remote(num_cpus=1, max_retries=RETRIES)(_called)
        most = 2 * max(1, int(self.ray.cluster_resources().get("CPU", 1)))
        names = part_names(self.run.folder)
        going: deque[Any] = deque()
        for first in range(0, len(names), _TOGETHER):
            going.append(task.remote(function, names[first : first + _TOGETHER]))
            if len(going) == most:
                yield self.ray.get(going.popleft())
        while going:
            yield self.ray.get(going.popleft())


def _called(function: Callable[[Sequence[str]], Any], names: Sequence[str]) -> Any:
    return function(names)
