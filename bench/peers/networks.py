"""The networks that are measured, as ../work.ts names them: layers of (filters, kernel, activation), and the scale."""


def chain(*kernels):
    filters = [64, 32, 1]
    last = len(kernels) - 1
    return [(filters[i], kernel, "linear" if i == last else "relu") for i, kernel in enumerate(kernels)], 1


def plain(filters, depth, scale=3):
    return [(filters, 3, "prelu")] * depth + [(scale**2, 3, "linear")], scale


networks = {
    "9-1-7": chain(9, 1, 7),
    "9-5-5": chain(9, 5, 5),
    "plain-16x5": plain(16, 5),
    "plain-32x6": plain(32, 6),
}
