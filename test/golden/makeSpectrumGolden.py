"""Golden values of the measures that filter in the frequency domain, on the pictures of scenes.py.

Run: pip install numpy scipy piq; python makeSpectrumGolden.py
No Python package has WPSNR, and NQM only in copies of MATLAB code: both are written out in numpy here.
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
import torch
from scenes import SCENES, luminance, scene
from scipy.signal import fftconvolve


def contrast_filter():
    """The 41x41 filter whose spectrum has the eye's sensitivities as samples (MATLAB's fsamp2)."""
    u, v = np.meshgrid(np.arange(-20, 21), np.arange(-20, 21))
    w = 2 * np.pi * np.hypot(u, v) / 60
    radial = 1.5 * np.exp(-(2**2) * w**2 / 2) - np.exp(-2 * 2**2 * w**2 / 2)
    steep = np.exp(8 * (w - 2 * np.pi * 11.13 / 60))
    response = radial * (1 + steep * np.cos(2 * np.arctan2(v, u)) ** 4) / (1 + steep)
    return np.fft.fftshift(np.fft.ifft2(np.fft.ifftshift(response)).real)


def wpsnr(truth, restored):
    seen = fftconvolve((truth - restored) / 255, contrast_filter(), mode="same")
    return -10 * np.log10((seen**2).mean())


def threshold(frequency):
    return 1 / (200 * 2.6 * (0.0192 + 0.114 * frequency) * np.exp(-((0.114 * frequency) ** 1.1)))


def gains(shape, band):
    down, across = (np.arange(side) - side / 2 for side in shape)
    radius = np.hypot(across[None], down[:, None]) + (2 if band == 0 else 0)
    center = 2.0 ** max(band, 1)
    inside = (radius >= center / 2) & (radius <= 2 * center)
    position = np.log2(np.where(inside, radius, center) / center)
    return np.fft.fftshift(np.where(inside, 0.5 * (1 + np.cos(np.pi * position)), 0))


def bands_of(plane):
    return [np.fft.ifft2(np.fft.fft2(plane) * gains(plane.shape, band)).real for band in range(6)]


def nqm(truth, restored):
    angle = 180 / np.pi / 3.5
    filtered = [bands_of(plane) for plane in (truth, restored)]
    seen = [np.zeros_like(truth), np.zeros_like(truth)]
    for band in range(1, 6):
        a, b = (bands[band] for bands in filtered)
        contrast, other = (bands[band] / sum(bands[:band]) for bands in filtered)
        clipped = np.where(np.abs(other) > 1, 1, other)
        mask = threshold(band)
        masked = np.abs(clipped - contrast) < mask * (0.86 * (contrast / mask - 1) + 0.3)
        limit = threshold(2**band / angle)
        seen[0] += np.where(np.abs(contrast) < limit, 0, a)
        seen[1] += np.where(np.abs(other) < limit, 0, np.where(masked, a, b))
    return 10 * np.log10((seen[0] ** 2).sum() / ((seen[0] - seen[1]) ** 2).sum())


def fsim(truth, restored):
    tensors = [torch.from_numpy(picture)[None, None] for picture in (restored, truth)]
    return piq.fsim(*tensors, data_range=255, chromatic=False)


def values(name, flat):
    grey = [luminance(picture) for picture in scene(name)]
    # Of a flat picture, phase congruency is rounding over rounding in piq, and nothing is seen of it by NQM.
    rest = {} if flat else {"nqm": float(nqm(*grey)), "fsim": float(fsim(*grey))}
    return {"wpsnr": float(wpsnr(*grey)), **rest}


golden = {
    "recipe": "makeSpectrumGolden.py with "
    + ", ".join(f"{package} {version(package)}" for package in ("numpy", "scipy", "piq", "torch")),
    **{name: values(name, flat) for name, (_, _, flat) in SCENES.items()},
}
Path(__file__).with_name("spectrum.json").write_text(json.dumps(golden, indent=1) + "\n")
