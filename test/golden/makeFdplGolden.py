"""Golden values of the loss FDPL and of what a degradation does to frequencies, by scipy's DCT in double precision.

The weights of a block are 1 / JPEG's luminance table, which Pillow writes at quality 50, times the change, divided by
their mean.
Run: pip install numpy scipy Pillow; python test/golden/makeFdplGolden.py
"""
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.fft import dctn

SIDE = 24


def quantisation():
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "JPEG", quality=50)
    return np.array(Image.open(file).quantization[0], float).reshape(8, 8)


def noise(length, seed):
    """Values in -1..1 of the generator of Numerical Recipes."""
    state, values = seed, []
    for _ in range(length):
        state = (1664525 * state + 1013904223) % 2**32
        values.append(state / 2**31 - 1)
    return np.array(values)


def blocks(picture):
    rows, columns = picture.shape[0] // 8, picture.shape[1] // 8
    return dctn(picture.reshape(rows, 8, columns, 8), axes=(1, 3), norm="ortho")


def weights(change):
    weights = change / quantisation()
    return weights / weights.mean()


clean = np.rint(128 + 100 * noise(SIDE * SIDE, 1)).reshape(SIDE, SIDE)
degraded = np.rint(clean + 20 * noise(SIDE * SIDE, 2).reshape(SIDE, SIDE))
before, after = blocks(clean), blocks(degraded)
change = (np.abs(after - before) / ((np.abs(before) + np.abs(after)) / 2)).mean(axis=(0, 2))
errors = noise(64, 3).reshape(8, 8)
golden = {
    "change": change.ravel().tolist(),
    "loss": float((weights(change) * dctn(errors, norm="ortho") ** 2).sum()),
    "lossAlike": float((weights(np.ones((8, 8))) * dctn(errors, norm="ortho") ** 2).sum()),
}
Path(__file__).with_name("fdpl.json").write_text(json.dumps(golden, indent=1) + "\n")
