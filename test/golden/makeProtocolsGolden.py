"""Makes protocols.json: bicubic's PSNR of one generated picture under each protocol, by Pillow, scipy and numpy.

Run: pip install pillow==13.0.0 scipy==1.17.1 numpy && python test/golden/makeProtocolsGolden.py
"""
import base64, json, pathlib
import numpy as np
import PIL, scipy
from PIL import Image
from scipy.ndimage import gaussian_filter

width, height = 62, 47
random = np.random.default_rng(11)
x, y = np.meshgrid(np.arange(width), np.arange(height))
smooth = np.stack([127 + 110 * np.sin(x / 4 + k) * np.cos(y / (3 + k)) for k in range(3)], -1)
rgb = np.clip(smooth + random.normal(0, 12, smooth.shape), 0, 255).astype(np.uint8)
rgb[10:22, 15:40] = [250, 20, 60]
picture = Image.fromarray(rgb)


def psnr(a, b, border=0):
    inside = np.s_[border : a.shape[0] - border, border : a.shape[1] - border]
    return 10 * np.log10(255**2 / np.mean((a[inside].astype(np.float64) - b[inside]) ** 2))


def pillow(image, scale, cropped=None):
    to = cropped or image.size
    return image.resize((image.width // scale, image.height // scale), Image.BICUBIC).resize(to, Image.BICUBIC)


def whole(scale):
    return (width // scale * scale, height // scale * scale)


def crop(scale):
    return picture.crop((0, 0, *whole(scale)))


def full(image):
    return np.asarray(image.convert("YCbCr"))[..., 0]


def blurred(plane):
    return Image.fromarray(gaussian_filter(plane.astype(np.int64), sigma=1).astype(np.uint8))


def real(image):
    return 16 + np.asarray(image).astype(np.float64) @ [64.738, 129.057, 25.064] / 256


def grey(image):
    return np.floor(np.asarray(image) @ [0.298936021293775, 0.587043074451121, 0.114020904255103] + 0.5)


def cubic(position):
    t = np.abs(position)
    return np.where(t <= 1, 1.5 * t**3 - 2.5 * t**2 + 1, np.where(t < 2, -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2, 0))


def imresize(size, to):
    """MATLAB's weights as a matrix, written anew from the description of its imresize."""
    scale = to / size
    shrink = min(scale, 1)
    center = np.arange(1, to + 1) / scale + 0.5 * (1 - 1 / scale)
    taps = int(np.ceil(4 / shrink)) + 2
    index = np.floor(center - 2 / shrink)[:, None] + np.arange(taps)
    weights = shrink * cubic(shrink * (center[:, None] - index))
    mirrored = np.r_[np.arange(size), np.arange(size)[::-1]][(index.astype(int) - 1) % (2 * size)]
    matrix = np.zeros((to, size))
    np.add.at(matrix, (np.arange(to)[:, None], mirrored), weights / weights.sum(1, keepdims=True))
    return matrix


def bytes_of(plane):
    return np.clip(np.floor(plane + 0.5), 0, 255)


def matlab(plane, scale, between=lambda plane: plane):
    h, w = plane.shape
    small = between(imresize(h, h // scale) @ plane @ imresize(w, w // scale).T)
    return bytes_of(imresize(h // scale, h) @ small @ imresize(w // scale, w).T)


def report_y(scale):
    return psnr(np.asarray(pillow(blurred(full(picture)), scale, picture.size)), full(picture))


def yjn870(scale):
    truth = picture.resize(whole(scale), Image.BICUBIC)
    return psnr(real(pillow(truth, scale)), real(truth))


def keras(scale):
    truth = picture.resize(whole(scale), Image.BICUBIC)
    return psnr(np.asarray(pillow(picture, scale, whole(scale))), np.asarray(truth))


def bsd200(scale):
    truth = grey(crop(scale))
    return psnr(matlab(truth, scale, bytes_of), truth, scale)


def blocks(plane, scale):
    h, w = plane.shape[0] // scale, plane.shape[1] // scale
    means = plane.astype(np.float64).reshape(h, scale, w, scale, -1).mean((1, 3))
    return np.floor(means + 0.5).astype(np.uint8).squeeze()


def area_rgb(scale):
    truth = crop(scale)
    small = Image.fromarray(blocks(np.asarray(truth), scale))
    return psnr(np.asarray(small.resize(truth.size, Image.BICUBIC)), np.asarray(truth))


def pillow_y_full(scale):
    truth = full(crop(scale))
    return psnr(np.asarray(pillow(blurred(truth), scale)), truth, 2)


def matlab_grey(scale):
    truth = grey(crop(scale))
    return psnr(matlab(truth, scale), truth)


protocols = {
    "report-y": report_y,
    "yjn870": yjn870,
    "keras": keras,
    "bsd200": bsd200,
    "shrink=area,score=rgb": area_rgb,
    "shrink=pillow,sigma=1,score=y-full,border=2": pillow_y_full,
    "shrink=matlab,score=grey": matlab_grey,
}
colors = np.stack(np.meshgrid(np.arange(0, 256, 15), np.arange(0, 256, 15), np.arange(0, 256, 15)), -1)
ycc = colors.astype(np.uint8).reshape(1, -1, 3)
back = np.asarray(Image.frombytes("YCbCr", (ycc.shape[1], 1), ycc.tobytes()).convert("RGB"))


def text(array):
    return base64.b64encode(np.ascontiguousarray(array)).decode()


golden = {
    "recipe": f"test/golden/makeProtocolsGolden.py, "
    f"Pillow {PIL.__version__}, scipy {scipy.__version__}, numpy {np.__version__}",
    "width": width,
    "height": height,
    "rgb": text(rgb),
    "bicubic": [
        {"protocol": name, "scale": s, "psnr": score(s)} for name, score in protocols.items() for s in (2, 3, 4)
    ],
    "blocks": text(blocks(full(crop(3)), 3)),
    "ycbcr": text(ycc),
    "ycbcrAsRgb": text(back),
}
pathlib.Path(__file__).with_name("protocols.json").write_text(json.dumps(golden, indent=1) + "\n")
