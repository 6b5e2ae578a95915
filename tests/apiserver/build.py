"""`make testenv`: have etcd, kube-apiserver, kube-controller-manager and kubectl, building them where they are not there.

The versions are those of go.mod beside this file. The binaries go to the user's cache, outside the tree, into a folder
named after the versions; a second run finds them there. The folder appears only when all of them are built.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pulumi_everest.testing.binaries import assets, cache_folder

HERE = Path(__file__).parent
PACKAGES = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
}
EVERY = 15.0
"""Seconds between two lines of progress where the output is no terminal."""


def versions() -> tuple[str, str]:
    """The versions of Kubernetes and etcd in go.mod, such as ``v1.34.4``."""
    text = (HERE / "go.mod").read_text()
    found = [
        re.search(rf"^\t{module} (v\S+)$", text, re.MULTILINE) for module in ("k8s.io/kubernetes", PACKAGES["etcd"])
    ]
    kubernetes, etcd = (match.group(1) for match in found if match)
    return kubernetes, etcd


def flags(kubernetes: str) -> str:
    """Linker flags. Without its version linked in, clients cannot read what the API server says of itself."""
    major, minor, _ = kubernetes.removeprefix("v").split(".", 2)
    stamp = "k8s.io/component-base/version"
    return f"-s -w -X {stamp}.gitVersion={kubernetes} -X {stamp}.gitMajor={major} -X {stamp}.gitMinor={minor}"


def go(*arguments: str, folder: Path = HERE) -> str:
    """What a go command prints."""
    return subprocess.run(["go", *arguments], cwd=folder, check=True, text=True, stdout=subprocess.PIPE).stdout


def build(name: str, target: Path, ldflags: str) -> None:
    """Build one binary, and say how far it is."""
    package = PACKAGES[name]
    total = len(go("list", "-deps", package).splitlines())
    command = ["go", "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-v", "-ldflags", ldflags]
    environment = {**os.environ, "CGO_ENABLED": "0"}
    started = shown = time.monotonic()
    done, other = 0, []
    with subprocess.Popen(
        [*command, "-o", str(target / name), package],
        cwd=HERE, env=environment, text=True, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if re.fullmatch(r"[\w./~-]+", line.strip()):
                done += 1
            else:
                other.append(line)
            now = time.monotonic()
            if sys.stdout.isatty() or now - shown >= EVERY:
                end = "" if sys.stdout.isatty() else "\n"
                print(f"\r  {name}: {done} of at most {total} packages, {now - started:.0f} s", end=end, flush=True)
                shown = now
    print(f"\r  {name}: built in {time.monotonic() - started:.0f} s{' ' * 30}", flush=True)
    if process.returncode != 0:
        sys.exit(f"{''.join(other)}{name} could not be built (go build ended with {process.returncode})")


def main() -> None:
    """Build what is missing, and print the folder."""
    kubernetes, etcd = versions()
    target = cache_folder() / f"kubernetes-{kubernetes}-etcd-{etcd}"
    if os.environ.get("KUBEBUILDER_ASSETS") or all((target / name).is_file() for name in PACKAGES):
        found = assets()
        if isinstance(found, str):
            sys.exit(found)
        print(found)
        return
    if shutil.which("go") is None:
        sys.exit(
            "the test cluster needs Go to build it, or a folder with etcd, kube-apiserver, kube-controller-manager "
            "and kubectl, named by KUBEBUILDER_ASSETS"
        )
    print(f"Building Kubernetes {kubernetes} and etcd {etcd} for the tests; some minutes, once:", flush=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as folder:
        for name in PACKAGES:
            build(name, Path(folder), flags(kubernetes))
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        for name in PACKAGES:
            (Path(folder) / name).rename(target / name)
    print(target)


if __name__ == "__main__":
    main()
