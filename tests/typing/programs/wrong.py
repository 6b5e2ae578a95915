"""Mistakes, one to a line, each with what mypy and pyright call it: `# E: <mypy's code> <pyright's rule>`."""

from __future__ import annotations

import pulumi

import pulumi_everest as everest
from pulumi_everest import DatabaseCluster, Instance, Provider

number: pulumi.Output[int] = pulumi.Output.from_input(3)
text: pulumi.Output[str] = pulumi.Output.from_input("3")

# Misspelt fields, at each level, as keywords and in dictionaries.
DatabaseCluster("a", provider="p", instnces={})  # E: call-arg reportCallIssue
DatabaseCluster("a", {"provider": "p", "instnces": {}})  # E: arg-type reportArgumentType
DatabaseCluster("a", provider="p", instances={"engine": {"replica": 3}})  # E: dict-item reportArgumentType
DatabaseCluster("a", {"provider": "p", "instances": {"engine": {"replica": 3}}})  # E: arg-type reportArgumentType
DatabaseCluster("a", provider="p", instances={"e": {"storage": {"sise": "1Gi"}}})  # E: dict-item reportArgumentType
DatabaseCluster("a", provider="p", backup={"storage": []})  # E: arg-type reportArgumentType
DatabaseCluster("a", provider="p", tls={"issuer": {"nam": "ca"}})  # E: arg-type reportArgumentType
Provider("a", plugn="psmdb")  # E: call-arg reportCallIssue
Provider("a", {"plugn": "psmdb"})  # E: arg-type reportArgumentType
engine: Instance = {"replcas": 3}  # E: typeddict-unknown-key reportAssignmentType
made = Instance(replcas=3)  # E: typeddict-unknown-key reportCallIssue

# The names of YAML, which are accepted at run time.
DatabaseCluster("a", provider="p", usersSecret="s")  # E: call-arg reportCallIssue
DatabaseCluster("a", provider="p", instances={"engine": {"engineConfig": "a=1"}})  # E: dict-item reportArgumentType
storage: everest.Storage = {"storageClass": "fast"}  # E: typeddict-unknown-key reportAssignmentType

# Values of the wrong type.
DatabaseCluster("a", provider="p", instances={"engine": {"replicas": "3"}})  # E: dict-item reportArgumentType
DatabaseCluster("a", provider="p", instances={"engine": {"replicas": 3.5}})  # E: dict-item reportArgumentType
DatabaseCluster("a", provider="p", instances={"engine": {"version": 17.10}})  # E: dict-item reportArgumentType
DatabaseCluster("a", provider="p", instances=[{"replicas": 3}])  # E: arg-type reportArgumentType
DatabaseCluster("a", provider="p", backup={"storages": {"name": "a"}})  # E: arg-type reportArgumentType
DatabaseCluster("a", provider="p", labels={"a": 1})  # E: dict-item reportArgumentType
DatabaseCluster("a", provider="p", labels={"a": None})  # E: dict-item reportArgumentType
DatabaseCluster("a", provider="p", paused="no")  # E: arg-type reportArgumentType
DatabaseCluster("a", provider=5)  # E: arg-type reportArgumentType
DatabaseCluster("a", provider=None)  # E: arg-type reportArgumentType
DatabaseCluster("a", provider=pulumi.ProviderResource("kubernetes", "k"))  # E: arg-type reportArgumentType

# Words that are not among those allowed.
DatabaseCluster("a", provider="p", deletion_policy="keep")  # E: arg-type reportArgumentType
DatabaseCluster("a", provider="p", volume_policy="retain")  # E: arg-type reportArgumentType
DatabaseCluster("a", provider="p", backup={"storages": [{"type": "ftp"}]})  # E: arg-type reportArgumentType
Provider("a", reconcile_by="argo")  # E: arg-type reportArgumentType

# Outputs of the wrong type, and where a value must be known.
DatabaseCluster("a", provider="p", namespace=number)  # E: arg-type reportArgumentType
DatabaseCluster("a", provider="p", instances={"engine": {"replicas": text}})  # E: dict-item reportArgumentType
DatabaseCluster("a", provider="p", deletion_policy=text)  # E: arg-type reportArgumentType
DatabaseCluster("a", provider="p", wait_for=text)  # E: arg-type reportArgumentType

# The call itself, names, and what comes out.
DatabaseCluster(provider="p")  # E: call-arg reportCallIssue
DatabaseCluster(5, provider="p")  # E: arg-type reportArgumentType
DatabaseCluster("a", pulumi.ResourceOptions(), provider="p")  # E: arg-type reportArgumentType
DatabaseCluster("a", {"provider": "p"}, {"protect": True})  # E: arg-type reportArgumentType
everest.DatabaseClustr("a")  # E: attr-defined reportAttributeAccessIssue
hosts = DatabaseCluster("a", provider="p").hosts  # E: attr-defined reportAttributeAccessIssue
host: str = DatabaseCluster("a", provider="p").host  # E: assignment reportAssignmentType
port: pulumi.Output[str] = DatabaseCluster("a", provider="p").port  # E: assignment reportAssignmentType
