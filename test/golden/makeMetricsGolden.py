"""Golden PSNR, RMSE and SSIM of two small pictures, by scikit-image.

Run: pip install scikit-image; python makeMetricsGolden.py
"""
import json
from pathlib import Path

import numpy as np
import skimage
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio, structural_similarity

random = np.random.default_rng(5)
a = random.integers(0, 256, (17, 23, 3), dtype=np.uint8)
b = np.clip(a + random.normal(0, 20, a.shape), 0, 255).astype(np.uint8)
gaussian = dict(gaussian_weights=True, sigma=1.5, use_sample_covariance=False, truncate=3.5, data_range=255)
inner = slice(2, -2)
golden = {
    "recipe": f"makeMetricsGolden.py with scikit-image {skimage.__version__}, numpy {np.__version__}",
    "width": 23, "height": 17, "a": a.ravel().tolist(), "b": b.ravel().tolist(),
    "psnr": peak_signal_noise_ratio(a, b, data_range=255),
    "psnr_border_2": peak_signal_noise_ratio(a[inner, inner], b[inner, inner], data_range=255),
    "rmse": float(np.sqrt(mean_squared_error(a, b))),
    "ssim_uniform7": structural_similarity(a, b, channel_axis=2, data_range=255),
    "ssim_gaussian11_grey": structural_similarity(a[..., 0], b[..., 0], **gaussian),
}
Path(__file__).with_name("metrics.json").write_text(json.dumps(golden) + "\n")
