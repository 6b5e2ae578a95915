//go:build tools

// Package apiserver pins what `make testenv` builds: the parts of a Kubernetes cluster that the tests run, and kubectl.
package apiserver

import (
	_ "go.etcd.io/etcd/server/v3"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
