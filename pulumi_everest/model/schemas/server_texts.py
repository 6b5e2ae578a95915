"""What a text must be, in the words of a schema: patterns of RE2, and rules where a pattern cannot say it.

Each entry stands for one of the checks of `scalars`. It never refuses what the check takes; what it takes although the
check refuses it is listed in docs/controller.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from pulumi_everest.model.kubernetes import labels
from pulumi_everest.model.values import amounts, scalars, texts
from pulumi_everest.model.values.cron import CRON_PATTERN
from pulumi_everest.model.values.image_pattern import check_pattern
from pulumi_everest.model.values.image_reference import IMAGE_PATTERN, REGISTRY_PATTERN, check_image, check_registry

_SUFFIX: Final = r"([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,3})?"
# A number that is more than nothing has a digit that is not 0.
_POSITIVE: Final = r"\+?([0-9]*[1-9][0-9]*\.?[0-9]*|[0-9]*\.[0-9]*[1-9][0-9]*)"
_DURATION: Final = r"(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ms|us|µs|ns|[smhdw]))+"
_LABEL: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_HOST: Final = r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?)"
_PORT: Final = r"0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_DATE: Final = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]"

RANGE_PATTERN: Final = r"^\s*{0}(\s*,\s*{0}|\s+{0}|\s*(>=|<=|>|<|!=|==|=)\s*{1})*\s*$".format(
    r"((>=|<=|>|<|!=|==|=)\s*)?[0-9A-Za-z][0-9A-Za-z._+-]*", r"[0-9A-Za-z][0-9A-Za-z._+-]*"
)
"""A range of versions, such as ``>=1.21 <1.23``."""

_QUANTITY: Final[dict[str, Any]] = {
    "maxLength": 64,
    "pattern": f"^{_POSITIVE}{_SUFFIX}$",
    "x-kubernetes-validations": [
        {
            "rule": "!isQuantity(self) || quantity(self).isLessThan(quantity('8Ei'))",
            "message": "a quantity is less than 8Ei",
        }
    ],
}
_NAME: Final = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_QUALIFIED: Final = f"^({_LABEL}([.]{_LABEL})*/)?{_NAME}$"
_ANY_LABEL: Final = "[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?"
_OF_ANNOTATIONS: Final = f"^({_ANY_LABEL}([.]{_ANY_LABEL})*/)?{_NAME}$"
_LABEL_TEXT: Final = r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$"


def _bounded(least: str, most: str, message: str) -> dict[str, Any]:
    """A quantity that is also in bounds."""
    inside = f"!quantity(self).isLessThan(quantity('{least}')) && quantity(self).isLessThan(quantity('{most}'))"
    rule = f"!isQuantity(self) || ({inside})"
    return {**_QUANTITY, "x-kubernetes-validations": [{"rule": rule, "message": message}]}


def _keys(pattern: str, message: str) -> list[dict[str, str]]:
    """A rule about the keys of a mapping."""
    return [{"rule": f"self.all(k, k.size() < 318 && k.matches('{pattern}'))", "message": message}]


TEXTS: Final[dict[Callable[[Any], str | None], dict[str, Any]]] = {
    scalars.check_quantity: _QUANTITY,
    amounts.check_memory: _bounded("1Mi", "8Ei", "an amount of memory is at least 1Mi and less than 8Ei"),
    amounts.check_size: _bounded("1Mi", "8Ei", "the size of a volume is at least 1Mi and less than 8Ei"),
    amounts.check_cpu: {
        **_bounded("1m", "1000", "an amount of CPU is at least 1m and less than 1000"),
        "allOf": [{"pattern": r"^[0-9.+]*([num]|[eE][+-]?[0-9]+)?$"}],
    },
    labels.check_qualified_name: {"maxLength": 317, "pattern": _QUALIFIED},
    check_registry: {"maxLength": 255, "pattern": REGISTRY_PATTERN},
    texts.check_bucket: {"maxLength": 1024, "pattern": r"^[^\s/]+$"},
    texts.check_folder: {"maxLength": 1024, "pattern": r"^(\S(.*\S)?)?$"},
    texts.check_region: {"maxLength": 1024, "pattern": r"^\S+$"},
    scalars.check_duration: {"maxLength": 64, "pattern": f"^{_DURATION}$", "allOf": [{"pattern": "[1-9]"}]},
    scalars.check_cron: {"maxLength": 1000, "pattern": CRON_PATTERN},
    scalars.check_cidr: {
        "maxLength": 64,
        "x-kubernetes-validations": [
            {
                "rule": "isCIDR(self) && cidr(self).masked() == cidr(self)",
                "message": "it is not a CIDR block whose address is the network's, such as 10.0.0.0/8",
            }
        ],
    },
    scalars.check_dns_label: {"maxLength": 63, "pattern": f"^{_LABEL}$"},
    scalars.check_dns_subdomain: {"maxLength": 253, "pattern": rf"^{_LABEL}(\.{_LABEL})*$"},
    check_pattern: {
        "maxLength": 1000,
        "pattern": r"^([^${}\s]|[$]\{ *(version|operator) *\})+$",
        "allOf": [{"pattern": r"[$]\{ *version *\}"}],
    },
    check_image: {"maxLength": 1000, "pattern": IMAGE_PATTERN},
    scalars.check_portion: {"minimum": 0, "maximum": 1000, "pattern": "^0?0?(100|[0-9]{1,2})%$"},
    scalars.check_url: {"pattern": rf"^(?i:https?)://{_HOST}(:({_PORT})?)?([/?#][^\s\x00-\x1f\x7f]*)?$"},
    scalars.check_time: {
        "format": "date-time",
        "pattern": rf"^{_DATE}T{_CLOCK}:[0-5][0-9](\.[0-9]{{1,9}})?(Z|[+-]{_CLOCK})$",
    },
    scalars.check_version: {"maxLength": 128, "pattern": r"^[0-9A-Za-z][0-9A-Za-z._+~-]*$"},
}
"""The keywords that stand for each check."""

MAPPINGS: Final[dict[Callable[[Any], Iterable[Any]], dict[str, Any]]] = {
    labels.label_findings: {
        "additionalProperties": {"type": "string", "maxLength": 63, "pattern": _LABEL_TEXT},
        "x-kubernetes-validations": _keys(_QUALIFIED, "a key is not the key of a label, such as example.com/team"),
    },
    labels.annotation_findings: {
        "x-kubernetes-validations": _keys(
            _OF_ANNOTATIONS, "a key is not the key of an annotation, such as example.com/team"
        ),
    },
}
"""The same for mappings that are examined as a whole."""
