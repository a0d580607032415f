"""Golden NIQE on the pictures of scenes.py: pyiqa's program with the lab's model.

Run: pip install numpy scipy pyiqa; python makeNiqeGolden.py
"""
import base64
import importlib.abc
import importlib.machinery
import json
import re
import sys
from importlib.metadata import version
from pathlib import Path
from unittest.mock import MagicMock


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Stands for torchvision, which pyiqa needs for its networks only: not every torchvision fits every torch."""

    def find_spec(self, name, path, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if name.split(".")[0] in NETWORKS else None

    def create_module(self, spec):
        return MagicMock(__path__=[], __name__=spec.name)

    def exec_module(self, module):
        pass


NETWORKS = (
    *("torchvision", "timm", "transformers", "accelerate", "open_clip", "clip"),
    *("facexlib", "icecream", "datasets"),
)
sys.meta_path.insert(0, Absent())

import numpy as np
import torch
from pyiqa.archs.niqe_arch import niqe
from scenes import SCENES, luminance, scene

source = (Path(__file__).parents[2] / "src/measures/analysis/niqeModel.ts").read_text()
numbers = np.frombuffer(base64.b64decode("".join(re.findall(r"^  '(.*)',$", source, re.M))))
mean, covariance = numbers[:36], np.zeros((36, 36))
covariance[np.triu_indices(36)] = numbers[36:]
covariance += np.triu(covariance, 1).T


def value(name):
    restored = luminance(scene(name)[1])
    model = (torch.from_numpy(mean.copy())[None], torch.from_numpy(covariance)[None])
    return float(niqe(torch.from_numpy(restored)[None, None], *model))


golden = {
    "recipe": "makeNiqeGolden.py with " + ", ".join(f"{p} {version(p)}" for p in ("numpy", "torch", "pyiqa")),
    **{name: {"niqe": value(name)} for name in SCENES},
}
Path(__file__).with_name("niqe.json").write_text(json.dumps(golden, indent=1) + "\n")
