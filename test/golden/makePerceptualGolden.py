"""Golden values of the measures that look at structure, on the pictures of scenes.py.

Run: pip install numpy scipy sewar piq; python makePerceptualGolden.py
GMSD and MS-SSIM are written out in numpy after the authors' MATLAB code, as piq, pyiqa and sewar treat odd sides,
or channels, otherwise.
"""
import json
import sys
from importlib.metadata import version
from pathlib import Path
from unittest.mock import MagicMock

# piq needs torchvision for its networks only, and not every torchvision fits every torch.
for module in ("torchvision", "torchvision.models", "torchvision.models.utils"):
    sys.modules[module] = MagicMock()

import numpy as np
import piq
import sewar
import torch
from scenes import SCENES, luminance, scene
from scipy.ndimage import correlate1d
from scipy.signal import convolve2d


def conv2_same(picture, kernel):
    """MATLAB's conv2(picture, kernel, 'same'), which scipy centres otherwise for even kernels."""
    top, left = (side // 2 for side in kernel.shape)
    full = convolve2d(picture, kernel)
    return full[top : top + picture.shape[0], left : left + picture.shape[1]]


def gmsd(truth, restored):
    prewitt = np.array([[1, 0, -1]] * 3) / 3
    half = [conv2_same(picture, np.full((2, 2), 0.25))[::2, ::2] for picture in (truth, restored)]
    a, b = (np.hypot(conv2_same(p, prewitt), conv2_same(p, prewitt.T)) for p in half)
    return ((2 * a * b + 170) / (a**2 + b**2 + 170)).std(ddof=1)


def blur(picture):
    kernel = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    kernel /= kernel.sum()
    return correlate1d(correlate1d(picture, kernel, 0), kernel, 1)[5:-5, 5:-5]


def halve(picture):
    odd = [(0, side % 2) for side in picture.shape]
    padded = np.pad(picture, odd, mode="symmetric")
    return (padded[::2, ::2] + padded[1::2, ::2] + padded[::2, 1::2] + padded[1::2, 1::2]) / 4


def msssim_channel(x, y):
    score = 1.0
    for scale, weight in enumerate([0.0448, 0.2856, 0.3001, 0.2363, 0.1333]):
        if scale:
            x, y = halve(x), halve(y)
        a, b = blur(x), blur(y)
        contrast = (2 * (blur(x * y) - a * b) + 58.5225) / (blur(x * x) - a * a + blur(y * y) - b * b + 58.5225)
        light = (2 * a * b + 6.5025) / (a * a + b * b + 6.5025)
        score *= (contrast * light if scale == 4 else contrast).mean() ** weight
    return score


def msssim(truth, restored):
    return np.mean([msssim_channel(truth[..., c], restored[..., c]) for c in range(3)])


def tensor(picture):
    return torch.from_numpy(picture)[None, None]


def values(name):
    pictures = [picture.astype(np.float64) for picture in scene(name)]
    grey = [luminance(picture) for picture in pictures]
    tensors = [tensor(picture) for picture in grey]
    return {
        "msssim": float(msssim(*pictures)),
        "gmsd": float(gmsd(*grey)),
        "haarpsi": float(piq.haarpsi(tensors[1], tensors[0], data_range=255)),
        # sewar divides 0 by 0 for a flat truth.
        **({} if name == "flat" else {"vifp": float(sewar.vifp(*grey))}),
    }


golden = {
    "recipe": "makePerceptualGolden.py with "
    + ", ".join(f"{package} {version(package)}" for package in ("numpy", "scipy", "sewar", "piq", "torch")),
    **{name: values(name) for name in SCENES},
}
Path(__file__).with_name("perceptual.json").write_text(json.dumps(golden, indent=1) + "\n")
