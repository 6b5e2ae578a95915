"""All benchmarks, one after the other."""

from __future__ import annotations

from benchmarks import command, core, fleet, hostile, imports, program


def main() -> None:
    for title, module in (
        ("Clusters without Pulumi", core),
        ("Importing", imports),
        ("A program with 1,000 clusters", program),
        ("everest validate", command),
        ("1,000 clusters in 1,000 files", fleet),
        ("Hostile inputs", hostile),
    ):
        print(f"{title} ...", flush=True)
        for name, value in module.main().items():
            print(f"  {name}: {value:.3f}", flush=True)


if __name__ == "__main__":
    main()
