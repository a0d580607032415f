"""The protocol of the report as its authors wrote it: Pillow, scipy and scikit-image, one process."""
import numpy as np
import PIL
import scipy
import skimage
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from answer import serve, timed


def read(path):
    """Y, Cb, Cr as 8-bit planes."""
    return [np.asarray(plane) for plane in Image.open(path).convert("RGB").convert("YCbCr").split()]


def shrink_and_enlarge(plane, scale):
    height, width = plane.shape
    small = Image.fromarray(plane).resize((int(width / scale), int(height / scale)), Image.BICUBIC)
    return np.asarray(small.resize((width, height), Image.BICUBIC))


def degrade(luminance, scale):
    return shrink_and_enlarge(gaussian_filter(luminance.astype(np.int64), sigma=1).astype(np.uint8), scale)


def patches(picture, size=32, stride=13):
    """Views, no copies: the cheapest form Python has."""
    side = min(picture.shape) // 8 * 8
    return sliding_window_view(picture[:side, :side], (size, size))[: side - size : stride, : side - size : stride]


def preprocess(request):
    counts = []

    def work():
        counts.clear()
        for path in request["files"]:
            luminance = read(path)[0]
            pair = [patches(plane) for plane in (degrade(luminance, 3), luminance)]
            counts.append(pair[0].shape[0] * pair[0].shape[1])

    return {**timed(work), "patches": sum(counts)}


def to_rgb(luminance, cb, cr):
    y, cb, cr = luminance.astype(np.float64), cb.astype(np.float64) - 128, cr.astype(np.float64) - 128
    rgb = np.stack([y + 1.402 * cr, y - 0.34414 * cb - 0.71414 * cr, y + 1.772 * cb], axis=-1)
    return np.clip(rgb, 0, 255).astype(np.uint8)


def score(path):
    luminance, cb, cr = read(path)
    truth = to_rgb(luminance, cb, cr)
    bicubic = to_rgb(degrade(luminance, 3), shrink_and_enlarge(cb, 3), shrink_and_enlarge(cr, 3))
    return peak_signal_noise_ratio(truth, bicubic), structural_similarity(truth, bicubic, channel_axis=-1)


def evaluate(request):
    scores = []

    def work():
        scores[:] = [score(path) for path in request["files"]]

    figures = timed(work)
    psnr, ssim = np.mean(scores, axis=0)
    return {**figures, "psnr": float(psnr), "ssim": float(ssim)}


def measure(request):
    pictures = [np.asarray(Image.open(path).convert("RGB")) for path in request["files"]]
    pairs = [(picture, np.ascontiguousarray(picture[:, ::-1])) for picture in pictures]
    gaussian = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    options = {"channel_axis": -1, **(gaussian if request["window"] == "gaussian11" else {})}
    scores = []

    def work():
        scores[:] = [(peak_signal_noise_ratio(*pair), structural_similarity(*pair, **options)) for pair in pairs]

    figures = timed(work)
    psnr, ssim = np.mean(scores, axis=0)
    return {**figures, "psnr": float(psnr), "ssim": float(ssim)}


serve(
    f"Pillow {PIL.__version__}, scipy {scipy.__version__}, scikit-image {skimage.__version__}",
    {"preprocessing": preprocess, "evaluation": evaluate, "measures": measure},
)
