#!/usr/bin/env python3
"""Times NumPy on the cases of `batchdot-bench --json FILE`: the only peer that multiplies i32 and i64.

    numpy_peer.py RESULTS.json [--dtype i32,i64] [--rounds 7] > table.md

Of numpy.matmul and numpy.einsum, into an output that is there, the faster one counts; each gets what else the case has,
its views and a warm cache. The median of the rounds is set beside this library's median in RESULTS.json, so that both
should come from one quiet machine, one after the other. NumPy uses one thread for integers.
"""
import argparse
import json
import statistics
import time

import numpy

DTYPES = {"f32": numpy.float32, "f64": numpy.float64, "c64": numpy.complex64, "c128": numpy.complex128,
          "i32": numpy.int32, "i64": numpy.int64}
LEAST_SECONDS = 2e-3


def as_matrices(array, axis, contracted_last):
    """A view of (batch, rows, contracted) or (batch, contracted, columns)."""
    moved = numpy.moveaxis(array, axis, -1 if contracted_last else 1)
    if moved.ndim == 2:
        return moved[:, None, :] if contracted_last else moved[:, :, None]
    return moved


def seconds_of(call, rounds):
    call()
    start = time.perf_counter()
    call()
    calls = max(1, int(LEAST_SECONDS / max(time.perf_counter() - start, 1e-9)))
    measured = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        measured.append((time.perf_counter() - start) / calls)
    return statistics.median(measured)


def numpy_seconds(case, rounds):
    generator = numpy.random.default_rng(1)
    operands = [generator.integers(-4, 5, case[shape]).astype(DTYPES[case["dtype"]]) for shape in ("x_shape", "y_shape")]
    x = as_matrices(operands[0], case["axes"][0], True)
    y = as_matrices(operands[1], case["axes"][1], False)
    if x.ndim != 3 or y.ndim != 3:
        return None
    out = numpy.matmul(x, y)
    if not numpy.array_equal(out, numpy.einsum("bmk,bkn->bmn", x, y)):
        raise ArithmeticError(f"matmul and einsum differ in {case['name']}")
    return min(seconds_of(lambda: numpy.matmul(x, y, out=out), rounds),
               seconds_of(lambda: numpy.einsum("bmk,bkn->bmn", x, y, out=out), rounds))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results")
    parser.add_argument("--dtype", default="i32,i64")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with open(options.results, encoding="utf-8") as file:
        results = json.load(file)
    print(f"NumPy {numpy.__version__}\n\n| case | dtype | GFLOP/s | NumPy's | ratio |\n|---|---|---|---|---|")
    for case in results["cases"]:
        ours = next(result for result in case["results"] if result["name"] == "batchdot")
        if case["dtype"] not in options.dtype.split(",") or ours["status"] != "timed":
            continue
        seconds = numpy_seconds(case, options.rounds)
        if seconds:
            print(f"| {case['name']} | {case['dtype']} | {ours['gflops']:.3g} | {case['flops'] / seconds / 1e9:.3g} | "
                  f"{seconds / ours['seconds']['median']:.1f} |", flush=True)


if __name__ == "__main__":
    main()
