"""The library `implicit` on the pairs that io.perennial.bench.ImplicitBenchmark has written, and one NDCG@20 for both.

    implicit_bench.py sweeps  PAIRS USERS ITEMS RANK RUNS SWEEPS
    implicit_bench.py quality TRAIN TEST EARLIER LATER USERS ITEMS RANK SWEEPS[,SWEEPS...]
    implicit_bench.py score   TRAIN TEST USERS ITEMS RANK FACTORS...

PAIRS, TRAIN, TEST, EARLIER and LATER are files of (int32 user, int32 item, float32 count), little endian; FACTORS.users and
FACTORS.items are dense float32 rows. Prints tab-separated lines. Processor seconds are those of all threads of this process.
"""
import itertools
import sys
import time

import numpy as np
import scipy.sparse as sparse
import threadpoolctl
from implicit.als import AlternatingLeastSquares

TOP = 20
THREADS = 2
ALPHAS = (0.1, 0.25, 0.5, 1.0, 2.0)
REGULARIZATIONS = (0.1, 1.0, 10.0, 30.0, 100.0)


def read(path, users, items):
    rows = np.fromfile(path, dtype=[("user", "<i4"), ("item", "<i4"), ("count", "<f4")])
    return sparse.csr_matrix((rows["count"], (rows["user"], rows["item"])), shape=(users, items))


def confidences(counts):
    """What ours takes as weight of a pair."""
    weights = counts.copy()
    weights.data = (1 + 2 * np.log1p(counts.data)).astype(np.float32)
    return weights


def ndcg(user_rows, item_rows, train, test):
    """Mean over users of the training days who come again, over all items of the training days."""
    discount = 1 / np.log2(np.arange(TOP) + 2)
    ideal = np.cumsum(discount)
    known = np.flatnonzero(np.diff(train.indptr) > 0)
    coming = np.intersect1d(known, np.flatnonzero(np.diff(test.indptr) > 0))
    hidden = np.asarray(train.sum(axis=0)).ravel() == 0
    total = 0.0
    for start in range(0, len(coming), 512):
        block = coming[start:start + 512]
        scores = user_rows[block] @ item_rows.T
        scores[:, hidden] = -np.inf
        best = np.argpartition(-scores, TOP, axis=1)[:, :TOP]
        order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
        best = np.take_along_axis(best, order, axis=1)
        for row, user in enumerate(block):
            bought = test.indices[test.indptr[user]:test.indptr[user + 1]]
            hits = np.isin(best[row], bought)
            total += discount[hits].sum() / ideal[min(TOP, len(bought)) - 1]
    return total / len(coming)


def model(rank, sweeps, alpha, regularization):
    return AlternatingLeastSquares(
        factors=rank, iterations=sweeps, alpha=alpha, regularization=regularization, num_threads=THREADS,
        use_gpu=False, use_cg=True, random_state=1)


def sweep_costs(pairs, users, items, rank, runs, sweeps):
    weights = confidences(read(pairs, users, items))
    for run in range(runs + 1):
        marks = []
        learner = model(rank, sweeps + 1, 1.0, 0.05)
        learner.fit(weights, show_progress=False,
                    callback=lambda *_: marks.append((time.perf_counter(), time.process_time())))
        # The first sweep has begun before the first mark; the first run warms up.
        for before, after in zip(marks, marks[1:]):
            if run > 0:
                print(after[0] - before[0], after[1] - before[1], sep="\t")


def learnt(train, test, rank, marked, alpha, regularization):
    """(sweeps, processor seconds, NDCG) at each of the marked numbers of sweeps."""
    weights = confidences(train)
    learner = model(rank, max(marked), alpha, regularization)
    figures = []
    spent = 0.0
    begin = time.process_time()

    def mark(iteration, *_):
        nonlocal spent, begin
        spent += time.process_time() - begin
        if iteration + 1 in marked:
            figures.append((iteration + 1, spent, ndcg(learner.user_factors, learner.item_factors, train, test)))
        begin = time.process_time()

    learner.fit(weights, show_progress=False, callback=mark)
    return figures


def quality(train, test, earlier, later, rank, marked):
    """Alpha and regularisation are chosen on an earlier window, then the window itself is measured."""
    best = max(
        itertools.product(ALPHAS, REGULARIZATIONS),
        key=lambda chosen: learnt(earlier, later, rank, [max(marked)], *chosen)[-1][2])
    print("chosen", *best, sep="\t")
    for figures in learnt(train, test, rank, marked, *best):
        print(*figures, sep="\t")


def main(part, *arguments):
    if part == "sweeps":
        sweep_costs(arguments[0], *map(int, arguments[1:]))
    elif part == "quality":
        users, items, rank = map(int, arguments[4:7])
        files = [read(path, users, items) for path in arguments[:4]]
        quality(*files, rank, [int(n) for n in arguments[7].split(",")])
    elif part == "score":
        users, items, rank = map(int, arguments[2:5])
        train, test = (read(path, users, items) for path in arguments[:2])
        for prefix in arguments[5:]:
            rows = (np.fromfile(f"{prefix}.{side}", dtype="<f4").reshape(-1, rank) for side in ("users", "items"))
            print(ndcg(*rows, train, test))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    # implicit's own threads share the work; those of BLAS would fight with them.
    with threadpoolctl.threadpool_limits(1, "blas"):
        main(*sys.argv[1:])
