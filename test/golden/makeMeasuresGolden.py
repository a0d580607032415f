"""Golden values of the measures that are formulas, on the pictures of scenes.py.

Run: pip install numpy scikit-image sewar; python makeMeasuresGolden.py
The formulas that no package has in the form that the lab follows are written out in numpy here.
"""
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import sewar
from numpy.lib.stride_tricks import sliding_window_view
from scenes import SCENES, luminance, scene
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio


def psnrb(truth, restored):
    """By sewar, on values of 0..1, as it takes real numbers only so."""
    return sewar.psnrb(luminance(truth) / 255, luminance(restored) / 255)


def sre(truth, restored):
    error = ((truth - restored) ** 2).mean((0, 1))
    return float(np.mean(10 * np.log10(truth.mean((0, 1)) ** 2 / error)))


def sam(truth, restored):
    norms = np.linalg.norm(truth, axis=2) * np.linalg.norm(restored, axis=2)
    return float(np.degrees(np.arccos(np.clip((truth * restored).sum(2) / norms, -1, 1))).mean())


def ergas(truth, restored, scale):
    relative = ((truth - restored) ** 2).mean((0, 1)) / truth.mean((0, 1)) ** 2
    return float(100 / scale * np.sqrt(relative.mean()))


def cosine(truth, restored):
    return float(truth.ravel() @ restored.ravel() / np.linalg.norm(truth) / np.linalg.norm(restored))


def uqi_channel(x, y):
    windows = [sliding_window_view(plane, (8, 8)) for plane in (x, y)]
    a, b = (w.sum((2, 3)) for w in windows)
    squares = sum((w**2).sum((2, 3)) for w in windows)
    product = (windows[0] * windows[1]).sum((2, 3))
    deviation = 64 * squares - a * a - b * b
    quality = np.ones_like(a)
    flat = (deviation == 0) & (a * a + b * b != 0)
    quality[flat] = (2 * a * b / (a * a + b * b))[flat]
    rest = deviation * (a * a + b * b) != 0
    quality[rest] = (4 * (64 * product - a * b) * a * b)[rest] / (deviation * (a * a + b * b))[rest]
    return quality.mean()


def uqi(truth, restored):
    return float(np.mean([uqi_channel(truth[..., c], restored[..., c]) for c in range(3)]))


def values(name):
    pictures = scene(name)
    truth, restored = (picture.astype(np.float64) for picture in pictures)
    return {
        "checksum": [int(picture.astype(np.int64).sum()) for picture in pictures],
        "mse": mean_squared_error(truth, restored),
        "rmse": float(np.sqrt(mean_squared_error(truth, restored))),
        "psnr": peak_signal_noise_ratio(truth, restored, data_range=255),
        "psnrb": psnrb(*pictures),
        "sre": sre(truth, restored),
        "sam": sam(truth, restored),
        "ergas": ergas(truth, restored, 3),
        "cosine": cosine(truth, restored),
        "uqi": uqi(truth, restored),
    }


golden = {
    "recipe": "makeMeasuresGolden.py with "
    + ", ".join(f"{package} {version(package)}" for package in ("numpy", "scikit-image", "sewar")),
    **{name: values(name) for name in SCENES},
}
Path(__file__).with_name("measures.json").write_text(json.dumps(golden, indent=1) + "\n")
