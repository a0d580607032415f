"""The networks in PyTorch: as people write them, or with --channels-last."""
import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from answer import serve, timed
from networks import networks

options = argparse.ArgumentParser()
options.add_argument("--threads", type=int, required=True)
options.add_argument("--channels-last", action="store_true")
options = options.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(0)
layout = torch.channels_last if options.channels_last else torch.contiguous_format



class Network(nn.Module):
    """A chain of convolutions; one that enlarges adds the small picture to each plane before it shuffles them."""

    def __init__(self, layers, scale):
        super().__init__()
        self.scale = scale
        steps, inputs = [], 1
        for filters, kernel, activation in layers:
            steps.append(nn.Conv2d(inputs, filters, kernel, padding=kernel // 2))
            if activation == "relu":
                steps.append(nn.ReLU())
            if activation == "prelu":
                steps.append(nn.PReLU(filters))
            inputs = filters
        self.steps = nn.Sequential(*steps)
        self.shuffle = nn.PixelShuffle(scale)

    def forward(self, picture):
        output = self.steps(picture)
        return output if self.scale == 1 else self.shuffle(output + picture)


def planes(count, side):
    return torch.randn(count, 1, side, side).to(memory_format=layout)


class Task:
    """A network with what its step needs."""

    def __init__(self, layers, scale):
        self.scale = scale
        self.network = Network(layers, scale).to(memory_format=layout)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3)
        self.criterion = nn.MSELoss() if scale == 1 else nn.L1Loss()
        self.pairs = None

    def train(self, images, targets):
        self.optimizer.zero_grad()
        loss = self.criterion(self.network(images), targets)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def step(self, request):
        count, size = request["patches"], request["size"]
        self.pairs = self.pairs or [planes(count, size), planes(count, size * self.scale)]
        return timed(lambda: self.train(*self.pairs))

    def infer(self, picture):
        with torch.inference_mode():
            return self.network(picture)

    def inference(self, request):
        picture = torch.randn(1, 1, request["height"], request["width"]).to(memory_format=layout)
        for _ in range(request.get("warmUps", 0)):
            self.infer(picture)
        return timed(lambda: self.infer(picture))


patches = {}


def batches(request):
    """An epoch through a DataLoader over 8-bit patches in memory, normalised batch by batch."""
    count, size = request["count"], request["size"]
    if count not in patches:
        pairs = (torch.randint(0, 256, (count, 1, size, size), dtype=torch.uint8) for _ in range(2))
        patches[count] = TensorDataset(*pairs)
    loader = DataLoader(patches[count], batch_size=request["batchSize"], shuffle=True, drop_last=True)

    def epoch():
        for pair in loader:
            [(image.float() / 255 - 0.434) / 0.232 for image in pair]

    return timed(epoch)


tasks = {}
for name, (layers, scale) in networks.items():
    task = Task(layers, scale)
    tasks[f"step {name}"] = task.step
    tasks[f"inference {name}"] = task.inference
if not options.channels_last:
    tasks["batches"] = batches
serve(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", tasks)
