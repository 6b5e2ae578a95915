"""What one run of the server knows: plugins, clusters that are there, forms; and the answers to what the page asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

from pulumi_everest.model.findings import EverestError
from pulumi_everest.review.options import Options
from pulumi_everest.ui.answering import AbandonedError, Known, checked, explained, opened, saved
from pulumi_everest.ui.answers import Answer, data_answer, refusal
from pulumi_everest.ui.asked import Asked, WrongRequestError
from pulumi_everest.ui.existing import Running, existing
from pulumi_everest.ui.files import page_files
from pulumi_everest.ui.finding_data import finding_data
from pulumi_everest.ui.guard import Request
from pulumi_everest.ui.proving import Proofs
from pulumi_everest.ui.saving import RefusedError
from pulumi_everest.ui.technologies import Technologies, missing
from pulumi_everest.ui.watch import Watch

_BEAT: Final = 10.0
"""Seconds after which an idle page hears that the server is still there."""


@dataclass(frozen=True)
class Wanted:
    """What the command was asked for: paths, options, the folder for files, and whether a cluster is read."""

    options: Options
    paths: tuple[str, ...] = ()
    folder: Path | None = None
    running: Running | None = None


@dataclass
class _Generation:
    """All that is known until a file changes."""

    number: int
    wanted: Wanted

    @cached_property
    def known(self) -> Known:
        """Plugins, and the clusters that are there."""
        technologies = Technologies(self.wanted.options.plugins)
        found = existing(self.wanted.paths, self.wanted.options, technologies.workspace, self.wanted.running)
        return Known(technologies, found, self.wanted.options, self.wanted.folder)


class Session:
    """The answers to requests. Work on plugins is done by one thread at a time; asking anew ends what takes long."""

    def __init__(self, wanted: Wanted, log: Callable[[str], None] | None = None) -> None:
        self.wanted, self._log = wanted, log
        self._lock, self._kit = threading.Lock(), Proofs()
        self._generation = _Generation(1, wanted)
        self._changed = threading.Condition()
        self._ended = False
        self._latest = 0
        watched = [*wanted.options.plugins, *(Path(path) for path in wanted.paths if path != "-")]
        self.watch = Watch(watched, self._renew)

    def start(self) -> None:
        """Begin to look for changes of files."""
        self.watch.start()

    def end(self) -> None:
        """Let all pages go."""
        self.watch.stop()
        self._kit.end()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _renew(self) -> None:
        """Files have changed, so all is read again, when it is asked for."""
        with self._changed:
            self._generation = _Generation(self._generation.number + 1, self.wanted)
            self._changed.notify_all()

    def events(self) -> Iterator[bytes]:
        """The number of the generation: at once, when it changes, and now and then."""
        while not self._ended:
            number = self._generation.number
            yield f'data: {{"generation":{number}}}\n\n'.encode()
            with self._changed:
                self._changed.wait_for(partial(self._differs, number), _BEAT)

    def _differs(self, number: int) -> bool:
        return self._ended or self._generation.number != number

    def answer(self, request: Request, content: bytes) -> Answer:
        """The answer to a request that the guard has let through."""
        if request.method == "GET" and request.path in page_files():
            return page_files()[request.path]
        if request.method == "GET" and request.path == "/api/start":
            return self._guarded(self._start)
        act = _ACTS.get(request.path) if request.method == "POST" else None
        proves = request.method == "POST" and request.path == _PROVE
        if act is None and not proves:
            return refusal(404, "there is nothing here")
        try:
            asked = Asked.read(content)
        except WrongRequestError as error:
            return refusal(400, str(error))
        if act is None:
            return self._answered(lambda: self._proved(asked.plugin))
        self._latest += 1
        asked.still_wanted = partial(self._is_latest, self._latest)
        return self._guarded(lambda known: act(known, asked))

    def _is_latest(self, number: int) -> bool:
        return self._latest == number

    def _start(self, known: Known) -> Mapping[str, Any]:
        return start_data(known, self._generation.number)

    def _proved(self, name: str) -> Mapping[str, Any]:
        """What the kit proves of a plugin. It takes long, so meanwhile other requests are answered."""
        with self._lock:
            technologies = self._generation.known.technologies
            plugin = technologies.plugin(name)
        if plugin is None:
            raise missing(name, technologies)
        return self._kit.of(plugin.folder)

    def _guarded(self, act: Callable[[Known], Mapping[str, Any]]) -> Answer:
        """What an act gives, one at a time."""

        def alone() -> Mapping[str, Any]:
            with self._lock:
                return act(self._generation.known)

        return self._answered(alone)

    def _answered(self, act: Callable[[], Mapping[str, Any]]) -> Answer:
        """What an act gives; whatever goes wrong is an answer, too, and never shows a traceback."""
        try:
            return data_answer(act())
        except WrongRequestError as error:
            return refusal(400, str(error))
        except AbandonedError:
            return data_answer({"abandoned": True})
        except RefusedError as error:
            return data_answer({"error": str(error), "there": list(error.there)}, 200 if error.there else 403)
        except EverestError as error:
            found = [finding_data(entry) for entry in error.findings]
            return data_answer(
                {"error": found[0]["message"] if found else "this cannot be done", "findings": found}, 422
            )
        except RecursionError:
            return refusal(422, "what was asked for is nested too deeply")
        except Exception as error:  # noqa: BLE001 - a defect of ours, which must not end the server
            if self._log is not None:
                import traceback

                frame = traceback.extract_tb(error.__traceback__)[-1]
                self._log(f"this should not happen: {type(error).__name__} at {frame.filename}:{frame.lineno}")
            return refusal(500, f"this should not happen: {type(error).__name__}")


def start_data(known: Known, generation: int) -> dict[str, Any]:
    """What the page begins with: plugins, clusters that are there, and whether files can be saved."""
    return {
        "generation": generation,
        "saves": str(known.folder) if known.folder is not None else None,
        **known.technologies.data,
        "clusters": [_cluster(one, known) for one in known.existing.clusters],
        "clusterFindings": [finding_data(entry, known.existing.sources) for entry in known.existing.findings],
    }


def _cluster(one: Any, known: Known) -> dict[str, Any]:
    plugin = known.plugin_of(one)
    return {
        "id": one.id,
        "name": one.name,
        "namespace": one.namespace,
        "provider": one.provider,
        "plugin": plugin.name if plugin is not None else None,
        "title": plugin.manifest.title if plugin is not None else None,
        "topology": one.topology or (plugin.definition.default_topology if plugin is not None else None),
        "from": one.origin,
    }


_PROVE: Final = "/api/prove"
Act = Callable[[Known, Asked], Mapping[str, Any]]
_ACTS: Final[Mapping[str, Act]] = {
    "/api/form": opened,
    "/api/check": checked,
    "/api/explain": explained,
    "/api/save": saved,
}
