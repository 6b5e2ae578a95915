"""How an operator says that a database is ready: a condition, or a state in words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pulumi_everest.scaffold.definitions.crd_files import Kind
from pulumi_everest.scaffold.definitions.fields import ITEM, Field, fields_of

_READY = re.compile(
    r"ready|running|healthy|completed|available|online|active|succeeded|done|cluster in healthy state", re.IGNORECASE
)
_FAILED = re.compile(r"fail|error|abort|unrecoverable", re.IGNORECASE)
_CONDITION = re.compile(r"""\.type\s*==?\s*["']?(\w+)""")
_STATES = ("state", "phase", "status", "clusterState", "health")


@dataclass
class States:
    """Expressions over the live object, and what has to be asked about them."""

    ready: str = ""
    failed: str = ""
    state: str = ""
    message: str = ""
    wait_for: str = ""
    known_ready: bool = False
    """Whether the word or condition is the definition's own."""
    known_failed: bool = False


def states_of(kind: Kind, ready: str = "", failed: str = "") -> States:
    """The states of a kind; `ready` and `failed` are words that someone has answered."""
    status = fields_of(kind.part("status"))
    words = next((one for name in _STATES if (one := status.child(name)) is not None and one.type == "string"), None)
    column = next((match[1] for text in kind.columns if "condition" in text and (match := _CONDITION.search(text))), "")
    message = status.child("message", "reason")
    found = States(message=_text(message) if message is not None and message.type == "string" else "")
    if words is not None and not (column and not words.enum):
        _of_words(found, words, (ready, failed))
    elif _has_conditions(status):
        name = ready or column or "Ready"
        found.known_ready = bool(ready or column)
        found.ready = _condition(name)
        found.wait_for = f"condition={_safe(name)}"
        if failed:
            found.failed = _condition(failed)
            found.known_failed = True
    if found.ready and status.child("observedGeneration") is not None:
        found.ready += " && self.?status.?observedGeneration.orValue(0) >= self.metadata.?generation.orValue(0)"
    return found


def _condition(name: str) -> str:
    holds = f"c.?type.orValue('') == '{_safe(name)}' && c.?status.orValue('') == 'True'"
    return f"self.?status.?conditions.orValue([]).exists(c, {holds})"


def _of_words(found: States, words: Field, said: tuple[str, str]) -> None:
    ready, failed = said
    enum = [str(one) for one in words.enum]
    word = ready or next((one for one in enum if re.fullmatch(_READY.pattern, one, re.IGNORECASE)), "")
    word = word or next((one for one in enum if _READY.search(one) and "not" not in one.lower()), "")
    found.known_ready = bool(word)
    at = f"self.?status.?{words.last}.orValue('')"
    found.state = at
    found.ready = f"{at} == '{_safe(word or 'ready')}'"
    found.wait_for = f"jsonpath={{.status.{words.last}}}={_safe(word or 'ready')}"
    lost = failed or next((one for one in enum if _FAILED.search(one)), "")
    found.known_failed = bool(lost)
    found.failed = f"{at} == '{_safe(lost or 'error')}'"


def _has_conditions(status: Field) -> bool:
    item = status.at("conditions", ITEM)
    return item is not None and item.has("type", "status")


def _text(field: Field) -> str:
    return f"self.?status.?{field.last}.orValue('')"


def _safe(word: str) -> str:
    return re.sub(r"[^A-Za-z0-9 _.-]", "", word)
