"""The one error of a program: everything that is wrong with its clusters and Providers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import pulumi

from pulumi_everest.model.codes import CODES
from pulumi_everest.model.findings import EverestError, Finding, allowed_text, finding, path_text
from pulumi_everest.model.lines import on_one_line, printable, without_commands
from pulumi_everest.model.repeated import folded


class ClusterError(EverestError, pulumi.RunError):
    """What is wrong with the clusters and Providers of a program. Pulumi shows its text without a traceback."""

    def __init__(self, findings: Iterable[Finding], *, late: bool = False) -> None:
        super().__init__(findings)
        self.args = (message(self.findings, late=late),)

    def __str__(self) -> str:
        """The findings, and what the program itself raised beside them."""
        other = raised_by_program(self)
        if other is None:
            return str(self.args[0])
        said = f"{type(other).__name__}: {other}".removesuffix(": ")
        return without_commands(f"{self.args[0]}\n\nThe program itself ended with {said}")


def raised_by_program(error: BaseException) -> BaseException | None:
    """What a program had raised when its findings ended the run; None where that was nothing.

    The SDK (3.272, `run_pulumi_func`) keeps it while it waits for what was begun, and forgets it when that fails.
    """
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_name == "run_pulumi_func":
            other = traceback.tb_frame.f_locals.get("ex")
            own = other is error or isinstance(other, EverestError)
            return other if isinstance(other, BaseException) and not own else None
        traceback = traceback.tb_next
    return None


def message(findings: list[Finding], *, late: bool = False) -> str:
    """The findings as text for people: how many, then a block for each resource, with a few lines for each finding."""
    count = "1 problem" if len(findings) == 1 else f"{len(findings)} problems"
    end = "found when values became known" if late else "nothing of these resources was created"
    lines = [f"{count} in databases; {end}"]
    also = {id(one.first): one.also for one in folded(findings)}
    said = [entry for entry in findings if id(entry) in also]
    for subject, group in groupby(_by_subject(said), key=lambda entry: entry.subject):
        lines += ["", on_one_line(subject) or "Plugins"]
        for entry in group:
            lines += _block(entry)
            text = also[id(entry)]
            lines += [on_one_line(f"    {text}")] if text is not None else []
    return without_commands("\n".join(lines))


def _by_subject(findings: list[Finding]) -> list[Finding]:
    order = {subject: i for i, subject in enumerate(dict.fromkeys(entry.subject for entry in findings))}
    return sorted(findings, key=lambda entry: order[entry.subject])


def _block(entry: Finding) -> list[str]:
    place = entry.place
    where = [":".join(str(part) for part in (place.file, place.line, place.column) if part)] if place else []
    if entry.path:
        where.append(path_text(entry.path))
    lines = [f"  {': '.join([*map(on_one_line, where), printable(entry.message)])}  [{entry.code}]"]
    if entry.hint:
        lines.append(on_one_line(f"    {entry.hint}"))
    if entry.allowed:
        lines.append(on_one_line(f"    allowed: {allowed_text(entry.allowed)}"))
    return lines


def redacted(found: Finding) -> Finding:
    """A finding that a secret value brought about, without anything that could show the value.

    What a rule says is a text of the definition, whatever the value, and what is said of secret values does not show
    them.
    """
    if found.code in ("cluster.rule", "value.secret"):
        return found
    meaning = CODES[found.code].meaning.removesuffix(".")
    text = f"{meaning[:1].lower()}{meaning[1:]}; the value is secret and not shown"
    return finding(found.code, found.path, text, subject=found.subject)
