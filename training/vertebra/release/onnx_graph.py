"""PyTorch to an ONNX graph for ONNX Runtime Web: batch norm folded, operators right on both backends."""

from __future__ import annotations

import io
import warnings
from copy import deepcopy

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..config import DEVICES, UserError, feature_columns
from ..network.model import CrossConv, Output, PlaneConv, VertebraNet

# Right on WASM and WebGPU by shared/anchors.md 3.1, with the plain arithmetic and shape operators beside
# them.
ALLOWED_OPERATORS = frozenset(
    [
        "Add",
        "AveragePool",
        "Clip",
        "Concat",
        "Constant",
        "ConstantOfShape",
        "Conv",
        "Div",
        "Exp",
        "Expand",
        "Gather",
        "Gemm",
        "Identity",
        "Log",
        "MatMul",
        "Mul",
        "Neg",
        "ReduceMean",
        "ReduceSum",
        "Relu",
        "Reshape",
        "Shape",
        "Sigmoid",
        "Slice",
        "Softmax",
        "Split",
        "Sqrt",
        "Squeeze",
        "Sub",
        "Tanh",
        "Tile",
        "Transpose",
        "Unsqueeze",
    ]
)
INPUTS = ("patch", "acquisition")


class ExportNet(nn.Module):
    """The network with a plain tuple as its answer."""

    def __init__(self, model: VertebraNet) -> None:
        super().__init__()
        self.model = model

    def forward(self, patch: torch.Tensor, acquisition: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(self.model(patch, acquisition))


def fold_batch_norm(model: VertebraNet) -> VertebraNet:
    """A copy in which every convolution carries its batch norm."""
    folded = deepcopy(model).eval().to(memory_format=torch.contiguous_format)
    for layer in folded.modules():
        if isinstance(layer, PlaneConv | CrossConv):
            layer.conv = fuse_conv_bn_eval(layer.conv, layer.norm)
            layer.norm = nn.Identity()
    return folded


def build_graph(model: VertebraNet, opset: int) -> bytes:
    """A checked ONNX model; the batch axis N is dynamic, everything else static."""
    buffer = io.BytesIO()
    names = list(Output._fields)
    example = (torch.zeros(2, 1, *model.patch.size), torch.zeros(2, feature_columns()["contrast"].stop))
    with warnings.catch_warnings():
        # The TorchScript exporter is deprecated, and still the one whose graphs ONNX Runtime Web was measured
        # on.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            ExportNet(fold_batch_norm(model)).eval(),
            example,
            buffer,
            dynamo=False,
            opset_version=opset,
            input_names=list(INPUTS),
            output_names=names,
            dynamic_axes={name: {0: "N"} for name in (*INPUTS, *names)},
        )
    graph = onnx.load_from_string(buffer.getvalue())
    for number, node in enumerate(graph.graph.node):
        node.name = f"{node.op_type}_{number}"  # duplicate names make a session fail
    _set_static_shapes(graph, model)
    onnx.checker.check_model(graph, full_check=True)
    foreign = sorted(operators(graph) - ALLOWED_OPERATORS)
    if foreign:
        raise UserError(
            f"model.onnx: operator {foreign[0]} is not on the list of operators right in the browser."
        )
    return graph.SerializeToString()


def _set_static_shapes(graph: onnx.ModelProto, model: VertebraNet) -> None:
    """Outputs as the contract writes them: [N, ...] with numbers after N."""
    with torch.no_grad():
        example = model(
            torch.zeros(1, 1, *model.patch.size), torch.zeros(1, feature_columns()["contrast"].stop)
        )
    for value in graph.graph.output:
        shape = getattr(example, value.name).shape
        dims = value.type.tensor_type.shape.dim
        del dims[:]
        dims.add().dim_param = "N"
        for size in shape[1:]:
            dims.add().dim_value = size


def operators(graph: onnx.ModelProto) -> set[str]:
    return {node.op_type for node in graph.graph.node}


def open_session(graph: bytes, threads: int = 2) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def run_session(
    session: onnxruntime.InferenceSession, patch: np.ndarray, acquisition: np.ndarray
) -> dict[str, np.ndarray]:
    """patch float32 [N, 1, D, H, W] normalised, acquisition float32 [N, columns]; outputs by name."""
    names = [output.name for output in session.get_outputs()]
    values = session.run(names, {"patch": patch, "acquisition": acquisition})
    return dict(zip(names, values, strict=True))


MIXED_UNITS = ("abmd",)  # outputs whose columns, one a device, are in different units


def output_difference(
    name: str, value: np.ndarray, reference: np.ndarray, span: np.ndarray | None = None
) -> float:
    """The contract's measure for one output, any shape: over its range, column by column where units differ."""
    whole = reference if span is None else span
    if name not in MIXED_UNITS:
        return relative_difference(value.reshape(-1), reference.reshape(-1), whole.reshape(-1))
    parts = (array.reshape(-1, len(DEVICES)).T for array in (value, reference, whole))
    return max(relative_difference(*column) for column in zip(*parts, strict=True))


def relative_difference(value: np.ndarray, reference: np.ndarray, span: np.ndarray | None = None) -> float:
    """Largest difference over an output's range (the contract's: at least 1e-3 of its largest value)."""
    whole = reference if span is None else span
    scale = max(float(whole.max() - whole.min()), 1e-3 * float(np.abs(whole).max()), 1e-12)
    return float(np.abs(value - reference).max()) / scale
