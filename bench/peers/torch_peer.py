"""SRCNN 9-1-7 in PyTorch: as people write it, or with --channels-last."""
import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from answer import serve, timed

options = argparse.ArgumentParser()
options.add_argument("--threads", type=int, required=True)
options.add_argument("--channels-last", action="store_true")
options = options.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(0)
layout = torch.channels_last if options.channels_last else torch.contiguous_format

network = nn.Sequential(
    nn.Conv2d(1, 64, 9, padding=4), nn.ReLU(),
    nn.Conv2d(64, 32, 1), nn.ReLU(),
    nn.Conv2d(32, 1, 7, padding=3),
).to(memory_format=layout)
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
criterion = nn.MSELoss()
pairs = [torch.randn(128, 1, 32, 32).to(memory_format=layout) for _ in range(2)]


def train(images, targets):
    optimizer.zero_grad()
    loss = criterion(network(images), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


def infer(picture):
    with torch.inference_mode():
        return network(picture)


def inference(request):
    picture = torch.randn(1, 1, request["height"], request["width"]).to(memory_format=layout)
    for _ in range(request.get("warmUps", 0)):
        infer(picture)
    return timed(lambda: infer(picture))


patches = {}


def batches(request):
    """An epoch through a DataLoader over 8-bit patches in memory, normalised batch by batch."""
    count, size = request["count"], request["size"]
    if count not in patches:
        patches[count] = TensorDataset(*(torch.randint(0, 256, (count, 1, size, size), dtype=torch.uint8) for _ in range(2)))
    loader = DataLoader(patches[count], batch_size=request["batchSize"], shuffle=True, drop_last=True)

    def epoch():
        for pair in loader:
            [(image.float() / 255 - 0.434) / 0.232 for image in pair]

    return timed(epoch)


tasks = {"step": lambda request: timed(lambda: train(*pairs)), "inference512": inference, "inference12mp": inference}
if not options.channels_last:
    tasks["batches"] = batches
serve(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", tasks)
