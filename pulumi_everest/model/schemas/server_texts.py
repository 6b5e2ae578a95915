"""What a text must be, in the words of a schema: patterns of RE2, and rules where a pattern cannot say it.

Each entry stands for one of the checks of `scalars`. It never refuses what the check takes; what it takes although the
check refuses it is listed in docs/controller.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pulumi_everest.model.values import scalars
from pulumi_everest.model.values.cron import CRON_PATTERN
from pulumi_everest.model.values.image_reference import IMAGE_PATTERN

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

TEXTS: Final[dict[Callable[[str], str | None], dict[str, Any]]] = {
    scalars.check_quantity: {
        "maxLength": 64,
        "pattern": f"^{_POSITIVE}{_SUFFIX}$",
        "x-kubernetes-validations": [
            {
                "rule": "!isQuantity(self) || quantity(self).isLessThan(quantity('8Ei'))",
                "message": "a quantity is less than 8Ei",
            }
        ],
    },
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
    scalars.check_image: {"maxLength": 1000, "pattern": IMAGE_PATTERN},
    scalars.check_url: {"pattern": rf"^(?i:https?)://{_HOST}(:({_PORT})?)?([/?#][^\s\x00-\x1f\x7f]*)?$"},
    scalars.check_time: {
        "format": "date-time",
        "pattern": rf"^{_DATE}T{_CLOCK}:[0-5][0-9](\.[0-9]{{1,9}})?(Z|[+-]{_CLOCK})$",
    },
    scalars.check_version: {"maxLength": 128, "pattern": r"^[0-9A-Za-z][0-9A-Za-z._+~-]*$"},
}
"""The keywords that stand for each check."""
