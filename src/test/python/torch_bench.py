"""The rating model (cosine of two embeddings, one dense unit) in PyTorch, on the ratings that
io.perennial.bench.EmbeddingBenchmark has written.

    torch_bench.py RATINGS USERS ITEMS DIMENSION BATCH EPOCHS lazy|dense

RATINGS is a file of (int32 user, int32 item, float32 rating), little endian. Prints a line for each epoch: seconds, and the
training error (RMSE). lazy: SparseAdam moves the rows of the batch; dense: Adam moves all of them.
"""
import sys
import time

import numpy as np
import torch

THREADS = 2
RATE = 0.001


def main(path, users, items, dimension, batch, epochs, kind):
    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    rows = np.fromfile(path, dtype=[("user", "<i4"), ("item", "<i4"), ("rating", "<f4")])
    user = torch.from_numpy(rows["user"].astype(np.int64))
    item = torch.from_numpy(rows["item"].astype(np.int64))
    rating = torch.from_numpy(rows["rating"].copy())
    lazy = kind == "lazy"
    tables = [torch.nn.Embedding(count, dimension, sparse=lazy) for count in (users, items)]
    dense = torch.nn.Linear(1, 1)
    embeddings = [table.weight for table in tables]
    optimisers = (
        [torch.optim.SparseAdam(embeddings, lr=RATE), torch.optim.Adam(dense.parameters(), lr=RATE)]
        if lazy else [torch.optim.Adam(embeddings + list(dense.parameters()), lr=RATE)])
    for _ in range(epochs):
        begin = time.perf_counter()
        order = torch.randperm(len(rating))
        total = 0.0
        for start in range(0, len(order), batch):
            chosen = order[start:start + batch]
            for optimiser in optimisers:
                optimiser.zero_grad()
            alike = torch.nn.functional.cosine_similarity(tables[0](user[chosen]), tables[1](item[chosen]))
            loss = torch.nn.functional.mse_loss(dense(alike.unsqueeze(1)).squeeze(1), rating[chosen])
            loss.backward()
            for optimiser in optimisers:
                optimiser.step()
            total += loss.item() * len(chosen)
        print(time.perf_counter() - begin, (total / len(order)) ** 0.5, sep="\t", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 8:
        sys.exit(__doc__)
    main(sys.argv[1], *map(int, sys.argv[2:7]), sys.argv[7])
