"""Makes image.json: what Pillow and scipy give for one small synthetic picture.

Run: pip install pillow==13.0.0 scipy==1.17.1 numpy && python test/golden/makeImageGolden.py
"""
import base64, json, pathlib
import numpy as np
import PIL, scipy
from PIL import Image
from scipy.ndimage import gaussian_filter

width, height = 37, 29
random = np.random.default_rng(7)
x, y = np.meshgrid(np.arange(width), np.arange(height))
smooth = np.stack([127 + 120 * np.sin(x / 3 + k) * np.cos(y / (2 + k)) for k in range(3)], -1)
rgb = np.clip(smooth + random.normal(0, 30, smooth.shape), 0, 255).astype(np.uint8)
rgb[:8, :8] = 255
rgb[:8, 20:28] = 0
rgb[20:, :9] = [255, 0, 0]
rgb[20:, 12:20] = [0, 0, 255]


def text(array):
    assert array.min() >= 0 and array.max() <= 255
    return base64.b64encode(np.ascontiguousarray(array.astype(np.uint8))).decode()


full = np.asarray(Image.fromarray(rgb).convert("YCbCr"))
plane = full[..., 0]

levels = range(0, 256, 15)
colors = np.array([[r, g, b] for r in levels for g in levels for b in levels], np.uint8)[None]
sums = np.asarray(Image.fromarray(colors).convert("YCbCr")).reshape(-1, 3)


def resized(w, h):
    return {"width": w, "height": h, "data": text(np.asarray(Image.fromarray(plane).resize((w, h), Image.BICUBIC)))}


golden = {
    "recipe": f"test/golden/makeImageGolden.py, "
    f"Pillow {PIL.__version__}, scipy {scipy.__version__}, numpy {np.__version__}",
    "width": width,
    "height": height,
    "rgb": text(rgb),
    "full": [text(full[..., k]) for k in range(3)],
    "colorGrid": [text(sums[:, k]) for k in range(3)],
    "blur": [
        {"sigma": s, "data": text(gaussian_filter(plane.astype(np.int64), sigma=s))} for s in (0.5, 1, 1.3, 2, 5, 9)
    ],
    "resize": [
        resized(*size) for size in ((12, 9), (18, 14), (111, 87), (37, 9), (12, 29), (50, 11), (1, 1), (37, 29))
    ],
}
pathlib.Path(__file__).with_name("image.json").write_text(json.dumps(golden, indent=1) + "\n")
