"""An epoch's training steps of SRCNN 9-1-7 in PyTorch, on the GPU where PyTorch sees one."""
import argparse

import torch
from torch import nn

from answer import serve, timed

options = argparse.ArgumentParser()
options.add_argument(
    "--float32", action="store_true", help="full float32 instead of PyTorch's default, TF32 in convolutions"
)
options = options.parse_args()

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.backends.cudnn.benchmark = True
torch.backends.cudnn.allow_tf32 = not options.float32
torch.manual_seed(0)

network = nn.Sequential(
    nn.Conv2d(1, 64, 9, padding=4), nn.ReLU(),
    nn.Conv2d(64, 32, 1), nn.ReLU(),
    nn.Conv2d(32, 1, 7, padding=3),
).to(device)
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
criterion = nn.MSELoss()
# As many as fit any machine: what a step takes does not depend on which patches it sees.
patches = torch.randint(0, 256, (2, 12800, 1, 32, 32), dtype=torch.uint8)


def train(images, targets):
    optimizer.zero_grad()
    loss = criterion(network(images), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


def steps(request):
    def run():
        for _ in range(request["steps"]):
            chosen = torch.randint(0, patches.shape[1], (request["batchSize"],))
            train(*((pictures[chosen].to(device).float() / 255 - 0.434) / 0.232 for pictures in patches))

    return timed(run)


name = torch.cuda.get_device_name(device) if device.type == "cuda" else f"processor, {torch.get_num_threads()} threads"
serve(f"{name}; PyTorch {torch.__version__}", {"steps": steps})
