"""Benchmarks: each number beside its limit or baseline, measured in the same run. `make bench`."""
