"""Refunds that name no original: which records they cancel, and where that is left open."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence


@dataclass(frozen=True)
class Together:
    """Refunds, the records that any of them could be of, and which is whose: refund → record.

    Refunds that are not in `pairs` have no record left.
    """

    refunds: list[int]
    records: list[int]
    pairs: dict[int, int]

    @property
    def sure(self) -> bool:
        """Whether every one of the records is cancelled, whichever refund it is paired with."""
        return len(self.pairs) == len(self.records)


def put_together(could_be: Mapping[int, Collection[int]]) -> Iterator[Together]:
    """Sort refunds by the records that they could be of (`could_be`: refund → records).

    Those that leave no choice come first: what one of them cancels is not another one's.
    """
    left = {refund: set(records) for refund, records in could_be.items()}
    takers: dict[int, list[int]] = defaultdict(list)
    for refund, records in left.items():
        for record in records:
            takers[record].append(refund)
    clear = deque(refund for refund, records in left.items() if len(records) <= 1)
    while clear:
        refund = clear.popleft()
        if refund not in left:
            continue
        records = left.pop(refund)
        yield Together([refund], list(records), dict(zip([refund], records, strict=False)))
        for other in (other for record in records for other in takers[record] if other in left):
            left[other] -= records
            if len(left[other]) <= 1:
                clear.append(other)
    place = {refund: at for at, refund in enumerate(could_be)}
    while left:
        refunds = sorted(_reached(next(iter(left)), left, takers), key=place.__getitem__)
        its = {refund: left.pop(refund) for refund in refunds}
        yield Together(list(its), sorted(set().union(*its.values())), pair_up(its))


def _reached(
    first: int, left: Mapping[int, Collection[int]], takers: Mapping[int, Sequence[int]]
) -> set[int]:
    """Return the refunds that share records with one, or with one that does."""
    found, seen, ahead = {first}, set[int](), [first]
    while ahead:
        for record in left[ahead.pop()]:
            if record not in seen:
                seen.add(record)
                new = [its for its in takers[record] if its in left and its not in found]
                found.update(new)
                ahead += new
    return found


def pair_up(could_be: Mapping[int, Collection[int]]) -> dict[int, int]:
    """Pair as many refunds as can be with a record each: refund → record.

    Along augmenting paths, so that no refund takes what another one alone could need.
    """
    takers: dict[int, list[int]] = defaultdict(list)
    for refund, records in could_be.items():
        for record in records:
            takers[record].append(refund)
    pairs: dict[int, int] = {}
    has: dict[int, int] = {}
    for record in sorted(takers):
        came: dict[int, int] = {}
        ahead = deque([record])
        free = None
        while ahead and free is None:
            here = ahead.popleft()
            for refund in takers[here]:
                if refund in came:
                    continue
                came[refund] = here
                if refund not in pairs:
                    free = refund
                    break
                ahead.append(pairs[refund])
        while free is not None:
            its = came[free]
            before = has.get(its)
            pairs[free], has[its] = its, free
            free = None if its == record else before
    return pairs
