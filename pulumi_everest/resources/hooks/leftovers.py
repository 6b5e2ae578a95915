"""What a preview says of a database that is to be made, and of which a former one has left volumes and Secrets.

The stack has lost it and the cluster too: somebody deleted the object, and a refresh has read that. Nothing of it is
refused, since making the database again is what brings it back.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from pulumi_everest.emit.templates.texts import filled
from pulumi_everest.expressions.environment import ExpressionError, Scope
from pulumi_everest.live.leftovers import Left, left_of
from pulumi_everest.live.presence import WantedObject
from pulumi_everest.model.plugin_files.manifest import Leftovers
from pulumi_everest.resources.engine.cluster_access import ClusterAccess
from pulumi_everest.resources.engine.reach import Reach

TEXT: Final = "{subject}: a database of this name was here before, and has left {left}. Now {taken_up}."


def leftovers_text(
    reach: Reach, access: ClusterAccess, wanted: WantedObject, said: Leftovers, own: Collection[str], subject: str
) -> str | None:
    """What is to be said of a database that is not there; None where nothing is left.

    `own` are names of Secrets that the program makes, of which it is said elsewhere that they are there. Raises
    LiveError.
    """
    scope = Scope({"metadata": {"name": wanted.name, "namespace": wanted.namespace}}, False)
    try:
        labels = {label: str(filled(text, scope)) for label, text in said.volumes.items()}
        names = [str(filled(text, scope)) for text in said.secrets]
    except ExpressionError:
        return None  # what is wrong with the plugin is said when it is checked
    secrets = [name for name in names if name not in own]
    left: Left = left_of(reach.live(access), wanted.namespace, labels, secrets)
    return TEXT.format(subject=subject, left=left, taken_up=said.taken_up) if left else None
