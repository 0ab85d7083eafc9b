"""All that is added up article by article: the plain slants and those asked for beside them. Knows only judgements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from slantwise.correction import Label, LabelSums
from slantwise.prior_shift import ShiftSums
from slantwise.records import InputError, Judgement, OutletSlant
from slantwise.slant import SlantSums


@dataclass
class Tally:
    """Takes in judged articles one by one; gives each outlet's slant with its other estimates at the end.

    `whole` takes in the same without the periods, where the slants over all time are asked for too.
    """

    sums: SlantSums = field(default_factory=SlantSums)
    shift: ShiftSums | None = None
    labelled: LabelSums | None = None
    whole: Tally | None = None

    @classmethod
    def of(cls, prior_shift: Sequence[float] | None = None, labelled: bool = False, whole: bool = False) -> Tally:
        """Whether slants are also to be shifted, from these shares at calibration, corrected by labels, of all time."""
        return cls(
            shift=ShiftSums(prior_shift) if prior_shift else None,
            labelled=LabelSums() if labelled else None,
            whole=cls.of(prior_shift, labelled) if whole else None,
        )

    def add(
        self,
        outlet: str,
        judgements: Sequence[Judgement],
        headlines: Sequence[Judgement] = (),
        period: str = "",
        labels: Sequence[Label | None] | None = None,
        weights: Sequence[float] | None = None,
    ) -> None:
        """Add the judgements of one article's body sentences and headlines; without body sentences it adds nothing.

        `labels` and `weights` (above 0, by default 1) are those of the body sentences.
        """
        if self.whole:
            self.whole.add(outlet, judgements, headlines, "", labels, weights)
        self.sums.add(outlet, judgements, headlines, period, weights)
        if self.shift:
            self.shift.add(outlet, judgements, period, weights)
        if self.labelled:
            self.labelled.add(outlet, judgements, labels or [None] * len(judgements), period, weights)

    def merge(self, other: Tally) -> None:
        """Add all that `other`, asked for the same estimates, has added; `other` stays as it is.

        The figures are those of one tally to which all articles were added, in whatever order. InputError where the two
        were not asked for the same.
        """
        if any((x is None) != (y is None) for x, y in zip(self._beside(), other._beside(), strict=True)):
            raise InputError("tallies of different estimates cannot be merged; ask all for the same")
        self.sums.merge(other.sums)
        if self.shift and other.shift:
            self.shift.merge(other.shift)
        if self.labelled and other.labelled:
            self.labelled.merge(other.labelled)
        if self.whole and other.whole:
            self.whole.merge(other.whole)

    def _beside(self) -> tuple[object, ...]:
        return self.shift, self.labelled, self.whole

    def slants(self, weight: str = "article", level: float = 0.95, seed: int = 0) -> list[OutletSlant]:
        """Each outlet's slant, the most accusing first; of outlets with periods, each period's, in order of time."""
        slants = self.sums.slants(weight, level, seed)
        if self.shift and slants:
            shifted = self.shift.shifted(weight, level)
            slants = [replace(s, prior_shifted=shifted[s.outlet, s.period]) for s in slants]
        if self.labelled and slants:
            corrections = self.labelled.corrections(weight, level)
            slants = [replace(s, correction=corrections[s.outlet, s.period]) for s in slants]
        return slants
