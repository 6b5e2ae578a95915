"""The events of one document to plain data, with the place of every key and value beside it."""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern
from typing import Any, Final

from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from pulumi_everest.model.deferred import Path
from pulumi_everest.model.findings import Place, place_text, shortened
from pulumi_everest.model.shapes import ANY, Shape
from pulumi_everest.model.source.events import ENDS, STARTS, Extent, Written
from pulumi_everest.model.source.places import (
    COLUMN_BITS,
    KEY_SHIFT,
    SIZE_SHIFT,
    STRIDE,
    Entries,
    below,
    end_of,
    key_place,
    packed,
    unpacked,
    value_place,
)
from pulumi_everest.model.source.plain_scalars import NULLS, typed
from pulumi_everest.model.source.syntax import MAX_DEPTH
from pulumi_everest.model.source.text import Report

_TAG: Final = "tag:yaml.org,2002:"
_NO_FIELDS: Final[dict[str, Shape]] = {}
_MERGE: Final = "<<"
_SPECIAL_KEYS: Final = NULLS | {_MERGE}


class _Open:
    """A mapping or list that is being filled. `key` is None in a mapping that waits for its next key.

    `start` is the index of its entry, and `entries` are that and those below where they are not kept in their place:
    in a mapping that is merged into another.
    """

    __slots__ = (
        "data", "entries", "fields", "first_places", "is_mapping", "keep", "key", "key_at", "merged", "merged_at",
        "rest", "shape", "start",
    )  # fmt: skip

    def __init__(self, data: Any, shape: Shape, is_mapping: bool, start: int) -> None:
        self.data = data
        self.shape = shape
        self.is_mapping = is_mapping
        self.start = start
        fits = shape.kind != "list" if is_mapping else shape.kind == "list"
        self.fields = shape.fields if is_mapping and shape.kind == "object" else _NO_FIELDS
        self.rest = shape.item or ANY if fits else ANY
        self.key: str | None = None
        self.key_at = 0
        self.keep = True  # False: the value is read for its findings only
        self.entries: Entries = []
        self.merged: list[_Open] | None = None
        self.merged_at = 0
        self.first_places: tuple[int, dict[str, int]] = (start + STRIDE, {})


def build(
    written: Written, aliases: Mapping[int, Extent], shape: Shape, report: Report, extent: Extent | None = None
) -> tuple[Any, Entries]:
    """The data of a document and the entries that say where it stands. Of one that breaks off, what is there.

    With an `extent` it is that of one node of the document.
    """
    builder = _Builder(written, aliases, shape, report)
    builder.run(*(extent or (0, len(written.events))))
    data = builder.root.data
    return (data[0], builder.entries) if data else (None, [])


class _Builder:
    def __init__(self, written: Written, aliases: Mapping[int, Extent], shape: Shape, report: Report) -> None:
        self.written = written
        self.aliases = aliases
        self.report = report
        self.entries: Entries = []
        self.root = _Open([], Shape("list", item=shape), is_mapping=False, start=-STRIDE)
        self.stack = [self.root]
        self.too_deep = False

    def run(self, index: int, end: int) -> None:
        """Go through the events. An alias sends it to the events of its anchor and back (`returns`)."""
        events, stack, entries = self.written.events, self.stack, self.entries
        returns: list[tuple[int, int]] = []
        alias_at: int | None = None  # the place of the alias whose value comes next
        top = self.root
        while True:
            if index == end:
                if not returns:
                    return
                index, end = returns.pop()
                continue
            event = events[index]
            index += 1
            kind = type(event)
            if kind is ScalarEvent:
                mark = event.start_mark
                at = alias_at if alias_at is not None else mark.line << COLUMN_BITS | mark.column
                alias_at = None
                if top.is_mapping and top.key is None:
                    name = intern(event.value)
                    top.key, top.key_at, top.keep = name, at, True
                    if event.tag is not None or name in top.data or (name in _SPECIAL_KEYS and not event.style):
                        self.open_key(top, event)
                    continue
                key = top.key
                wanted = top.fields.get(key, top.rest) if key is not None else top.rest
                if event.tag is None:
                    text = event.value
                    value, raw = (text, None) if event.style else typed(text, wanted.kind)
                else:
                    value, raw = self.tagged(event, wanted.kind, at)
                if not top.is_mapping:
                    entries += (len(top.data), at << KEY_SHIFT | at, raw)
                    top.data.append(value)
                    continue
                if top.keep:
                    top.data[key] = value
                    entries += (key, top.key_at << KEY_SHIFT | at, raw)
                elif key == _MERGE and top.merged is not None:
                    self.refuse_merge(at)
                top.key = None
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                at = alias_at if alias_at is not None else packed(event.start_mark)
                alias_at = None
                if top.is_mapping and top.key is None:
                    self.add("source.key", "a mapping or list cannot be a key", at)
                    index = self.skip(index)
                    top.key, top.keep = "", False
                elif len(stack) > MAX_DEPTH:
                    self.refuse_depth(at)
                    index = self.skip(index)
                    top.key = None
                else:
                    top = self.open_value(top, event, kind is MappingStartEvent, at)
                    stack.append(top)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                stack.pop()
                self.close(top, stack[-1])
                top = stack[-1]
                top.key = None
            elif kind is AliasEvent:
                extent = self.aliases.get(index - 1)
                if extent is not None:
                    returns.append((index, end))
                    index, end = extent
                    alias_at = packed(event.start_mark)
                elif top.is_mapping:
                    # What the alias means is not known, and has been reported: the entry is left out.
                    top.key, top.keep = ("", False) if top.key is None else (None, True)

    def open_key(self, top: _Open, event: Any) -> None:
        """Take a scalar as the next key of a mapping, where there is something about it to look at."""
        key, at, plain = event.value, top.key_at, not event.style
        if event.tag is not None and event.tag not in ("!", _TAG + "str"):
            if event.tag == _TAG + "merge" and key == _MERGE:
                plain = True
            else:
                self.add(
                    "source.key",
                    f"a key must be text, not '{shortened(event.tag)}'",
                    at,
                    hint="remove the tag",
                )
                top.keep = False
                return
        elif plain and event.tag is None and key in NULLS:
            self.add("source.key", "a key is missing before the ':'", at, hint='an empty key is written ""')
            top.keep = False
            return
        if plain and key == _MERGE:
            top.keep = False
            if top.merged is None:
                top.merged, top.merged_at = [], at
            else:
                self.add(
                    "source.duplicate-key",
                    f"'<<' is there twice in one mapping, first at {self.where(top.merged_at)}",
                    at,
                    hint="merge a list: <<: [*a, *b]",
                )
        elif key in top.data:
            top.keep = False
            if not self.report.is_full:
                first = self.where(self.first_place(top, key))
                self.add("source.duplicate-key", f"the key '{shortened(key)}' is there twice, first at {first}", at)

    def where(self, at: int) -> str:
        """A place as people write it."""
        line, column = unpacked(at)
        return place_text(Place(self.report.file, line + self.written.first_line + 1, column + 1))

    def first_place(self, top: _Open, key: str) -> int:
        """The place of a key that is there already. What is looked through is remembered."""
        here, places = top.first_places
        while here < len(self.entries):
            places[self.entries[here]] = key_place(self.entries, here)
            here = end_of(self.entries, here)
        top.first_places = (here, places)
        return places[key]

    def open_value(self, top: _Open, event: Any, is_mapping: bool, at: int) -> _Open:
        """A new mapping or list as the value that comes next in `top`."""
        tag = event.tag
        if tag is not None and tag not in ("!", _TAG + ("map" if is_mapping else "seq")):
            what = "a mapping" if is_mapping else "a list"
            self.add(
                "source.tag",
                f"the tag '{shortened(tag)}' is not one of plain data",
                at,
                hint=f"remove it: this is {what}",
            )
        data: Any = {} if is_mapping else []
        start = len(self.entries)
        if not top.is_mapping:
            self.entries += (len(top.data), at << KEY_SHIFT | at, None)
            top.data.append(data)
            return _Open(data, top.rest, is_mapping, start)
        assert top.key is not None
        self.entries += (top.key, top.key_at << KEY_SHIFT | at, None)
        shape = top.fields.get(top.key, top.rest)
        if top.keep:
            top.data[top.key] = data
        elif top.key == _MERGE and top.merged is not None:
            shape = top.shape if is_mapping else Shape("list", item=top.shape)
            top.merged.append(_Open(data, shape, is_mapping, start))
            return top.merged[-1]
        return _Open(data, shape, is_mapping, start)

    def close(self, top: _Open, parent: _Open) -> None:
        """Say how many entries are below the one of a mapping or list, and take away those that are not kept."""
        entries, start = self.entries, top.start
        if top.merged is not None:
            self.merge(top)
        entries[start + 1] |= (len(entries) - start) // STRIDE - 1 << SIZE_SHIFT
        if parent.is_mapping and not parent.keep:
            if parent.merged and parent.merged[-1] is top:
                top.entries = entries[start:]
            del entries[start:]

    def merge(self, top: _Open) -> None:
        """Put the merged mappings under a mapping's own entries; the first of several wins."""
        sources: list[tuple[dict[str, Any], dict[str | int, Entries]]] = []
        for source in top.merged or ():
            places = below(source.entries, 0)
            if source.is_mapping:
                sources.append((source.data, places))
                continue
            for index, item in enumerate(source.data):
                if isinstance(item, dict):
                    sources.append((item, below(places[index], 0)))
                else:
                    self.refuse_merge(value_place(places[index], 0))
        sources.append((dict(top.data), below(self.entries, top.start, len(self.entries))))
        data: dict[str, Any] = {}
        kept: dict[str | int, Entries] = {}
        for more, places in (*reversed(sources[:-1]), sources[-1]):
            data.update(more)
            kept.update(places)
        top.data.clear()
        top.data.update(data)
        self.entries[top.start + STRIDE :] = [part for entry in kept.values() for part in entry]

    def tagged(self, event: Any, kind: str, at: int) -> tuple[Any, str | None]:
        """The value of a scalar with a tag, and its text where it is not read as text."""
        text, tag = event.value, event.tag
        if tag in ("!", _TAG + "str"):
            return text, None
        if tag == _TAG + "null":
            return None, text
        if tag == _TAG + "bool":
            value, raw = typed(text, "bool")
            fits = isinstance(value, bool)
        elif tag in (_TAG + "int", _TAG + "float"):
            value, raw = typed(text, "number")
            fits = type(value) is int or (tag == _TAG + "float" and type(value) is float)
        else:
            self.add("source.tag", f"the tag '{shortened(tag)}' is not one of plain data", at, hint="remove it")
            return text, None
        if not fits:
            name = tag.removeprefix(_TAG)
            self.add(
                "source.tag",
                f"'{shortened(text)}' is not what its tag !!{name} says",
                at,
                hint="remove the tag",
            )
            return text, None
        if kind == "text":
            return text, None
        return (float(value) if tag == _TAG + "float" else value), raw

    def refuse_merge(self, at: int) -> None:
        self.add(
            "source.syntax",
            "'<<' takes a mapping or a list of mappings",
            at,
            hint='write "<<" in quotes for a plain key',
        )

    def refuse_depth(self, at: int) -> None:
        """Say once, and without the very long path, that aliases in aliases nest too deeply."""
        if not self.too_deep:
            self.too_deep = True
            line, column = unpacked(at)
            message = f"aliases make the input nest more than {MAX_DEPTH} levels deep"
            self.report.add("source.too-deep", message, at=(line + self.written.first_line, column))

    def skip(self, index: int) -> int:
        """The position after the collection whose start has just been read."""
        depth = 1
        while depth and index < len(self.written.events):
            kind = type(self.written.events[index])
            depth += (kind in STARTS) - (kind in ENDS)
            index += 1
        return index

    def add(self, code: str, message: str, at: int, hint: str | None = None) -> None:
        if self.report.is_full:
            return
        line, column = unpacked(at)
        self.report.add(code, message, at=(line + self.written.first_line, column), path=self.path(), hint=hint)

    def path(self) -> Path:
        path: list[str | int] = []
        for entry in self.stack[1:]:
            if entry.is_mapping:
                if entry.key is not None:
                    path.append(entry.key)
            else:
                path.append(len(entry.data) - (entry is not self.stack[-1]))
        return tuple(path)
