"""Prints bicubic's PSNR in keras.io's example, with the two JPEG decoders in use.

Run: pip install pillow==13.0.0 numpy jpeglib==1.0.2 && python test/golden/kerasBicubic.py BSDS500/data/images/test
Gives 26.7357 with libjpeg-turbo and the published 26.6879 with libjpeg 9d, picture by picture as published.
"""
import pathlib, sys
import jpeglib
import numpy as np
from PIL import Image

files = sorted(pathlib.Path(sys.argv[1]).glob("*.jpg"), key=lambda file: file.name)[50:60]


def psnr(picture):
    small = picture.resize((picture.width // 3, picture.height // 3), Image.BICUBIC)
    size = (3 * small.width, 3 * small.height)
    truth, bicubic = (np.asarray(each.resize(size, Image.BICUBIC), np.float64) for each in (picture, small))
    return 10 * np.log10(255**2 / np.mean((bicubic - truth) ** 2))


for decoder in ("turbo210", "9d"):
    jpeglib.version.set(decoder)
    scores = [psnr(Image.fromarray(np.asarray(jpeglib.read_spatial(str(file)).spatial))) for file in files]
    print(decoder, f"{np.mean(scores):.4f}", *(f"{score:.4f}" for score in scores))
