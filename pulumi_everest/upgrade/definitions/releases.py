"""Whether a plugin may follow another: by their releases, and by the definition that a lock was recorded with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_everest.core.versions.definition_digest import digest_of, short
from pulumi_everest.model.findings import Finding, finding
from pulumi_everest.model.lock_file import LockedCluster
from pulumi_everest.model.values.versions import version_key
from pulumi_everest.plugins.plugin import Plugin


@dataclass(frozen=True)
class Move:
    """A plugin as it is and as it is to be."""

    old: Plugin
    new: Plugin

    def data(self) -> dict[str, Any]:
        """The move as plain data."""
        sides = {"from": self.old, "to": self.new}
        about = {
            key: {"release": side.manifest.release, "definition": digest_of(side.definition)}
            for key, side in sides.items()
        }
        return {"plugin": self.new.name, **about}

    def text(self, arrow: str = "→") -> str:
        """The move for people: ``shop 1.0 → 1.1``, by digests where no release is said, or both are the same."""
        was, now = (side.manifest.release for side in (self.old, self.new))
        if was is None or now is None or was == now:
            was, now = (short(digest_of(side.definition)) for side in (self.old, self.new))
        return f"{self.new.name}: the same definition" if was == now else f"{self.new.name} {was} {arrow} {now}"


def moves(old: Iterable[Plugin], new: Iterable[Plugin]) -> list[Move]:
    """The plugins that are on both sides, by the names of their definitions."""
    former = {plugin.definition.name: plugin for plugin in old}
    return [Move(former[one.definition.name], one) for one in new if one.definition.name in former]


def release_findings(move: Move) -> Iterator[Finding]:
    """Whether the newer plugin takes over the clusters of the older one."""
    was, now, least = move.old.manifest.release, move.new.manifest.release, move.new.manifest.min_upgradable_from
    subject = f"plugin {move.new.name}"
    if was is not None and now is not None and version_key(now) < version_key(was):
        text = f"release {now} is older than {was}, which runs"
        hint = "everest lock --back takes the versions of before where a guard lets it"
        yield finding("upgrade.release", (), text, hint=hint, subject=subject)
    elif least is not None and was is None:
        text = f"the plugin can be upgraded from release {least} on, and the older one does not say its release"
        yield finding("upgrade.release", (), text, hint="write its release into its plugin.yaml", subject=subject)
    elif least is not None and was is not None and version_key(was) < version_key(least):
        text = f"release {now or 'this one'} can be upgraded from {least} on, and {was} runs"
        hint = f"upgrade to {least} or another release before {now or 'this one'} first, and apply that"
        yield finding("upgrade.release", (), text, hint=hint, subject=subject)


def lock_findings(move: Move, locked: Mapping[str, LockedCluster]) -> Iterator[Finding]:
    """The clusters whose lock was recorded with another definition than the older one."""
    own = digest_of(move.old.definition)
    others: dict[str, list[str]] = {}
    for name, entry in locked.items():
        if entry.definition not in (None, own):
            others.setdefault(str(entry.definition), []).append(name)
    for digest, names in others.items():
        which = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        text = f"the lock of {which} was recorded with the definition {short(digest)}, and --from has {short(own)}"
        hint = "name the release that runs in --from, or record what runs: everest lock --from-state"
        yield finding("upgrade.other-definition", (), text, hint=hint, subject=f"plugin {move.old.name}")
