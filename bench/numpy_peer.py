#!/usr/bin/env python3
"""Times NumPy on the cases of `batchdot-bench --json FILE`: the only peer that multiplies i32 and i64.

    numpy_peer.py RESULTS.json [--dtype i32,i64] [--rounds 7] > table.md

Of numpy.matmul and numpy.einsum, into an output that is there, the faster one counts; each gets what else the case has,
its views and a warm cache. An einsum expression goes to numpy.einsum as it is, and with optimize=True, which lets a BLAS
multiply what it can. Where vectors are normalized, x and y are first divided by their norms, as one writes that with
NumPy, and all of it is timed. The median of the rounds is set beside this library's median in RESULTS.json, so that both
should come from one quiet machine, one after the other. NumPy uses one thread for integers.
"""
import argparse
import json
import statistics
import sys
import time

try:
    import numpy
except ImportError:
    sys.exit("numpy_peer.py: it needs NumPy")

DTYPES = {"f32": numpy.float32, "f64": numpy.float64, "c64": numpy.complex64, "c128": numpy.complex128,
          "i32": numpy.int32, "i64": numpy.int64}
LEAST_SECONDS = 2e-3
LEAST_SQUARE = 1e-12  # batchdot_options.normalize_epsilon, as BATCHDOT_OPTIONS_INIT has it


def read_results(path):
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except (OSError, ValueError) as error:
        sys.exit(f"numpy_peer.py: cannot read {path}: {error}")
    if not isinstance(data, dict) or "cases" not in data or data.get("version") != 1:
        sys.exit(f"numpy_peer.py: {path}: not results of batchdot-bench in version 1 of their format")
    return data


def dtypes_of(text):
    """The dtypes of a list separated by commas."""
    for dtype in text.split(","):
        if dtype not in DTYPES:
            sys.exit(f"numpy_peer.py: NumPy multiplies no {dtype or 'dtype without a name'}; it is compared in "
                     f"{', '.join(DTYPES)}")
    return text.split(",")


def as_matrices(array, axis, contracted_last):
    """A view of (batch, rows, contracted) or (batch, contracted, columns)."""
    moved = numpy.moveaxis(array, axis, -1 if contracted_last else 1)
    if moved.ndim == 2:
        return moved[:, None, :] if contracted_last else moved[:, :, None]
    return moved


def normalized(array, axes):
    """Divided by the norms along these axes."""
    is_complex = numpy.iscomplexobj(array)
    squares = numpy.square(array.real) + numpy.square(array.imag) if is_complex else numpy.square(array)
    squares = numpy.sum(squares, axis=axes, keepdims=True)
    return array / numpy.sqrt(numpy.maximum(squares, squares.dtype.type(LEAST_SQUARE)))


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


def operands_of(case):
    """x and y; one y for the whole batch where the case shares it."""
    generator = numpy.random.default_rng(1)
    x, y = (generator.integers(-4, 5, case[shape]).astype(DTYPES[case["dtype"]]) for shape in ("x_shape", "y_shape"))
    return x, numpy.broadcast_to(y[0], y.shape) if case.get("shared_y") else y


def einsum_task(expression, x, y):
    """x, y, the axes of both that are contracted, and ways to multiply x and y into an output."""
    letters, result = expression.split("->")
    contracted = [tuple(axis for axis, letter in enumerate(operand) if letter not in result)
                  for operand in letters.split(",")]
    path = numpy.einsum_path(expression, x, y, optimize="optimal")[0]
    return x, y, contracted, [lambda x, y, out: numpy.einsum(expression, x, y, out=out),
                              lambda x, y, out: numpy.einsum(expression, x, y, out=out, optimize=path)]


def batch_dot_task(axes, x, y):
    """The same of batch_dot, with views for x and y; None where they are no stacks of matrices."""
    x, y = as_matrices(x, axes[0], True), as_matrices(y, axes[1], False)
    if x.ndim != 3 or y.ndim != 3:
        return None
    return x, y, [2, 1], [lambda x, y, out: numpy.matmul(x, y, out=out),
                          lambda x, y, out: numpy.einsum("bmk,bkn->bmn", x, y, out=out)]


def numpy_seconds(case, rounds):
    expression, normalizes = case.get("expression"), case.get("normalize")
    operands = operands_of(case)
    task = einsum_task(expression, *operands) if expression else batch_dot_task(case["axes"], *operands)
    if not task:
        return None
    x, y, contracted, products = task

    def run(product, out):
        if normalizes:
            return product(normalized(x, contracted[0]), normalized(y, contracted[1]), out)
        return product(x, y, out)

    out, other = (numpy.array(run(product, None)) for product in products)
    if not (numpy.allclose(out, other, atol=1e-5) if normalizes else numpy.array_equal(out, other)):
        sys.exit(f"numpy_peer.py: NumPy's own results for {case['name']} differ")
    return min(seconds_of(lambda product=product: run(product, out), rounds) for product in products)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results")
    parser.add_argument("--dtype", default="i32,i64")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    dtypes = dtypes_of(options.dtype)
    if options.rounds < 1:
        sys.exit("numpy_peer.py: --rounds takes a number from 1 on")
    results = read_results(options.results)
    print(f"NumPy {numpy.__version__}\n\n| case | dtype | GFLOP/s | NumPy's | ratio |\n|---|---|---|---|---|")
    for case in results["cases"]:
        ours = next((result for result in case["results"] if result["name"] == "batchdot"), None)
        if case["dtype"] not in dtypes or not ours or ours["status"] != "timed":
            continue
        seconds = numpy_seconds(case, options.rounds)
        if seconds:
            print(f"| {case['name']} | {case['dtype']} | {ours['gflops']:.3g} | {case['flops'] / seconds / 1e9:.3g} | "
                  f"{seconds / ours['seconds']['median']:.1f} |", flush=True)


if __name__ == "__main__":
    main()
