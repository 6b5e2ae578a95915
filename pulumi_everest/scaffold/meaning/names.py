"""How operators name their fields: what a name says of a field, where its shape fits."""

from __future__ import annotations

import re
from typing import Final


def _named(*patterns: str) -> re.Pattern[str]:
    """What matches a whole name, whatever the case."""
    return re.compile(rf"(?:{'|'.join(patterns)})\Z", re.IGNORECASE)


_COUNTED: Final = r"(?:replicas?|size|instances|members|nodes|count|servers|brokers|workers)"
_WHAT: Final = r"(?:cluster|node|replicas?|instances?|members?|pods?|servers?|num|number)"
REPLICAS: Final = _named(_COUNTED, rf"{_WHAT}[_-]?(?:of)?[_-]?(?:{_COUNTED}|num|number)")
SHARDS: Final = _named(r"(?:num(?:ber)?(?:of)?)?shards?(?:count|num|size)?")
IMAGE: Final = _named(r"image(?:name|url)?", r"(?:server|database|db|engine|base|docker|container|custom)image")
_SOFTWARE: Final = r"(?:server|database|db|engine|postgres|postgresql|mysql|mongodb?|redis|kafka)"
VERSION: Final = _named("version", rf"{_SOFTWARE}version")
MAJOR: Final = _named("(?:major)?version", rf"{_SOFTWARE}(?:major)?version")
OPERATORS: Final = _named(r"(?:cr|operator)[_-]?version")
PAUSE: Final = re.compile(
    r"(?:paused?|suspend(?:ed)?|stop(?:ped)?|hibernat(?:e|ed|ion)|shutdown|halted)\Z", re.IGNORECASE
)
CLASS: Final = re.compile(r"(?:storage)?class(?:name)?\Z", re.IGNORECASE)
SIZE: Final = re.compile(
    r"(?:size|storage|capacity|(?:storage|volume|disk|data|pvc?)_?(?:size|capacity)|request(?:ed)?_?storage)\Z",
    re.IGNORECASE,
)
DISK: Final = _named(r"(?:storage|volume|disk|data|pvc?)_?(?:size|capacity)")
EXPANSION: Final = re.compile(r"(?:enable|allow)?volume(?:expansion|scaling|resize)\Z", re.IGNORECASE)
GRACE: Final = re.compile(r"(?:terminationGracePeriod(?:Seconds)?|gracePeriod(?:Seconds)?)\Z", re.IGNORECASE)
CONFIG: Final = re.compile(
    r"(?:(?:engine|server|database|db|custom|additional|extra)?(?:config|configuration|settings?|parameters|conf|options)"
    r"|my[_]?cnf|\w*\.(?:cnf|conf|ini)|\w+(?:Conf|Cnf|Ini))\Z",
    re.IGNORECASE,
)
PARAMETERS: Final = re.compile(
    r"(?:parameters|config|configuration|settings|options|arguments|(?:engine|server|custom|additional)config(?:uration)?|configs?"
    r"|global|properties)\Z", re.IGNORECASE)  # fmt: skip
SECRETS_PLACE: Final = re.compile(r"(?:secrets?|certificates?|tls|ssl|auth|credentials)\Z", re.IGNORECASE)
CERTIFICATE: Final = re.compile(
    r"(?:tls|ssl|cert(?:ificate)?s?)"
    r"(?!.*(?:issuer|mode|enable|min|max|version|cipher|alt|san|validity|duration|days))",
    re.IGNORECASE,
)
NO_CERTIFICATE: Final = re.compile(r"^alt|names$|^dns|days|duration|validity|cipher|version", re.IGNORECASE)
AUTHORITY: Final = re.compile(r"^ca(?![a-z])|[a-z]CA(?![a-z])|Ca(?=Secret|Cert|Bundle)|root", re.ASCII)
TLS_ONLY: Final = _named(r"(?:tls|ssl)_?(?:only|required)", r"(?:require|force)_?(?:tls|ssl)")
INTERNAL: Final = re.compile(r"internal|replication|peer|inter|node|cluster", re.IGNORECASE)
USERS: Final = re.compile(
    r"(?:users?|root|admin|superuser|auth|credentials?|password|system)_?(?:password)?_?(?:secret)?(?:key)?(?:name|ref)?\Z"
    r"|secrets?name\Z|\w*(?:root|admin|superuser)\w*secret\w*\Z",
    re.IGNORECASE,
)
ISSUER: Final = re.compile(r"issuer(?:ref|conf|reference)?\Z", re.IGNORECASE)
MONITORS: Final = re.compile(r"exporter|metrics|monitor|prometheus|telemetry", re.IGNORECASE)
LEFT_OUT: Final = re.compile(
    r"init[_-]?containers?|initImage|sidecars?\w*|\w*agent|\w*jobs?|restore\w*|recover\w*|bootstrap\w*|multi[_-]?cluster"
    r"|replica[_-]?clusters?|externalClusters?|standby|remote\w*|overrides?|\w*probes?|lifecycle|securityContext|clone\w*"
    r"|\w*upgrade\w*|log[_-]?(?:collector|rotate)|tablespace\w*|migration\w*|importer|import|dataSource|\w*webhook\w*|debug"
    r"|busy_?box\w*|helper\w*|ingress\w*|hpa\w*|\w*autoscal\w*|git|\w*vault\w*|ephemeral\w*|extra\w*|additional(?:Containers|Volumes|Pods)|customPodTemplate|ignored?\w*",
    re.IGNORECASE,
)
"""Names of what is not the database itself: agents, init containers, jobs, restores, other clusters, and patches."""
