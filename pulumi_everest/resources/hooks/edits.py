"""What somebody has edited of a main object in the cluster, and what an update would take back of it.

The engine knows what a program wrote the last time. So the object is read before each update of it: in a preview those
of a kind in a namespace at once, in an update each when its turn comes, since somebody may have edited it by then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi.runtime import settings

from pulumi_everest.live.edits import Edited, edited, managers_in
from pulumi_everest.live.errors import LiveError
from pulumi_everest.model.findings import one_line
from pulumi_everest.resources.engine.calls import concealed
from pulumi_everest.resources.engine.cluster_access import wanted_of
from pulumi_everest.resources.engine.reach import NOT_KNOWN, Reach

TAKEN_BACK: Final = """\
{name}: edited in the cluster{by}, and taken back by this update: {what}. If that is to stay, say it in the program: \
`everest adopt --from-cluster {place}` writes it, and `pulumi preview --refresh` shows all of it"""
HINT: Final = "it was edited in the cluster{by}: if that is to stay, say it in the program"
GONE: Final = "{kind} {place} is not in the cluster any more, though the stack has it; `pulumi refresh` tells the stack"
_SHOWN: Final = 10


@dataclass(frozen=True)
class Watched:
    """How an object is looked at: its Kubernetes provider, paths that no update writes, and names of its operator."""

    kubernetes: object
    ignored: Collection[str] = ()
    operators: Collection[str] = ()


@dataclass(frozen=True)
class Taken:
    """What an update takes back, in words, and the object as it is now, as far as the program has a say in it."""

    there: dict[str, Any]
    text: str
    hint: str


async def taken_back_by(
    reach: Reach, watched: Watched, args: pulumi.ResourceHookArgs, was: Mapping[str, Any], now: Mapping[str, Any]
) -> Taken | str | None:
    """What an update takes back of what was edited; a text where the object is gone; None for nothing, or unseen."""
    wanted = await wanted_of(args.new_inputs or {}, None)
    reached = await reach.of(watched.kubernetes)
    access = reached.access
    if reached.renders:
        return None
    if wanted is None or access is None:
        reach.unseen(NOT_KNOWN)
        return None
    try:
        live = await reach.find(access, wanted, at_once=bool(settings.is_dry_run()))
    except LiveError as error:
        reach.unseen(one_line(error.findings[0]))
        return None
    place = f"{wanted.namespace}/{wanted.name}"
    if live is None:
        return GONE.format(kind=wanted.kind, place=place)
    known = await concealed(args.old_outputs or {})
    found = edited(live, was, now, known, ignored=watched.ignored, operators=watched.operators)
    return _told(found, args.name, place) if found.edits else None


def _told(found: Edited, name: str, place: str) -> Taken:
    by = " and ".join(managers_in(found.edits))
    by = f" by {by}" if by else ""
    what = "; ".join(map(str, found.edits[:_SHOWN]))
    if len(found.edits) > _SHOWN:
        what += f"; and {len(found.edits) - _SHOWN} more"
    return Taken(found.there, TAKEN_BACK.format(name=name, by=by, what=what, place=place), HINT.format(by=by))
