"""The generated pictures that the golden values of measures are computed on; scenes.ts makes the same ones."""
import numpy as np

SCENES = {  # name: width, height, whether the truth is flat
    "even": (192, 176, False),
    "odd": (241, 199, False),
    "flat": (200, 180, True),
}


def _hash(x, y, channel, seed):
    mask = 0xFFFFFFFF
    h = ((x * 73856093) & mask) ^ ((y * 19349663) & mask) ^ ((channel * 83492791) & mask) ^ ((seed * 40503) & mask)
    h ^= h >> 13
    h = (h * 1274126177) & mask
    return h ^ (h >> 16)


def _wave(t, period):
    return np.abs(t % (2 * period) - period)


def _truth(width, height):
    y, x, channel = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    chirp = _wave((x * x + 2 * y * y) // 96 + 5 * channel, 31)
    waves = _wave(3 * x + 2 * y + 17 * channel, 70)
    tiles = ((x // 31 + y // 23 + channel) % 3) * 24
    return np.clip(20 + waves + chirp + tiles + _hash(x, y, channel, 1) % 19, 0, 255)


def _restored(truth):
    height, width, _ = truth.shape
    padded = np.pad(truth, ((1, 1), (1, 1), (0, 0)), mode="edge")
    mean = sum(padded[j : j + height, i : i + width] for j in range(3) for i in range(3)) // 9
    y, x, channel = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    blocks = 5 * ((x // 8 + y // 8) % 2)
    return np.clip(mean + blocks + _hash(x, y, channel, 2) % 9 - 6, 0, 255)


def scene(name):
    """Truth and restored picture as RGB, uint8."""
    width, height, flat = SCENES[name]
    truth = _truth(width, height)
    if flat:
        truth = np.broadcast_to(np.array([120, 90, 60]), truth.shape)
    return truth.astype(np.uint8), _restored(truth).astype(np.uint8)


def luminance(rgb):
    """BT.601's luminance of full range, not rounded."""
    return rgb.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
