"""The spine network to an ONNX graph with dynamic sizes, batch norm folded, and its run in ONNX Runtime."""

from __future__ import annotations

import io
import warnings
from copy import deepcopy

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..config import UserError
from .model import ConvNorm, SpineNet, SpineOutput

ALLOWED_OPERATORS = frozenset(
    [
        "Add", "Clip", "Concat", "Constant", "Conv", "Gather", "Identity", "Mul", "Relu", "Reshape", "Resize", "Shape",
        "Transpose", "Unsqueeze",
    ]
)  # fmt: skip
EXAMPLE = (24, 32, 40)


def fold_batch_norm(model: SpineNet) -> SpineNet:
    """A copy in which every convolution carries its batch norm."""
    folded = deepcopy(model).eval().to(memory_format=torch.contiguous_format)
    for layer in folded.modules():
        if isinstance(layer, ConvNorm):
            layer.conv = fuse_conv_bn_eval(layer.conv, layer.norm)
            layer.norm = nn.Identity()
    return folded


def build_spine_graph(model: SpineNet, opset: int) -> bytes:
    """A checked ONNX model; D, H and W are dynamic multiples of config.STRIDE, the batch is 1."""
    buffer = io.BytesIO()
    axes = {name: {2: "D", 3: "H", 4: "W"} for name in ("volume", "heatmap")}
    axes["levels"] = {2: "D/2", 3: "H/2", 4: "W/2"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as release/onnx_graph.py: the exporter that was measured
        torch.onnx.export(
            fold_batch_norm(model),
            (torch.zeros(1, 1, *EXAMPLE),),
            buffer,
            dynamo=False,
            opset_version=opset,
            input_names=["volume"],
            output_names=list(SpineOutput._fields),
            dynamic_axes=axes,
        )
    graph = onnx.load_from_string(buffer.getvalue())
    for number, node in enumerate(graph.graph.node):
        node.name = f"{node.op_type}_{number}"  # duplicate names make a session fail
    onnx.checker.check_model(graph, full_check=True)
    foreign = sorted({node.op_type for node in graph.graph.node} - ALLOWED_OPERATORS)
    if foreign:
        raise UserError(f"model.onnx: operator {foreign[0]} is not on the spine network's list.")
    return graph.SerializeToString()


def run_spine_session(session: object, hu: np.ndarray, mean: float, std: float) -> SpineOutput:
    """int16 or float HU [D, H, W], clipped; heatmap [D, H, W] and levels [V, D/2, H/2, W/2] as float32."""
    volume = ((hu.astype(np.float32) - np.float32(mean)) / np.float32(std))[None, None]
    heatmap, levels = session.run(list(SpineOutput._fields), {"volume": volume})  # type: ignore[attr-defined]
    return SpineOutput(heatmap[0, 0], levels[0])
