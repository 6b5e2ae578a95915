"""Documents in a fifth of the room: whoever asks for one gets it made again, for as long as it is needed."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

from pulumi_everest.model.source.documents import Document


class Head(NamedTuple):
    """What tells documents apart: texts as they stand there, None where there is no such text."""

    api_version: str | None
    kind: str | None
    namespace: str | None
    name: str | None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Head:
        """The head of a document."""
        metadata = data.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        values = (data.get("apiVersion"), data.get("kind"), metadata.get("namespace"), metadata.get("name"))
        return cls(*(value if isinstance(value, str) else None for value in values))


@dataclass(frozen=True, slots=True)
class Packed:
    """A document of any file. Equal `data` are equal documents, wherever they stand."""

    head: Head
    data: bytes
    entries: bytes
    index: int
    first_line: int
    in_list: bool

    @classmethod
    def of(cls, document: Document) -> Packed:
        """A document, packed; of what was read from YAML that is always possible."""
        data, entries = marshal.dumps(document.data), marshal.dumps(document.entries)
        head = Head.of(document.data)
        return cls(head, data, entries, document.index, document.first_line, document.in_list)

    def document(self, file: str) -> Document:
        """The document, as one of this file."""
        made = _Unpacked.__new__(_Unpacked)
        made.__dict__.update(
            data=marshal.loads(self.data), file=file, index=self.index, first_line=self.first_line,  # noqa: S302
            in_list=self.in_list, packed_entries=self.entries, _wide={},
        )  # fmt: skip
        return made


Known = dict[str, tuple[str, tuple[Packed, ...]]]
"""Texts of files about which nothing is to be said, each with itself and its documents."""


class _Unpacked(Document):
    """A document whose places are unpacked when somebody asks for one."""

    def __getattr__(self, name: str) -> Any:
        if name != "entries":
            raise AttributeError(name)
        entries = self.entries = marshal.loads(self.__dict__["packed_entries"])  # noqa: S302 - packed by us
        return entries


class PackedDocuments(Sequence[Document]):
    """The documents of an input. Each is another object whenever it is asked for."""

    def __init__(self) -> None:
        self._all: list[tuple[str, Packed]] = []

    def add(self, file: str, documents: Iterable[Packed]) -> None:
        """Add those of a file."""
        self._all += [(file, document) for document in documents]

    def file(self, number: int) -> str:
        """The file that a document stands in."""
        return self._all[number][0]

    def packed(self, number: int) -> Packed:
        """A document, as it is kept."""
        return self._all[number][1]

    def __len__(self) -> int:
        return len(self._all)

    @overload
    def __getitem__(self, number: int) -> Document: ...
    @overload
    def __getitem__(self, number: slice) -> list[Document]: ...
    def __getitem__(self, number: int | slice) -> Document | list[Document]:
        if isinstance(number, slice):
            return [packed.document(file) for file, packed in self._all[number]]
        file, packed = self._all[number]
        return packed.document(file)
