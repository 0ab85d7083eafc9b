"""What the model can do, capability by capability, on sentences of our own, after CheckList (Ribeiro et al. 2020).

python benchmarks/behaviour.py [--model DIR] [--failures]

Three kinds of cases: of the `minimum` every variant must get its stance (or voice); under an `invariance` all variants
must get one stance, and scores within 0.2 of each other; in a `direction` the second variant must score higher, or
lower, than the first by 0.05.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from slantwise import StanceClassifier
from slantwise.records import STANCES, Judgement

CASES = Path(__file__).parent.parent / "tests" / "data" / "behaviour.jsonl"
WITHIN, BY = 0.2, 0.05


@dataclass(frozen=True)
class Case:
    """Variants of a text, as (sentence, target, context), and what is expected of their judgements."""

    capability: str
    kind: str
    variants: tuple[tuple[str, str, str], ...]
    expected: tuple[str, ...]

    def passed(self, judged: Sequence[Judgement]) -> bool:
        """Whether the judgements of the variants, in order, are as expected."""
        scores = [j.score for j in judged]
        if self.kind == "minimum":
            given = [j.stance if e in STANCES else j.voice for j, e in zip(judged, self.expected, strict=True)]
            return given == list(self.expected)
        if self.kind == "invariance":
            return len({j.stance for j in judged}) == 1 and max(scores) - min(scores) <= WITHIN
        sign = {"rises": 1, "falls": -1}[self.expected[0]]
        return sign * (scores[1] - scores[0]) >= BY


def main() -> None:
    """Print the pass rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a model folder; by default the released model")
    parser.add_argument("--failures", action="store_true", help="also print the cases that fail")
    given = parser.parse_args()
    results = judge_cases(StanceClassifier.from_pretrained(given.model), load_cases())
    print("\n".join(table(results)))
    if given.failures:
        for case, judged, passed in results:
            if not passed:
                print(case, [(j.stance, round(j.score, 2), j.voice) for j in judged])


def load_cases(path: Path = CASES) -> list[Case]:
    """The cases of a file, one JSON object a line."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Case(
            r["capability"],
            r["kind"],
            tuple((v["sentence"], v["target"], v.get("context", "")) for v in r["variants"]),
            tuple(r["expected"]),
        )
        for r in rows
    ]


def judge_cases(classifier: StanceClassifier, cases: Sequence[Case]) -> list[tuple[Case, tuple[Judgement, ...], bool]]:
    """Each case with the judgements of its variants and whether it passed."""
    sentences, targets, contexts = zip(*(v for case in cases for v in case.variants), strict=True)
    judged = iter(classifier.predict(sentences, targets, contexts))
    results = []
    for case in cases:
        of_case = tuple(next(judged) for _ in case.variants)
        results.append((case, of_case, case.passed(of_case)))
    return results


def rates(results: Sequence[tuple[Case, tuple[Judgement, ...], bool]]) -> dict[str, tuple[int, int]]:
    """Passed and all cases of each capability."""
    found: dict[str, list[bool]] = defaultdict(list)
    for case, _, passed in results:
        found[case.capability].append(passed)
    return {name: (sum(passes), len(passes)) for name, passes in found.items()}


def table(results: Sequence[tuple[Case, tuple[Judgement, ...], bool]]) -> list[str]:
    """The pass rates, and for each capability the first case that fails, as Markdown."""
    failing = {case.capability: (case, judged) for case, judged, passed in reversed(results) if not passed}
    lines = ["| capability | passed | of | a case that fails | is judged |", "|---|---|---|---|---|"]
    for name, (passed, cases) in rates(results).items():
        example, given = "–", "–"
        if name in failing:
            case, judged = failing[name]
            example = " / ".join(
                f"{s} ({t}: {e})" for (s, t, _), e in zip(case.variants, case.expected * 9, strict=False)
            )
            given = " / ".join(f"{j.stance} {j.score:+.2f}, {j.voice}" for j in judged)
        lines.append(f"| {name} | {passed} | {cases} | {example} | {given} |")
    return lines


if __name__ == "__main__":
    main()
