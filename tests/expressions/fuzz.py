"""Random expressions, evaluated in child processes: what ends the process is a failed case, not the end of the run.

    python tests/expressions/fuzz.py --seed 1 --count 200000                 does any case end the process?
    python tests/expressions/fuzz.py --seed 1 --count 20000 --against-binding  is each the same by CEL's binding?

`PYTHONPATH` says which package is tried: the first of these, with a package whose expressions are evaluated by the
binding, finds what ends it.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent
BATCH = 2_000
SLOW = 30.0  # seconds of a processor that no case may take: most take some milliseconds, the slowest a second
VARIABLES = ("item", "spec")


class Case(NamedTuple):
    """What became of one expression: `kind` is value, error, refused (it does not compile) or ended (the process)."""

    seed: int
    kind: str
    result: Any
    optional: bool = False
    seconds: float = 0.0


def text_of(seed: int) -> str:
    """The expression of a seed."""
    return _grammar().case(seed)[0]


def _grammar() -> Any:
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    import grammar

    return grammar


def by_package(seed: int) -> Case:
    """A case evaluated by the package."""
    from pulumi_everest.expressions.environment import ABSENT, Environment, ExpressionError

    text, variables = _grammar().case(seed)
    start = time.process_time()
    try:
        compiled = _environment(Environment).compile(text)
    except ExpressionError as error:
        return Case(seed, "refused", error.message)
    try:
        value = compiled.evaluate(variables)
    except ExpressionError as error:
        return Case(seed, "error", error.message, compiled.optional, time.process_time() - start)
    kept = "absent" if value is ABSENT else written(value)
    return Case(seed, "value", kept, compiled.optional, time.process_time() - start)


_made: list[Any] = []


def _environment(kind: Any) -> Any:
    if not _made:
        _made.append(kind(VARIABLES))
    return _made[0]


def by_binding(seed: int, optional: bool) -> Case:
    """A case evaluated by the binding. `optional`: whether its result is an optional value."""
    text, variables = _grammar().case(seed)
    import by_binding as binding

    try:
        value = binding.evaluate(text, variables, optional=optional)
    except binding.Failed as failure:
        return Case(seed, "error", str(failure))
    return Case(seed, "value", value if value == binding.ABSENT else written(value))


def written(value: Any) -> str:
    """A value as a text that tells 1 from 1.0 and true."""
    return json.dumps(value, sort_keys=False, default=repr)


def _child(source: str) -> None:
    """Evaluate the cases of standard input, one a line, and write what became of each before the next one begins.

    `source` is what evaluates: the package, the binding, or the binding as it is ("bare"), which None may not survive.
    """
    if source == "binding":
        _keep_none()
    out = sys.stdout
    for line in sys.stdin:
        seed, optional = json.loads(line)
        done = by_package(seed) if source == "package" else by_binding(seed, optional)
        out.write(f"{json.dumps(done)}\n")
        out.flush()


def _keep_none() -> None:
    """Give None so many references that the binding, which takes one for each null, does not take the last one."""
    with contextlib.suppress(AttributeError, ValueError):
        if sys.version_info < (3, 12):
            ctypes.c_ssize_t.from_address(id(None)).value += 1 << 40


def run(cases: list[tuple[int, bool]], source: str) -> Iterator[Case]:
    """What becomes of the cases, in child processes; a new one where one has ended."""
    left = cases
    while left:
        found = subprocess.run(
            [sys.executable, str(Path(__file__)), "--child", source],
            input="".join(f"{json.dumps(case)}\n" for case in left),
            capture_output=True,
            text=True,
            check=False,
        )
        done = [Case(*json.loads(line)) for line in found.stdout.splitlines() if line.endswith("]")]
        yield from done
        left = left[len(done) :]
        if left:
            yield Case(left[0][0], "ended", f"exit code {found.returncode}: {_why(found.stderr)}")
            left = left[1:]


def _why(stderr: str) -> str:
    """The line that says why a process has ended."""
    lines = stderr.strip().splitlines()
    return next((line for line in lines if line.startswith("Fatal")), lines[-1] if lines else "")


def batches(seed: int, count: int) -> Iterator[list[int]]:
    """The seeds of the cases, in batches for one process each."""
    seeds = range(seed * 10_000_000, seed * 10_000_000 + count)
    for start in range(0, count, BATCH):
        yield list(seeds[start : start + BATCH])


def ended(seed: int, count: int) -> list[Case]:
    """The cases that end the process, or take too long."""
    return [
        found
        for batch in batches(seed, count)
        for found in run([(number, False) for number in batch], "package")
        if found.kind == "ended" or found.seconds > SLOW
    ]


def differing(seed: int, count: int) -> Iterator[tuple[Case, Case]]:
    """The cases that the package and the binding evaluate to something else."""
    for batch in batches(seed, count):
        ours = list(run([(number, False) for number in batch], "package"))
        asked = [found for found in ours if found.kind in ("value", "error")]
        theirs = run([(found.seed, found.optional) for found in asked], "binding")
        for one, other in zip(asked, theirs, strict=True):
            if other.kind != "ended" and not same(one, other):
                yield one, other


LIMITS = ("turn more than", "too much work", "text of more than", "gives more than", "nested more than")
REFUSED = (
    # Functions get no times, durations, types and bytes in lists and maps, and no optional values: the binding hands
    # the first over in the time zone of the machine, and ends the process for the last.
    "is not plain data; make it text with string()",
    "a list or map holds an optional value",
)
INDEX_FAILED = ("Invalid container type", "Invalid map key type", "Index error", "there is no item")


def same(ours: Case, theirs: Case) -> bool:
    """Whether both give the same, or both fail; or one of them does by what is known of it."""
    if ours.kind == theirs.kind:
        return ours.kind == "error" or ours.result == theirs.result
    if ours.kind == "error":
        # An index of an optional value that fails is an error. In the binding it is an optional value that holds one.
        return any(known in ours.result for known in (*LIMITS, *REFUSED, *INDEX_FAILED))
    # The binding takes no end of a substring that is the end of the text.
    return "<start> or <end> is greater than" in theirs.result


def main() -> int:
    """Run by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--against-binding", action="store_true")
    parser.add_argument("--child", choices=("package", "binding", "bare"))
    options = parser.parse_args()
    if options.child:
        _child(options.child)
        return 0
    if options.against_binding:
        wrong = 0
        for ours, theirs in differing(options.seed, options.count):
            wrong += 1
            print(f"{ours.seed}: {text_of(ours.seed)}\n  package: {ours.kind} {ours.result}\n"
                  f"  binding: {theirs.kind} {theirs.result}", flush=True)  # fmt: skip
        print(f"{options.count} cases, {wrong} differ")
        return bool(wrong)
    found = ended(options.seed, options.count)
    for case in found:
        print(f"{case.seed}: {case.result} ({case.seconds:.1f} s)\n  {text_of(case.seed)}")
    print(f"{options.count} cases, {len(found)} end the process or take too long")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
