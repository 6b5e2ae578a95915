"""What the tests of templates begin with: the head of a template, and the files of a plugin that says little."""

from __future__ import annotations

HEAD = """\
objects:
  - name: cluster
    main: true
    object:
      apiVersion: db.example.com/v1
      kind: Database
      metadata: {name: "${metadata.name}"}
      spec:
"""
"""A template up to the fields of its one object, which are indented by eight."""
MANIFEST = """
name: shop
title: Shop
operator: {name: shop-operator, versions: ["1.0"], default: "1.0"}
"""
DEFINITION = """
apiVersion: everest.percona.com/v2alpha1
kind: DatabaseClusterDefinition
metadata: {name: shop}
spec:
  componentTypes: {shopd: {versions: [{version: 1.0.0, image: "shop/shopd:1.0.0", default: true}]}}
  components: {engine: {type: shopd}}
  topologies: {cluster: {components: {engine: {defaults: {replicas: 3}}}}}
"""
