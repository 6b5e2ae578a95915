"""Prices of a Kubernetes cluster's parts, from a file of the user, and what amounts cost by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import Field

from pulumi_everest.core.capacity.amounts import DEFAULT_CLASS, Amounts
from pulumi_everest.model.findings import EverestError, finding, located
from pulumi_everest.model.part import Part
from pulumi_everest.model.reading import read_model
from pulumi_everest.model.shapes import shape_of
from pulumi_everest.model.source.documents import read_file

GIB = 2**30
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Prices(Part):
    """What a core, a gibibyte and a load balancer cost for an hour or a month."""

    currency: Annotated[str, Field(min_length=1, max_length=16)]
    """What the prices are in, such as EUR."""
    per: Literal["hour", "month"] = "month"
    """For how long."""
    of: Literal["requests", "limits"] = "requests"
    """What of a pod is paid for: what it requests, or its limits."""
    cpu: Price | None = None
    """Price of a core."""
    memory: Price | None = None
    """Price of a GiB of memory."""
    storage: dict[str, Price] = Field(default_factory=dict)
    """Price of a GiB of a volume by its storage class; `default` for all others, and for volumes that name none."""
    load_balancer: Price | None = None
    """Price of a Service of type LoadBalancer."""

    def cost(self, amounts: Amounts) -> float:
        """What amounts cost; what has no price costs nothing here, `without_price` names it."""
        asked = amounts.asked.requests if self.of == "requests" else amounts.asked.limits
        cost = (self.cpu or 0) * asked.get("cpu", 0) / 1000 + (self.memory or 0) * asked.get("memory", 0) / GIB
        cost += (self.load_balancer or 0) * amounts.load_balancers
        return cost + sum((self._of_class(name) or 0) * size / GIB for name, size in amounts.storage.items())

    def without_price(self, amounts: Amounts) -> Iterator[str]:
        """What of the amounts has no price, for people."""
        asked = amounts.asked.requests if self.of == "requests" else amounts.asked.limits
        if self.cpu is None and asked.get("cpu"):
            yield "CPU"
        if self.memory is None and asked.get("memory"):
            yield "memory"
        if self.load_balancer is None and amounts.load_balancers:
            yield "load balancers"
        for name in sorted(amounts.storage):
            if self._of_class(name) is None:
                yield f"storage class {name}" if name != DEFAULT_CLASS else "the default storage class"

    def _of_class(self, name: str) -> float | None:
        return self.storage.get(name, self.storage.get("default"))


_KEYS: Final = tuple(info.alias or name for name, info in Prices.model_fields.items())


def read_prices(path: str) -> Prices:
    """The prices in a file. Raises EverestError with all that is wrong with it."""
    documents, found = read_file(path, lambda _version, _kind: shape_of(Prices))
    for entry in found:
        if entry.code == "source.document":
            found = [replace(entry, message=f"a file of prices is one mapping, with the keys {', '.join(_KEYS)}")]
    if len(documents) > 1:
        text = "a file of prices holds one document, and this is another"
        found.append(finding("source.document", (), text, place=documents[1].place(())))
    prices = None
    if documents and not found:
        prices, problems = read_model(Prices, documents[0].data)
        found += located(problems, documents[0].place, "prices")
    if prices is None or found:
        raise EverestError(found)
    return prices
