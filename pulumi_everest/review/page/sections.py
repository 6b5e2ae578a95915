"""The sections of a page, in the order in which a reviewer needs them: the refused first, what does nothing last."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_everest.core.changes.impact import Impact
from pulumi_everest.review.page.capacity_text import capacity_section
from pulumi_everest.review.page.layout import Entry, Section, Shown
from pulumi_everest.review.page.page import EqualChanges, EqualFindings, Objects, Page

_TITLES = {Impact.NONE: "without effect"}
_NOT_COMPARED = "they have errors, and count nowhere else; nor do jobs, and what Providers become"
_LOSSES = frozenset({Impact.REFUSED, Impact.DATA_LOSS})


def counted(number: int, what: str) -> str:
    """``1 cluster``, ``9,412 clusters``."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def left_out(shown: Shown) -> str:
    """What a section has no room for: ``and 12 more, of 3,400 clusters``."""
    if not shown.left_out[0].unit:
        return f"and {len(shown.left_out):,} more"
    number = sum(entry.count for entry in shown.left_out)
    return f"and {len(shown.left_out):,} more, of {counted(number, shown.left_out[0].unit)}"


def heading(page: Page) -> list[str]:
    """The first lines: how many clusters change, what that does to how many of them, and how many objects differ."""
    clusters, objects = page.clusters, page.objects
    errors = sum(one.count for one in page.findings if one.severity == "error")
    if errors and objects == Objects():
        what = f"nothing of {counted(clusters.not_compared, 'cluster')}" if clusters.not_compared else "nothing"
        return [f"{what} is compared: {counted(errors, 'error')}"]
    parts = [f"{clusters.changed:,} change", f"{clusters.unchanged:,} do not"]
    others = ((clusters.new, "new"), (clusters.gone, "gone"), (clusters.not_compared, "not compared"))
    parts += [f"{number:,} {word}" for number, word in others if number]
    lines = [f"{counted(clusters.compared, 'cluster')} compared: {', '.join(parts)}"]
    if clusters.impacts:
        lines.append(", ".join(f"{name}: {number:,}" for name, number in clusters.impacts.items()))
    different = {"created": objects.created, "changed": objects.changed, "removed": objects.removed}
    words = [f"{number:,} {word}" for word, number in {**different, "unchanged": objects.unchanged}.items() if number]
    lines.append(f"objects: {', '.join(words) or 'none'}")
    return lines


def sections(page: Page) -> list[Section]:
    """Everything below the first lines."""
    found = []
    errors: list[EqualFindings] = []
    others = page.findings
    if page.not_compared:
        errors, others = (
            [one for one in page.findings if (one.severity == "error") is wrong] for wrong in (True, False)
        )
        whole = Entry("", page.clusters.not_compared, page.not_compared, more=(_NOT_COMPARED,), sure=True)
        found += [Section("not compared", [whole]), Section("errors", [_finding(one) for one in errors])]
    for impact in reversed(Impact):
        entries = [_change(one) for one in page.changes if one.impact == str(impact)]
        found.append(Section(_TITLES.get(impact, str(impact)), entries))
        if impact is Impact.DATA_LOSS and page.gone:
            found.append(Section("no longer there", [Entry("", page.clusters.gone, page.gone, sure=True)]))
    if page.capacity is not None:
        found.append(capacity_section(page.capacity))
    objects = [
        Entry(" ".join(filter(None, (one.kind, one.field, one.change))), one.count, one.objects, "object")
        for one in page.other_objects
    ]
    found.append(Section("other changes of objects", objects))
    found.append(Section("findings", [_finding(one) for one in others]))
    if page.new:
        found.append(Section("new", [Entry("", page.clusters.new, page.new)]))
    return [section for section in found if section.entries]


def _change(one: EqualChanges) -> Entry:
    sure = one.impact in _LOSSES
    text = f"{one.cause}: {one.change}" if one.cause else one.change
    if one.guard is not None:
        text += f", guard {one.guard}{' lifted' if one.lifted else ''}"
    return Entry(text, one.count, one.clusters, more=tuple(_reasons(one, hint=sure)), sure=sure)


def _reasons(one: EqualChanges, *, hint: bool) -> Iterator[str]:
    if one.why:
        yield one.why
    if one.hint and hint:
        yield f"how to go on: {one.hint}"


def _finding(one: EqualFindings) -> Entry:
    where = f" ({one.place})" if one.place and one.count == 1 else ""
    more = (f"hint: {one.hint}",) if one.hint else ()
    return Entry(f"{one.severity}: {one.message} [{one.code}]{where}", one.count, one.subjects, "time", more)
