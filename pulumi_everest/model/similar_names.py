"""Names to choose from, and which of them was meant by one that is not among them.

There may be thousands (the clusters of an input, the keys of a config), and as many that are mistyped. So those that
could be meant are looked up, and only they are compared letter by letter.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Final, overload

SHOWN: Final = 12
"""How many names are listed for people."""
MOST: Final = 100
"""How many names are listed at all; where there are more, the last of them is `MORE`."""
MORE: Final = "…"
_MANY: Final = MOST
"""Up to so many names all of them are compared with what is wanted."""
_AROUND: Final = 16
_LONG: Final = 64


class Names(Sequence[str]):
    """Some names, in order. Whoever has many questions about the same names asks one of these."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return self._names[index]

    def __len__(self) -> int:
        return len(self._names)

    def nearest(self, got: str) -> str | None:
        """The name that is most like `got`, ignoring case, ``_`` and ``-``; None where none is near."""
        folded, wanted = self._folded, _fold(got[:200])
        if wanted in folded:
            return folded[wanted]
        import difflib  # it takes as long to import as a small file to check

        matches = difflib.get_close_matches(wanted, self._candidates(wanted), n=1, cutoff=0.6)
        if matches:
            return folded[matches[0]]
        starts = list(islice(self._beginnings(wanted), 2)) if len(wanted) >= 3 else []
        return folded[starts[0]] if len(starts) == 1 else None

    def offered(self, got: str) -> tuple[str, ...]:
        """The names as a finding lists them: all, or the most similar first where there are more than `MOST`."""
        if len(self._names) <= MOST:
            return self._names
        wanted = _fold(got[:200])
        similar = sorted(self._candidates(wanted), key=_unlike(wanted))[:SHOWN]
        first = dict.fromkeys(self._folded[key] for key in similar)
        return (*islice(dict.fromkeys([*first, *self._names[: MOST + SHOWN]]), MOST), MORE)

    def by_similarity(self, got: str) -> list[str]:
        """The names, those most like `got` first where there are more than a list of them shows."""
        if len(self._names) <= SHOWN:
            return list(self._names)
        unlike = _unlike(_fold(got[:200]))
        return sorted(self._names, key=lambda name: unlike(_fold(name)))

    @cached_property
    def _folded(self) -> dict[str, str]:
        folded: dict[str, str] = {}
        for name in self._names:
            folded.setdefault(_fold(name), name)
        return folded

    # Lookups, for many names

    def _candidates(self, wanted: str) -> list[str]:
        """What may be meant, folded: of many names those that one slip explains, and that begin or end like it."""
        if len(self._folded) <= _MANY:
            return list(self._folded)
        shorter = [wanted, *_with_one_less(wanted)]
        known = (text for text in shorter if text in self._folded)
        slips = (self._shorter[text] for text in shorter if text in self._shorter)
        beside = _around(self._sorted, wanted)
        backwards = (text[::-1] for text in _around(self._sorted_backwards, wanted[::-1]))
        return list(dict.fromkeys([*known, *slips, *beside, *backwards]))

    def _beginnings(self, wanted: str) -> Iterator[str]:
        """Names that begin with what is wanted, or that it begins with; of many, no more than two of the former."""
        if len(self._folded) <= _MANY:
            yield from (key for key in self._folded if key.startswith(wanted) or wanted.startswith(key))
            return
        yield from (wanted[:length] for length in range(len(wanted)) if wanted[:length] in self._folded)
        start = bisect_left(self._sorted, wanted)
        yield from (key for key in self._sorted[start : start + 2] if key.startswith(wanted))

    @cached_property
    def _shorter(self) -> dict[str, str]:
        """A name for what is left of it without any one of its letters."""
        shorter: dict[str, str] = {}
        for key in self._folded:
            for text in _with_one_less(key):
                shorter.setdefault(text, key)
        return shorter

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._folded)

    @cached_property
    def _sorted_backwards(self) -> list[str]:
        return sorted(key[::-1] for key in self._folded)


def _fold(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _with_one_less(text: str) -> Iterator[str]:
    """The text without any one of its letters: two that one other or swapped letter tells apart have one in common."""
    if len(text) <= _LONG:
        yield from (text[:position] + text[position + 1 :] for position in range(len(text)))


def _around(names: Sequence[str], wanted: str) -> Sequence[str]:
    position = bisect_left(names, wanted)
    return names[max(0, position - _AROUND) : position + _AROUND]


def _unlike(wanted: str) -> Callable[[str], float]:
    """Says of a name how unlike it is to what is wanted, for sorting."""
    import difflib

    matcher = difflib.SequenceMatcher(b=wanted)

    def unlike(name: str) -> float:
        matcher.set_seq1(name)
        return -matcher.ratio()

    return unlike
