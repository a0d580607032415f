"""The networks' inference in onnxruntime or OpenVINO, in single precision."""
import argparse

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from answer import serve, timed
from networks import networks

options = argparse.ArgumentParser()
options.add_argument("--threads", type=int, required=True)
options.add_argument("--runtime", choices=["onnxruntime", "openvino"], required=True)
options = options.parse_args()

random = np.random.default_rng(0)


def onnx_model(layers, scale, height, width):
    """The file's bytes: convolutions, and for a network that enlarges the anchor and the shuffle."""
    nodes, weights, value, inputs = [], [], "input", 1

    def weight(name, *shape):
        weights.append(numpy_helper.from_array((0.1 * random.standard_normal(shape)).astype(np.float32), name))
        return name

    for i, (filters, kernel, activation) in enumerate(layers):
        names = [value, weight(f"kernel{i}", filters, inputs, kernel, kernel), weight(f"bias{i}", filters)]
        nodes.append(helper.make_node("Conv", names, [f"sum{i}"], pads=[kernel // 2] * 4))
        value, inputs = f"sum{i}", filters
        if activation == "relu":
            nodes.append(helper.make_node("Relu", [value], [f"active{i}"]))
            value = f"active{i}"
        if activation == "prelu":
            nodes.append(helper.make_node("PRelu", [value, weight(f"slope{i}", filters, 1, 1)], [f"active{i}"]))
            value = f"active{i}"
    if scale > 1:
        nodes.append(helper.make_node("Add", [value, "input"], ["anchored"]))
        nodes.append(helper.make_node("DepthToSpace", ["anchored"], ["output"], blocksize=scale, mode="CRD"))
        value = "output"
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 1, height, width])
    output = helper.make_tensor_value_info(value, TensorProto.FLOAT, [1, 1, height * scale, width * scale])
    graph = helper.make_graph(nodes, "network", [picture], [output], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    return model.SerializeToString()


def with_onnxruntime():
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.inter_op_num_threads = 1

    def compiled(model):
        session = onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
        return lambda picture: session.run(None, {"input": picture})[0]

    return f"onnxruntime {onnxruntime.__version__}, {options.threads} threads", compiled


def with_openvino():
    import openvino

    core = openvino.Core()
    # Where the processor has bfloat16, OpenVINO would use it.
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": str(options.threads),
    }

    def compiled(model):
        request = core.compile_model(core.read_model(model=model), "CPU", settings).create_infer_request()
        return lambda picture: request.infer({"input": picture})[0]

    return f"OpenVINO {openvino.__version__.split('-')[0]}, float32, {options.threads} threads", compiled


ready, compiled = with_onnxruntime() if options.runtime == "onnxruntime" else with_openvino()


def inference(network):
    """A network is compiled for each size of picture, as one does for speed."""
    running = {}

    def measure(request):
        size = request["height"], request["width"]
        if size not in running:
            running[size] = compiled(onnx_model(*network, *size))
        picture = random.standard_normal((1, 1, *size), dtype=np.float32)
        return timed(lambda: running[size](picture))

    return measure


serve(ready, {f"inference {name}": inference(network) for name, network in networks.items()})
