"""How the images of an object are pulled."""

from __future__ import annotations

from pulumi_everest.scaffold.definitions.fields import ITEM, Field
from pulumi_everest.scaffold.template.placing import Tree, put
from pulumi_everest.scaffold.template.tree import Guess


def pulled(tree: Tree, fields: dict[str, list[Field]]) -> None:
    """How images are pulled, at the nearest fields for it."""
    for policy in fields.get("pullPolicy", [])[:1]:
        guess = Guess("${spec.?images.?pullPolicy}", "pull policy", ("images.pullPolicy",))
        put(tree, (*policy.path[:-1], f"?{policy.last}"), guess)
    for secrets in fields.get("pullSecrets", [])[:1]:
        loop = {"forEach": {"secret": "${spec.?images.?pullSecrets}"}}
        item = secrets.children[ITEM]
        entry: Tree = {**loop, "name": "${secret}"} if item.type == "object" else {**loop, "do": "${secret}"}
        put(tree, (*secrets.path[:-1], f"?{secrets.last}"), Guess([entry], "pull secrets", ("images.pullSecrets",)))
