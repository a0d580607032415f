"""Golden IFC and VIF on the pictures of scenes.py, over the steerable pyramid of pyrtools.

Run: pip install numpy scipy pyrtools; python makePyramidGolden.py
The model above the pyramid is written out in numpy after Sheikh, Bovik and de Veciana's ifcvec and vifvec.
"""
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyrtools
from numpy.lib.stride_tricks import sliding_window_view
from scenes import SCENES, luminance, scene

TINY = 1e-15


def bands(picture):
    """Level from the coarsest, and band: the orientations 0 and 3 of six at four levels."""
    pyramid = pyrtools.pyramids.SteerablePyramidSpace(picture, height=4, order=5, edge_type="reflect1")
    return [(4 - level, pyramid.pyr_coeffs[level, orientation]) for level in range(4) for orientation in (0, 3)]


def whole(band):
    height, width = (side - side % 3 for side in band.shape)
    return band[:height, :width]


def sums(values, window):
    padded = np.pad(values, window // 2, mode="reflect")
    return sliding_window_view(padded, (window, window))[1::3, 1::3].sum((2, 3))


def channel(x, y, window):
    count = window**2
    a, b = sums(x, window) / count, sums(y, window) / count
    xx = np.maximum(sums(x * x, window) - count * a * a, 0)
    yy = np.maximum(sums(y * y, window) - count * b * b, 0)
    xy = sums(x * y, window) - count * a * b
    gain = xy / (xx + TINY)
    noise = (yy - gain * xy) / count
    gain[xx < TINY], noise[xx < TINY] = 0, yy[xx < TINY]
    gain[yy < TINY], noise[yy < TINY] = 0, 0
    noise[gain < 0] = yy[gain < 0]
    gain[gain < 0] = 0
    return gain, np.maximum(noise, TINY)


def source(x):
    overlapping = sliding_window_view(x, (3, 3)).reshape(-1, 9)
    covariance = np.cov(overlapping.T, bias=True)
    blocks = sliding_window_view(x, (3, 3))[::3, ::3].reshape(x.shape[0] // 3, x.shape[1] // 3, 9)
    field = np.einsum("yxi,ij,yxj->yx", blocks, np.linalg.inv(covariance), blocks) / 9
    return field, np.linalg.eigvalsh(covariance)


def values(name):
    truth, restored = (luminance(picture) for picture in scene(name))
    bits = kept = every = 0.0
    for (level, x), (_, y) in zip(bands(truth), bands(restored)):
        window = 2**level + 1
        gain, noise = channel(whole(x), whole(y), window)
        field, eigenvalues = source(whole(x))
        margin = -(-(window // 2) // 3)
        inner = slice(margin, -margin)
        gain, noise, field = (grid[inner, inner, None] for grid in (gain, noise, field))
        signal = field * eigenvalues
        bits += np.log2(1 + gain**2 * signal / (noise + 1e-10)).sum()
        kept += np.log2(1 + gain**2 * signal / (noise + 0.4)).sum()
        every += np.log2(1 + signal / 0.4).sum()
    return {"ifc": bits / truth.size, "vif": kept / every}


golden = {
    "recipe": "makePyramidGolden.py with "
    + ", ".join(f"{package} {version(package)}" for package in ("numpy", "pyrtools")),
    # A flat truth has no covariance to invert.
    **{name: {} if flat else values(name) for name, (_, _, flat) in SCENES.items()},
}
Path(__file__).with_name("pyramid.json").write_text(json.dumps(golden, indent=1) + "\n")
