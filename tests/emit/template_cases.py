"""Templates and a resolved cluster that several test modules emit from."""

from __future__ import annotations

import copy
import textwrap
from typing import Any

from bare_plugin import HEAD

from pulumi_everest.core.resolve import Resolved
from pulumi_everest.emit.templates.template import Template
from pulumi_everest.expressions.environment import FunctionSpec
from pulumi_everest.model.shapes import ANY
from pulumi_everest.model.source.documents import read_yaml

SPEC: dict[str, Any] = {
    "provider": "db-operator",
    "operatorVersion": "1.22.0",
    "topology": {"type": "cluster", "config": {"shards": 2}},
    "instances": {
        "engine": {
            "version": "8.0",
            "image": "db:8.0",
            "replicas": 3,
            "storage": {"size": "10Gi"},
            "resources": {"limits": {"memory": "2Gi"}},
            "overrides": {"sidecars": [{"name": "x"}], "storage": {"size": None, "class": "fast"}},
        },
        "proxy": {"version": "1", "image": "proxy:1", "replicas": 2},
    },
    "backup": {
        "storages": [
            {"name": "first", "type": "s3", "bucket": "b1", "schedules": [{"name": "d", "cron": "0 0 * * *"}]},
            {"name": "second", "type": "azure", "container": "c2", "prefix": "p"},
        ]
    },
    "paused": False,
}
OBJECTS = """\
let: {users: "${metadata.name}-users"}
objects:
  - name: cluster
    main: true
    object:
      apiVersion: db.example.com/v1
      kind: Database
      metadata: {name: "${metadata.name}", labels: {team: own, role: main}}
      spec: {users: "${users}", a: {b: 1}}
  - name: config
    object: {apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: other}}
  - name: users
    when: ${has(secrets.users)}
    object: {apiVersion: v1, kind: Secret, metadata: {name: "${users}"}, stringData: "${secrets.users}"}
  - name: storage
    forEach: {"name, values": "${secrets.?storages}"}
    let: {full: "${metadata.name}-${name}"}
    object: {apiVersion: v1, kind: Secret, metadata: {name: "${full}"}, stringData: "${values}"}
"""

TYPES = {"engine": "mongod", "proxy": "mongos"}


def resolved(spec: dict[str, Any] | None = None, **more: Any) -> Resolved:
    """The cluster `orders` with a spec, `SPEC` unless another is given."""
    metadata = {"name": "orders", "namespace": "prod", "labels": {"team": "a"}}
    return Resolved(metadata, copy.deepcopy(SPEC if spec is None else spec), TYPES, **more)


def parse(text: str, *functions: FunctionSpec) -> Template:
    """A template from its text, whatever is wrong with it."""
    documents, found = read_yaml(textwrap.dedent(text), "resources.yaml", lambda _version, _kind: ANY)
    assert not found
    return Template.parse(documents[0], functions)


def template(spec: str) -> Template:
    """The template of one object with this `spec`, which is right."""
    parsed = parse(HEAD + textwrap.indent(textwrap.dedent(spec), " " * 8))
    assert parsed.findings == []
    return parsed


def emitted_spec(spec: str, cluster: Resolved | None = None) -> Any:
    """What a `spec` of a template becomes for a cluster."""
    return template(spec).emit(cluster or resolved())[0].manifest["spec"]
