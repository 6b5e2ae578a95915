"""Runs a page of the documentation, top to bottom, and gives it with the output that its commands really have.

Blocks of the page:

- ``python __main__.py``, ``yaml FILE``: a file of the project, written as it stands;
- ``console``: commands after ``$ ``, run one after the other in the project's folder, each followed by what it prints;
- ``<!-- operator: WORD NAME -->``: what the operator does meanwhile, which no page shows: ``ready`` and ``failed`` set
  the state of the object, ``lets-go`` removes its finalizers, ``by-hand`` applies an object of the file NAME.

What differs from run to run, and progress, is left out of the output: times, the lines of resources that are followed
by later ones of the same resource, where plugins come from, and the traceback of the program that the engine interrupts
when something failed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pulumi_engine import Stack

from pulumi_everest.live.cluster import LiveCluster

BLOCK = re.compile(r"^```([^\n`]*)\n(.*?)^```$|^<!-- operator: (\S+) (\S+) -->$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^ *(?P<mark>[+~\-=><]{0,3}) +(?P<type>[\w./-]+:[\w./-]+:\w+) (?P<name>\S+) (?P<rest>.*)$")
STACK = "pulumi:pulumi:Stack"


def run_page(text: str, stack: Stack, operator: Callable[[str, str], None]) -> str:
    """The page with the output of its commands in place of what stands there. `operator` plays the operator."""

    def with_output(match: re.Match[str]) -> str:
        if match[3]:
            operator(match[3], match[4])
            return match[0]
        language, _, name = match[1].partition(" ")
        if name and language in ("python", "yaml"):
            stack.write(None, {name: match[2]})
        if language != "console":
            return match[0]
        commands = [line.removeprefix("$ ") for line in match[2].splitlines() if line.startswith("$ ")]
        return "```console\n" + "\n".join(f"$ {command}\n{output(command, stack)}" for command in commands) + "```"

    return BLOCK.sub(with_output, text)


def output(command: str, stack: Stack) -> str:
    """What a command prints, without what differs from run to run."""
    environment = stack.environment()
    folders = [str(Path(sys.executable).parent), environment["PATH"]]
    environment["PATH"] = os.pathsep.join(folders)
    done = subprocess.run(
        ["bash", "-c", _plain(command, stack.name)], cwd=stack.folder, env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    text = done.stdout.replace(str(stack.folder), "~/infra")
    if command.startswith("pulumi "):
        text = settled(text)
    lines = [line.rstrip() for line in text.splitlines()]
    shown = "\n".join(lines).strip("\n")
    return f"{shown}\n" if shown else ""


def _plain(command: str, stack: str) -> str:
    if not command.startswith("pulumi "):
        return command
    return f"{command} --non-interactive --color never --stack {stack}"


def settled(text: str) -> str:
    """What the engine prints, with one line for each resource: its last one."""
    rows: dict[tuple[str, str], str] = {}
    others: list[str] = []
    for line in text.splitlines():
        match = ROW.match(line)
        if match:
            if match["type"] != STACK:
                # What a row says beside the operation stands under the resource, too.
                rest = re.split(r";? *\b(?:\d+ )?(?:warning|error)s?\b|; ", match["rest"])[0]
                rest = re.sub(r" ?\(\d+(\.\d+)?s\)", "", rest).rstrip()
                rows[match["type"], match["name"]] = f" {match['mark']:2} {match['type']} {match['name']} {rest}"
        elif not re.match(
            r"^@ |^(Previewing|Updating|Refreshing|Destroying|Duration)\b|.*warning: using pulumi-", line
        ):
            others.append(line)
    rest = re.sub(
        r"^ +Traceback \(most recent.*?^ +KeyboardInterrupt\n(\n|\Z)?", "", "\n".join(others) + "\n", flags=re.M | re.S
    )
    rest = re.sub(r"^ +During handling of the above exception.*\n", "", rest, flags=re.M)
    rest = re.sub(rf"^  {STACK} \([^\n]*\):\n(?=\n|  \S|\S|\Z)", "", rest, flags=re.MULTILINE)
    rest = re.sub(r"^Diagnostics:\n+(?=\S|\Z)", "", rest, flags=re.MULTILINE)
    rest = re.sub(r"^Diagnostics:\n\n+", "Diagnostics:\n", rest, flags=re.MULTILINE)
    rest = re.sub(r"^(Diagnostics:\n)(.*?)(?=^\S|\Z)", _sorted_sections, rest, flags=re.MULTILINE | re.DOTALL)
    rest = re.sub(r"\n{3,}", "\n\n", rest).strip("\n")
    return "\n".join([*(rows[key] for key in sorted(rows, key=lambda key: (key[1], key[0]))), "", rest])


def _sorted_sections(match: re.Match[str]) -> str:
    """What is said about each resource, in the order of their names: the engine's differs from run to run."""
    sections = re.split(r"^(?=  \S[^\n]*\):$)", match[2], flags=re.MULTILINE)
    return match[1] + "\n\n".join(sorted(part.strip("\n") for part in sections if part.strip())) + "\n\n"


def playing(live: LiveCluster, api_version: str, kind: str, namespace: str) -> Callable[[str, str], None]:
    """What the operator of one kind does, by the word that the page uses."""

    def play(word: str, name: str) -> None:
        head = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
        status = {"ready": 3, "size": 3, "observedGeneration": 99}
        match word:
            case "ready":
                live.merge({**head, "status": {**status, "state": "ready"}}, status=True)
            case "failed":
                failed = {**status, "state": "error", "message": 'Error: no storage class "fast"'}
                live.merge({**head, "status": failed}, status=True)
            case "lets-go":
                live.merge({**head, "metadata": {**head["metadata"], "finalizers": None}})
            case _:
                raise ValueError(f"the operator does not know '{word}'")

    return play
