"""Golden weights after 25 steps of SOAP as its paper writes it, in double precision.

Vyas et al. 2024, arXiv 2409.11321, algorithm 3, for tensors. The layers are 9 filters of 3x3 over one channel, then 1
filter of 3x3 over nine: as many as taps, so that the first gradient gives every basis.
Run: pip install numpy; python test/golden/makeSoapGolden.py
"""
import json
from pathlib import Path

import numpy as np

RATE, BETA, EVERY, EPSILON, STEPS = 0.01, 0.95, 10, 1e-8, 25
SHAPES = [(9, 1, 9), (1, 9, 9)]  # filters, input channels, taps; a layer's biases follow its kernels


def gradients():
    """Values in -1..1 of the generator of Numerical Recipes, one after the other."""
    state = 1
    while True:
        state = (1664525 * state + 1013904223) % 2**32
        yield np.float32(state / 2**31 - 1)


def turn(tensor, bases):
    return np.einsum("abc,ai,bj,ck->ijk", tensor, *bases)


class Kernels:
    def __init__(self, shape):
        self.weights, self.momentum, self.second = (np.zeros(shape) for _ in range(3))
        self.statistics = [np.zeros((side, side)) for side in shape]
        self.bases = [np.eye(side) for side in shape]

    def step(self, gradient, t):
        for side, statistics in enumerate(self.statistics):
            unfolded = np.moveaxis(gradient, side, 0).reshape(gradient.shape[side], -1)
            statistics += (1 - BETA) * (unfolded @ unfolded.T - statistics)
        if t % EVERY == 1:
            self.bases = [np.linalg.qr(statistics @ basis)[0] for statistics, basis in zip(self.statistics, self.bases)]
        self.momentum = BETA * self.momentum + (1 - BETA) * gradient
        self.second = BETA * self.second + (1 - BETA) * turn(gradient, self.bases) ** 2
        turned = turn(self.momentum, self.bases) / (1 - BETA**t)
        direction = turned / (np.sqrt(self.second / (1 - BETA**t)) + EPSILON)
        self.weights -= RATE * turn(direction, [basis.T for basis in self.bases])


class Biases:
    def __init__(self, length):
        self.weights, self.momentum, self.second = (np.zeros(length) for _ in range(3))

    def step(self, gradient, t):
        self.momentum = BETA * self.momentum + (1 - BETA) * gradient
        self.second = BETA * self.second + (1 - BETA) * gradient**2
        self.weights -= RATE * self.momentum / (1 - BETA**t) / (np.sqrt(self.second / (1 - BETA**t)) + EPSILON)


values = gradients()
layers = [(Kernels(shape), Biases(shape[0])) for shape in SHAPES]
for t in range(1, STEPS + 1):
    for layer in layers:
        for part in layer:
            drawn = np.array([next(values) for _ in range(part.weights.size)], np.float64)
            part.step(drawn.reshape(part.weights.shape), t)
golden = {
    "recipe": f"makeSoapGolden.py with numpy {np.__version__}", "rate": RATE, "steps": STEPS,
    "weights": [value for layer in layers for part in layer for value in part.weights.ravel().tolist()],
}
Path(__file__).with_name("soap.json").write_text(json.dumps(golden) + "\n")
