"""What Pulumi's Kubernetes plugin can wait for: the texts of the annotation `pulumi.com/waitFor`.

The plugin finds a mistake only when the object exists already, and some never: a condition without a name is waited for
until the time is over. So they are checked here, by the rules of the plugin and of RFC 9535 (JSONPath).
"""

from __future__ import annotations

import json
import re

from pulumi_everest.model.findings import Finding, finding

HINT = "begin with jsonpath= or condition=, or give a JSON list of such texts"

# Names are of letters, digits, _ and all that is not ASCII: said by what they are not, since Python compiles large
# ranges for milliseconds, in every program.
_NAME = r"[^\x00-@\[-^`{-\x7f][^\x00-/:-@\[-^`{-\x7f]*"
_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_NUMBER = r"-?(?:0|[1-9][0-9]*)"
_SELECTOR = re.compile(
    rf"\s*(?:{_QUOTED}|\*|(?:{_NUMBER})?\s*:\s*(?:{_NUMBER})?(?:\s*:\s*(?:{_NUMBER})?)?|{_NUMBER})\s*"
)
_STEP = re.compile(rf"\s*(?:\.\.(?=[A-Za-z_*\[])|\.(?={_NAME}|\*))?(?:{_NAME}|\*)|\s*(?:\.\.)?(?=\[)")
_CONDITION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9./_-]*[A-Za-z0-9])?(=[A-Za-z]+)?")


def wrong_condition(text: str) -> str | None:
    """Why a text is nothing that can be waited for; None if it is fine."""
    if text.lstrip().startswith("["):
        return _wrong_list(text)
    if text.startswith("jsonpath="):
        return _wrong_path(text, text.removeprefix("jsonpath="))
    if text.startswith("condition="):
        if _CONDITION.fullmatch(text.removeprefix("condition=")) is None:
            return f"'{text}' has not the form condition=TYPE or condition=TYPE=STATUS"
        return None
    return f"'{text}' is not something to wait for"


def condition_findings(wait_for: object) -> list[Finding]:
    """What is wrong with what is to be waited for, where that is a text."""
    wrong = wrong_condition(wait_for) if isinstance(wait_for, str) else None
    allowed = ["True", "jsonpath=...", "condition=..."]
    return [finding("field.value", ("waitFor",), wrong, allowed=allowed, hint=HINT)] if wrong is not None else []


def _wrong_list(text: str) -> str | None:
    try:
        entries = json.loads(text)
    except ValueError as error:
        return f"'{text}' is no JSON list of conditions: {error}"
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, str) for entry in entries):
        return f"'{text}' is no list of texts"
    nested = [entry for entry in entries if entry.lstrip().startswith("[")]
    if nested:
        return f"'{nested[0]}' is a list within a list"
    return next((wrong for entry in entries if (wrong := wrong_condition(entry)) is not None), None)


def _wrong_path(text: str, rest: str) -> str | None:
    # The value begins at the only single equals sign; those of comparisons come in twos.
    parts = rest.replace("==", "\0").split("=")
    if len(parts) > 2:
        return f"'{text}' has more than one '='; the form is jsonpath={{.path}}=value"
    path = parts[0].replace("\0", "==")
    if len(parts) == 2 and not parts[1]:
        return f"'{text}' ends with '=' and has no value"
    if path[:1] in ("'", '"'):
        return f"'{text}' has quotes, which belong to a shell"
    inner = re.fullmatch(r"\{(.*)\}", path, re.DOTALL)
    if inner is None:
        return f"'{text}' needs braces around the path: jsonpath={{.path}}=value"
    wrong = _wrong_steps(inner[1].strip().removeprefix("$"))
    return f"'{text}' is no JSONPath: {wrong}" if wrong else None


def _wrong_steps(path: str) -> str | None:
    """Why the steps after `$` are not those of a JSONPath."""
    if path and path[0] not in ".[":
        return f"it begins with '{path[0]}', and a path with '.' or '['"
    position = 0
    while position < len(path):
        if path[position] == "[":
            end = _closing(path, position)
            if end is None:
                return "a '[' is never closed"
            wrong = _wrong_selectors(path[position + 1 : end])
            if wrong:
                return wrong
            position = end + 1
            continue
        step = _STEP.match(path, position)
        if step is None or step.end() == position or (step[0].strip()[:1] != "." and step[0].strip()):
            return (
                f"'{path[position : position + 20]}' is no step; a name with other characters is written ['like-this']"
            )
        position = step.end()
    return None


def _wrong_selectors(text: str) -> str | None:
    if not text.strip():
        return "[] selects nothing; write [*] for all items"
    if text.lstrip().startswith("?"):
        return None if text.lstrip()[1:].strip() else "the filter [?] is empty"
    position = 0
    while True:
        found = _SELECTOR.match(text, position)
        if found is None or found.end() == position:
            return f"[{text}] selects neither a name in quotes, nor an index, nor *"
        position = found.end()
        if position == len(text):
            return None
        if text[position] != ",":
            return f"[{text}] selects neither a name in quotes, nor an index, nor *"
        position += 1


def _closing(path: str, start: int) -> int | None:
    """The position of the bracket that closes the one at `start`, past texts in quotes."""
    depth, position = 0, start
    while position < len(path):
        character = path[position]
        if character in "'\"":
            quoted = re.compile(_QUOTED).match(path, position)
            if quoted is None:
                return None
            position = quoted.end()
            continue
        depth += {"[": 1, "]": -1}.get(character, 0)
        if depth == 0:
            return position
        position += 1
    return None
