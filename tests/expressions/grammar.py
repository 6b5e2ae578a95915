"""Random expressions, mostly of the right types, and data for them: optionals, nulls, macros, functions, nested values.

An expression is made of a wanted kind downwards: each kind has forms that give it, whose parts have kinds again. Now
and then a part is another kind in disguise (``dyn(...)``), so that evaluations fail in all the ways there are.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

NAMES = ("a", "b", "c", "d", "e")
TEXTS = ("", "a", "b", "ab", "a,b", "1.2", "10", "8.0.12-4", "x\ny", "é𝒳", "true", "2026-03-01T12:00:00+02:00", " a ")
WHOLE = (0, 1, 2, 3, -1, 5, 7, 63, 64, 2**31, 2**53 + 1, 2**63 - 1, -(2**63))
DOUBLES = (0.0, 1.0, -1.5, 0.1, 2.5, 1e6, 1e21, 1e-7, 9007199254740992.0, 9223372036854775808.0)
PATTERNS = ("a", "^a", "b$", "[ab]+", "a|b", "(", "\\\\d+", "é", "(?i)A", "")
FORMATS = ("%s", "%d", "%s-%s", "%x", "%.2f", "%e", "%b", "%o", "%%", "%X", "%q", "%", "%.3d")
ZONES = ("UTC", "Europe/Berlin", "+05:45", "-02:30", "nope", "")
MOMENTS = (
    "2026-03-01T10:00:00Z", "1969-12-31T23:59:59.5Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z",
    "2024-02-29t12:34:56.789z", "2024-01-01T00:00:00-05:30", "2024-02-30T00:00:00Z", "2024-01-01", "x",
)  # fmt: skip
SPANS = ("1h", "90m", "-1.5s", "1.5h", "0", "1ns", "1h30m", "5", "", "1000000h", "9999999h", "2us")
GETTERS = (
    "getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek", "getHours", "getMinutes",
    "getSeconds", "getMilliseconds",
)  # fmt: skip
KINDS = ("bool", "int", "uint", "double", "string", "bytes", "list", "map", "null", "optional", "time", "span", "type")


def data(chance: random.Random, depth: int = 3) -> Any:
    """A random value of plain data."""
    forms: list[Callable[[], Any]] = [
        lambda: None,
        lambda: chance.choice((True, False)),
        lambda: chance.choice(WHOLE),
        lambda: chance.choice(DOUBLES),
        lambda: chance.choice(TEXTS),
        lambda: chance.choice(TEXTS),
    ]
    if depth > 0:
        forms += 2 * [
            lambda: [data(chance, depth - 1) for _ in range(chance.randrange(4))],
            lambda: mapping(chance, depth - 1),
        ]
    return chance.choice(forms)()


def mapping(chance: random.Random, depth: int = 3) -> dict[str, Any]:
    """A random mapping."""
    return {name: data(chance, depth) for name in NAMES if chance.random() < 0.6}


class Grammar:
    """Makes expressions over the variables `spec` and `item`."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._local: list[str] = []
        self._forms: dict[str, list[Callable[[int], str]]] = {
            "bool": [
                lambda _: self._one("true", "false"),
                self._compared,
                lambda n: f"({self.of('bool', n)} {self._one('&&', '||')} {self.of('bool', n)})",
                lambda n: f"!{self.of('bool', n)}",
                lambda n: f"({self.of('any', n)} {self._one('==', '!=')} {self.of('any', n)})",
                lambda n: f"({self.of('any', n)} in {self.of(self._one('list', 'map'), n)})",
                lambda n: f"has({self.of('any', n)}.{self._name()})",
                lambda n: self._loop(self._one("all", "exists", "exists_one"), "bool", n),
                lambda n: f"{self.of('optional', n)}.hasValue()",
                lambda n: (
                    f"{self.of('string', n)}.{self._one('startsWith', 'endsWith', 'contains')}({self.of('string', n)})"
                ),
                lambda n: f"{self.of('string', n)}.matches('{self._one(*PATTERNS)}')",
                lambda n: f"(type({self.of('any', n)}) == {self.of('type', n)})",
                lambda n: f"math.{self._one('isNaN', 'isInf', 'isFinite')}({self.of('double', n)})",
                lambda n: f"versionAtLeast({self.of('string', n)}, {self.of('string', n)})",
                lambda n: f"bool({self.of(self._one('string', 'bool'), n)})",
            ],
            "int": [
                lambda _: self._whole(),
                lambda n: f"({self.of('int', n)} {self._one('+', '-', '*', '/', '%')} {self.of('int', n)})",
                lambda n: f"-{self.of('int', n)}",
                lambda n: f"size({self.of(self._one('string', 'list', 'map', 'bytes'), n)})",
                lambda n: f"{self.of(self._one('string', 'list', 'map'), n)}.size()",
                lambda n: f"int({self.of(self._one('string', 'double', 'uint', 'time', 'bool'), n)})",
                lambda n: f"{self.of('string', n)}.{self._one('indexOf', 'lastIndexOf')}({self.of('string', n)})",
                lambda n: (
                    f"{self.of('string', n)}.{self._one('indexOf', 'lastIndexOf')}({self.of('string', n)}, {self._small()})"
                ),
                lambda n: f"{self.of('time', n)}.{self._one(*GETTERS)}({self._one('', repr(self._one(*ZONES)))})",
                lambda n: f"{self.of('span', n)}.{self._one(*GETTERS[-4:])}()",
                lambda n: f"math.{self._one('bitAnd', 'bitOr', 'bitXor')}({self.of('int', n)}, {self.of('int', n)})",
                lambda n: f"math.{self._one('bitShiftLeft', 'bitShiftRight')}({self.of('int', n)}, {self._small()})",
                lambda n: f"math.{self._one('abs', 'sign', 'bitNot')}({self.of('int', n)})",
                lambda n: f"math.{self._one('greatest', 'least')}({self.of('int', n)}, {self.of('int', n)})",
                lambda n: f"major({self.of('string', n)})",
                lambda n: f"seconds({self.of('string', n)})",
            ],
            "uint": [
                lambda _: f"{self.chance.choice((0, 1, 2, 2**64 - 1))}u",
                lambda n: f"({self.of('uint', n)} {self._one('+', '-', '*', '/', '%')} {self.of('uint', n)})",
                lambda n: f"uint({self.of(self._one('int', 'string', 'double'), n)})",
                lambda n: f"math.bitNot({self.of('uint', n)})",
            ],
            "double": [
                lambda _: repr(self.chance.choice(DOUBLES)),
                lambda n: f"({self.of('double', n)} {self._one('+', '-', '*', '/')} {self.of('double', n)})",
                lambda n: f"double({self.of(self._one('int', 'string', 'uint'), n)})",
                lambda n: (
                    f"math.{self._one('ceil', 'floor', 'round', 'trunc', 'abs', 'sign', 'sqrt')}({self.of('double', n)})"
                ),
                lambda n: f"quantity({self.of('any', n)})",
                lambda n: f"math.{self._one('greatest', 'least')}({self.of('double', n)}, {self.of('int', n)})",
            ],
            "string": [
                lambda _: repr(self.chance.choice(TEXTS)),
                lambda n: f"({self.of('string', n)} + {self.of('string', n)})",
                lambda n: f"string({self.of(self._one('int', 'uint', 'double', 'bool', 'time', 'span', 'bytes'), n)})",
                lambda n: f"{self.of('string', n)}.{self._one('trim', 'lowerAscii', 'upperAscii', 'reverse')}()",
                lambda n: f"{self.of('string', n)}.substring({self._small()}{self._one('', f', {self._small()}')})",
                lambda n: f"{self.of('string', n)}.charAt({self._small()})",
                lambda n: f"{self.of('string', n)}.replace({self.of('string', n)}, {self.of('string', n)})",
                lambda n: f"{self.of('string', n)}.replace({self.of('string', n)}, '-', {self._small()})",
                lambda n: f"{self.of('list', n)}.join({self._one('', self.of('string', n))})",
                lambda n: f"'{self._one(*FORMATS)}'.format([{self.of('any', n)}, {self.of('int', n)}])",
                lambda n: f"strings.quote({self.of('string', n)})",
                lambda n: f"{self._one('toJson', 'toYaml')}({self.of('any', n)})",
                lambda n: f"{self._one('hash', 'folder', 'hostOf', 'utc')}({self.of('string', n)})",
            ],
            "bytes": [
                lambda _: self._one("b''", "b'a'", "b'\\xff'"),
                lambda n: f"bytes({self.of('string', n)})",
                lambda n: f"({self.of('bytes', n)} + {self.of('bytes', n)})",
            ],
            "list": [
                lambda n: f"[{', '.join(self._item(n) for _ in range(self.chance.randrange(4)))}]",
                lambda n: self._loop("map", "any", n),
                lambda n: self._loop("filter", "bool", n),
                self._mapped,
                lambda n: f"({self.of('list', n)} + {self.of('list', n)})",
                lambda n: f"{self.of('string', n)}.split({self.of('string', n)}{self._one('', f', {self._small()}')})",
                lambda _: f"range({self.chance.randrange(6)})",
                lambda _: f"range({self.chance.randrange(1_500)}).map(i, null)",
                lambda n: f"keysInOrder({self.of('map', n)})",
            ],
            "map": [
                lambda n: f"{{{', '.join(self._entry(n) for _ in range(self.chance.randrange(4)))}}}",
                lambda n: f"merge({self.of('map', n)}, {self.of('map', n)})",
            ],
            "null": [lambda _: "null"],
            "optional": [
                lambda n: f"{self.of('any', n)}.?{self._name()}",
                lambda n: f"{self.of('any', n)}[?{self._key(n)}]",
                lambda n: f"optional.of({self.of('any', n)})",
                lambda n: f"optional.ofNonZeroValue({self.of('any', n)})",
                lambda _: "optional.none()",
                lambda n: f"{self.of('list', n)}.{self._one('first', 'last')}()",
                lambda n: f"{self.of('optional', n)}.or({self.of('optional', n)})",
                lambda n: self._opened("optMap", "any", n),
                lambda n: self._opened("optFlatMap", "optional", n),
                lambda n: f"{self.of('optional', n)}.{self._name()}",
            ],
            "time": [
                lambda _: f"timestamp('{self._one(*MOMENTS)}')",
                lambda n: f"timestamp({self.of('int', n)})",
                lambda n: f"({self.of('time', n)} {self._one('+', '-')} {self.of('span', n)})",
            ],
            "span": [
                lambda _: f"duration('{self._one(*SPANS)}')",
                lambda n: f"({self.of('span', n)} {self._one('+', '-')} {self.of('span', n)})",
                lambda n: f"({self.of('time', n)} - {self.of('time', n)})",
            ],
            "type": [
                lambda _: self._one(
                    "int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type"
                ),
                lambda n: f"type({self.of('any', n)})",
            ],
            "any": [
                lambda _: self._one("spec", "item", *self._local),
                lambda n: f"{self.of('any', n)}.{self._name()}",
                lambda n: f"{self.of('any', n)}[{self._key(n)}]",
                lambda n: f"dyn({self.of(self._one(*KINDS), n)})",
                lambda n: self.of(self._one(*KINDS), n),
                lambda n: f"{self.of('optional', n)}.orValue({self.of('any', n)})",
                lambda n: f"{self.of('optional', n)}.value()",
                lambda n: f"dyn({self.of('optional', n)})",
            ],
        }

    def expression(self, depth: int = 4) -> str:
        """An expression of any kind."""
        return self.of(self._one("any", *KINDS), depth)

    def of(self, kind: str, depth: int) -> str:
        """An expression of a kind, or of another one that is said to be of any."""
        if depth <= 0:
            return self._shallow(kind)
        luck = self.chance.random()
        if luck < 0.04 and kind != "any":
            return f"dyn({self.of('any', depth - 1)})"
        if luck < 0.08:
            return f"({self.of('bool', depth - 1)} ? {self.of(kind, depth - 1)} : {self.of(kind, depth - 1)})"
        if luck < 0.11:
            return self._named(kind, depth)
        if luck < 0.2 and kind not in ("any", "optional"):
            return f"{self._path()}.{self._name()}"
        return self.chance.choice(self._forms[kind])(depth - 1)

    def _shallow(self, kind: str) -> str:
        if kind == "any":
            return self._one(*self._local, self._path(), self._path(), "null", "1", "'a'")
        plain = {"list": "[]", "map": "{}", "optional": "spec.?a", "time": "timestamp(0)", "span": "duration('1s')"}
        if kind in plain:
            return self._one(plain[kind], self._path()) if kind != "optional" else plain[kind]
        return self._forms[kind][0](0)

    def _one(self, *texts: str) -> str:
        return self.chance.choice(texts)

    def _name(self) -> str:
        return self.chance.choice(NAMES)

    def _path(self) -> str:
        steps = "".join(f".{self._name()}" for _ in range(self.chance.randrange(3)))
        return f"{self._one('spec', 'item')}{steps}"

    def _whole(self) -> str:
        number = self.chance.choice(WHOLE)
        return str(number) if number >= 0 else f"({number})"

    def _small(self) -> str:
        return str(self.chance.randrange(-1, 5))

    def _key(self, depth: int) -> str:
        return self._one(f"'{self._name()}'", self._small(), "0", "1u", "1.0", self.of("any", depth - 1))

    def _compared(self, depth: int) -> str:
        kind = self._one("int", "uint", "double", "string", "bool", "time", "span", "bytes")
        return f"({self.of(kind, depth)} {self._one('<', '<=', '>', '>=', '==', '!=')} {self.of(kind, depth)})"

    def _item(self, depth: int) -> str:
        if self.chance.random() < 0.2:
            return f"?{self.of('optional', depth)}"
        if self.chance.random() < 0.08:
            return f"dyn({self.of('optional', depth)})"
        if self.chance.random() < 0.08:
            return f"{self.of('list', depth)}.{self._one('first', 'last')}()"
        return self.of("any", depth)

    def _entry(self, depth: int) -> str:
        key = self._one(f"'{self._name()}'", f"'{self._name()}'", f"'{self._name()}'", "2", "3u", "true")
        item = self._item(depth)
        return f"?{key}: {item[1:]}" if item.startswith("?") else f"{key}: {item}"

    def _loop(self, macro: str, kind: str, depth: int) -> str:
        source = self.of(self._one("list", "list", "map", "any"), depth)
        name, body = self._within(kind, depth)
        return f"{source}.{macro}({name}, {body})"

    def _mapped(self, depth: int) -> str:
        source = self.of("list", depth)
        name = self._fresh()
        self._local.append(name)
        text = f"{source}.map({name}, {self.of('bool', depth)}, {self.of('any', depth)})"
        self._local.pop()
        return text

    def _opened(self, macro: str, kind: str, depth: int) -> str:
        source = self.of("optional", depth - 1)
        name, body = self._within(kind, depth - 1)
        return f"{source}.{macro}({name}, {body})"

    def _named(self, kind: str, depth: int) -> str:
        value = self.of("any", depth - 1)
        name, body = self._within(kind, depth - 1)
        return f"cel.bind({name}, {value}, {body})"

    def _within(self, kind: str, depth: int) -> tuple[str, str]:
        name = self._fresh()
        self._local.append(name)
        body = self.of(kind, depth)
        self._local.pop()
        return name, body

    def _fresh(self) -> str:
        return self.chance.choice(("x", "y", "z", "spec"))


def case(seed: int) -> tuple[str, dict[str, Any]]:
    """The expression of a seed, and its variables."""
    chance = random.Random(seed)
    return Grammar(chance).expression(chance.randrange(1, 5)), {"spec": mapping(chance), "item": data(chance)}
