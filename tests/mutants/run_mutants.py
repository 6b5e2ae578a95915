"""`make mutants`: change the code in many small ways, one at a time, and ask the nearest tests whether they notice.

The work tree is not changed: everything happens in copies in a temporary folder. What came of each mutant is kept in
build/mutants, so that a run that was interrupted goes on where it was. The exit code is 1 if too few were killed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import secrets
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path

from copies import Copy, copies, each_of
from mutations import Site, sites
from nearest import Module, Readers, nearest
from recordings import Recorder, Recordings, Test
from trial import Mutant, Outcome, attempt, run
from words import known, row

ROOT = Path(__file__).parents[2]
PACKAGE = "pulumi_everest"
FOLDERS = ("core", "emit", "resources/hooks")
ASKED = (
    "core/*", "emit/*", "plugins/*", "workspace/*", "resources/*", "wrong/*", "adoption/*", "model/*", "review/*",
    "test_findings_page.py", "serving/test_served_*.py", "form/test_form_tree.py",
    "cli/test_cli_crds.py", "cli/test_cli_explain.py", "cli/test_cli_completion.py", "cli/test_cli_status.py",
)  # fmt: skip
"""Files of tests that may be near: those of what is changed, of what stands right on it, and what says what it finds."""
LEFT_OUT = (
    "adoption/test_adoption_alike.py",
    "adoption/test_adoption_cases.py",
    "adoption/test_adoption_round_trip.py",
    "adoption/test_fields_added_later.py",
    "adoption/test_operators_own_tests.py",
    "plugins/*conformance*",
    "plugins/test_any_cluster.py",
    "plugins/test_readiness.py",
    "resources/test_deferred.py",
    "resources/test_known_readings.py",
    "resources/test_odd_values.py",
    "review/test_processes.py",
    "workspace/test_explained.py",
)
"""Those among them that take long, since they try all of a plugin or start processes."""
NEEDED = 0.9

Place = tuple[Module, Site]


def modules(root: Path, folders: Iterable[str]) -> list[Module]:
    """The modules of some folders of the package."""
    files = sorted(file for folder in folders for file in (root / folder).rglob("*.py"))
    return [Module(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")) for file in files]


def places(found: Iterable[Module], only: str | None) -> list[Place]:
    """All places of the modules; with `only`, those of a module (``core/images.py``) or of a line (``core/images.py:15``)."""
    return [
        (module, site)
        for module in found
        for site in sites(module.source)
        if only is None or fnmatch(module.path, only) or f"{module.path}:{site.lines.start}" == only
    ]


def sample(found: list[Place], count: int, seed: int) -> Iterator[tuple[Mutant, Place]]:
    """So many of the places by a seed, and one way to change each; the same seed begins with the same, whatever the count."""
    shuffled = list(found)
    draw = random.Random(seed)
    draw.shuffle(shuffled)
    for module, site in shuffled[:count]:
        yield Mutant(module, site.lines.start, site.where, draw.choice(site.mutations)), (module, site)


def each(found: list[Place]) -> Iterator[tuple[Mutant, Place]]:
    """All ways to change all places."""
    for module, site in found:
        for mutation in site.mutations:
            yield Mutant(module, site.lines.start, site.where, mutation), (module, site)


class Log:
    """What came of each mutant of one state of the code, with the tests that were asked; kept in a file."""

    def __init__(self, file: Path, state: str) -> None:
        self.file, self.state = file, state
        self.entries: dict[str, dict[str, object]] = {}
        if file.is_file():
            kept = json.loads(file.read_text(encoding="utf-8"))
            self.entries = kept["outcomes"] if kept["state"] == state else {}

    def get(self, mutant: Mutant, asked: str) -> Outcome | None:
        """What is known of a mutant: a killed one stays so, another one was perhaps not asked by the tests of today."""
        entry = self.entries.get(mutant.name)
        if entry is None:
            return None
        outcome = Outcome(**entry["outcome"])  # type: ignore[arg-type]
        return outcome if outcome.is_killed or entry["asked"] == asked else None

    def killers(self) -> set[object]:
        """The tests that noticed a mutant, by their names."""
        return {entry["outcome"]["by"] for entry in self.entries.values()}  # type: ignore[index]

    def put(self, mutant: Mutant, asked: str, outcome: Outcome) -> None:
        """Keep it."""
        self.entries[mutant.name] = {"asked": asked, "outcome": asdict(outcome)}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.file.with_suffix(".part")
        text = json.dumps({"state": self.state, "outcomes": self.entries}, indent=1, ensure_ascii=False)
        beside.write_text(text, encoding="utf-8")
        beside.replace(self.file)


@dataclass(frozen=True)
class Question:
    """A mutant and its nearest tests."""

    mutant: Mutant
    tests: list[Test]
    asked: str
    """A digest of the tests and of what they consist of."""


def questions(
    chosen: Iterable[tuple[Mutant, Place]], recordings: Recordings, seconds: float, readers: Readers
) -> Iterator[Question]:
    """The mutants with their nearest tests."""
    for mutant, (module, site) in chosen:
        tests = nearest(site, module, recordings, seconds, readers)
        asked = hashlib.sha256(repr([(test.name, recordings.tests[test.name]) for test in tests]).encode())
        yield Question(mutant, tests, asked.hexdigest()[:16])


def control(tests: set[Test], copy: Copy) -> None:
    """Ask some tests about the code as it is: they must pass, or else their failures mean nothing."""
    if tests:
        done = run(sorted(tests, key=lambda test: test.name), copy)
        if done.code:
            sys.exit(f"the tests fail on the code as it is:\n{done.text[-3000:]}")


def summary(outcomes: list[Outcome], asked: int, words: dict[tuple[str, str, str], str]) -> str:
    """What came of all, and those that survived with the word on each."""
    counts = Counter(outcome.outcome for outcome in outcomes)
    killed = sum(outcome.is_killed for outcome in outcomes)
    part = killed / len(outcomes) if outcomes else 0.0
    lines = [
        f"{len(outcomes)} of {asked} mutants tried: {killed} killed ({part:.1%}; {counts['timeout']} by their limits), "
        f"{len(outcomes) - killed} survived ({counts['not run']} of them run by no test)"
    ]
    alive = sorted((o for o in outcomes if not o.is_killed), key=lambda outcome: (outcome.module, outcome.line))
    for outcome in alive:
        key = (outcome.module, outcome.where, outcome.change)
        lines.append(row(key, words.get(key, "**no word yet**" if outcome.tests else "**run by no test**")))
    return "\n".join(lines)


def options(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="how many mutants (300)")
    parser.add_argument("--seed", type=int, default=None, help="which ones; drawn and printed if it is not given")
    parser.add_argument("--only", help="all mutants of one module or line instead: core/images.py, core/images.py:15")
    parser.add_argument(
        "--seconds", type=float, default=20, help="how much the nearest tests of a mutant may take (20)"
    )
    parser.add_argument("--patience", type=int, default=20, help="how much a mutant may work beyond that (20 seconds)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once (one for each core)")
    parser.add_argument("--project", type=Path, default=ROOT, help="the project (this one)")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None, package: str = PACKAGE, folders: tuple[str, ...] = FOLDERS) -> int:
    """Run it."""
    asked = options(arguments)
    seed = asked.seed if asked.seed is not None else secrets.randbelow(2**31)
    start = time.monotonic()
    found = places(modules(asked.project / package, folders), asked.only)
    chosen = list(each(found) if asked.only else sample(found, asked.count, seed))
    again = f"again by: make mutants {f'ONLY={asked.only}' if asked.only else f'COUNT={asked.count} SEED={seed}'}"
    say(f"{len(chosen)} mutants of {len(found)} places in {', '.join(folders)}; {again}")
    outcomes: list[Outcome] = []
    os.environ.setdefault("EVEREST_SHARED", str(asked.project.resolve().parent / "shared"))  # copies have no neighbours
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for outcome in tried(chosen, asked, package):
            outcomes.append(outcome)
            say(f"[{len(outcomes):3}/{len(chosen)}] {outcome}")
    except KeyboardInterrupt:
        say("interrupted; the same command goes on from here")
    say(summary(outcomes, len(chosen), known(asked.project / "docs" / "testing.md")))
    say(f"{time.monotonic() - start:.0f} s; {again}")
    if len(outcomes) < len(chosen):
        return 130
    return 0 if sum(outcome.is_killed for outcome in outcomes) >= NEEDED * len(outcomes) else 1


def tried(chosen: list[tuple[Mutant, Place]], asked: argparse.Namespace, package: str) -> Iterator[Outcome]:
    """What comes of each mutant: what is known first, then what is tried."""
    kept = asked.project / "build" / "mutants"
    recorder = Recorder(asked.project, package, kept / "recorded")
    with copies(asked.project, asked.jobs) as made:
        recordings = recorder.record(made, ASKED, LEFT_OUT, say)
        for test in recordings.left_out:
            say(f"  left out, since it fails on the code as it is: {test}")
        say(f"{len(recordings.tests)} tests are recorded")
        log = Log(kept / "outcomes.json", recorder.state)
        waiting = []
        readers = Readers(package, modules(asked.project / package, (".",)))
        for question in questions(chosen, recordings, asked.seconds, readers):
            outcome = log.get(question.mutant, question.asked)
            if outcome is None:
                waiting.append(question)
            else:
                yield outcome
        for copy in made:
            copy.files = sorted({test.file for question in waiting for test in question.tests})
        control({test for question in waiting[:5] for test in question.tests[:10]}, made[0])

        def ask(question: Question, copy: Copy) -> tuple[Question, Outcome]:
            return question, attempt(question.mutant, question.tests, copy, package, asked.patience)

        for question, outcome in each_of(waiting, ask, made):
            log.put(question.mutant, question.asked, outcome)
            yield outcome
        killers = log.killers()
        control({test for question in waiting for test in question.tests if test.name in killers}, made[0])


def say(text: str) -> None:
    """Print it at once."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
