"""The spine network: a small U-Net on the coarse grid, fully convolutional, that finds bodies and reads their level.

Factorised convolutions (in plane, then across slices) at 8, 16 and 32 mm cells; the deepest see about 25 cm up and
down, which is how a lumbar body knows of the last rib and of the sacrum. Operators are few and those that ONNX
Runtime's WASM build runs fast (Conv, Relu, Add, Clip, Concat, Resize by 2). Any size that is a multiple of 8 will do.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import CLASSES, GridConfig, NetConfig

# The second input channel shows soft tissue and spongy bone in more detail, in HU.
SOFT_CENTRE_HU, SOFT_HALF_HU = 60.0, 80.0
SOFT_RANGE = (-2.0, 3.0)
HEAT_PRIOR = -4.6  # the heatmap's bias at the start: 1 cell in 100 is a centre


class SpineOutput(NamedTuple):
    heatmap: Tensor  # [N, 1, D, H, W] logits that a body's centre is here
    levels: Tensor  # [N, V, D/2, H/2, W/2] logits over config.CLASSES


class ConvNorm(nn.Module):
    """Convolution and batch norm; odd kernels keep the size, kernel 2 or 4 halves it."""

    def __init__(
        self, inputs: int, outputs: int, kernel: tuple[int, int, int], stride: int = 1, dilation: int = 1
    ) -> None:
        super().__init__()
        padding = tuple((k - 1) // 2 * (dilation if k > 1 else 1) for k in kernel)
        self.conv = nn.Conv3d(inputs, outputs, kernel, stride, padding, dilation, bias=False)
        self.norm = nn.BatchNorm3d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x))


class Residual(nn.Module):
    """In plane, then across slices; dilation spreads the second."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.plane = ConvNorm(channels, channels, (1, 3, 3))
        self.cross = ConvNorm(channels, channels, (3, 1, 1), dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.cross(F.relu(self.plane(x))))


class SpineNet(nn.Module):
    def __init__(self, net: NetConfig, grid: GridConfig) -> None:
        super().__init__()
        a, b, c = net.channels
        classes = len(CLASSES)
        self.soft_scale = grid.std_hu / SOFT_HALF_HU
        self.soft_offset = (grid.mean_hu - SOFT_CENTRE_HU) / SOFT_HALF_HU
        self.stem = ConvNorm(2, a, (4, 4, 4), stride=2)
        self.fine = Residual(a)
        self.to_mid = ConvNorm(a, b, (2, 2, 2), stride=2)
        self.mid = nn.ModuleList(Residual(b) for _ in range(net.mid_blocks))
        self.to_deep = ConvNorm(b, c, (2, 2, 2), stride=2)
        self.deep = nn.ModuleList(Residual(c, dilation=1 + n % 2) for n in range(net.deep_blocks))
        self.from_deep = nn.Conv3d(c, b, 1)
        self.mid_out = Residual(b)
        self.from_mid = nn.Conv3d(b, a, 1)
        self.fine_out = Residual(a)
        self.heat = nn.Conv3d(a, 8, 1)  # the eight 4 mm cells of one of 8 mm
        self.level_fine = nn.Conv3d(a, classes, 1)
        self.level_mid = nn.Conv3d(b, classes, 1)
        nn.init.normal_(self.heat.weight, std=0.02)
        nn.init.constant_(self.heat.bias, HEAT_PRIOR)

    def forward(self, volume: Tensor) -> SpineOutput:
        """volume [N, 1, D, H, W], (HU - mean) / std; sizes are multiples of config.STRIDE."""
        soft = (volume * self.soft_scale + self.soft_offset).clamp(*SOFT_RANGE)
        x = F.relu(self.stem(torch.cat([volume, soft], dim=1)))
        fine = self.fine(x)
        x = F.relu(self.to_mid(fine))
        for block in self.mid:
            x = block(x)
        mid = x
        x = F.relu(self.to_deep(mid))
        for block in self.deep:
            x = block(x)
        mid = self.mid_out(F.relu(_double(self.from_deep(x)) + mid))
        fine = self.fine_out(F.relu(_double(self.from_mid(mid)) + fine))
        return SpineOutput(_unfold(self.heat(fine)), self.level_fine(fine) + _double(self.level_mid(mid)))


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="nearest")


def _unfold(x: Tensor) -> Tensor:
    """[N, 8, D, H, W] to [N, 1, 2D, 2H, 2W]: the channels are the eight parts of a cell, z slowest."""
    n, _, d, h, w = x.shape
    x = x.reshape(n, 2, 2, 2, d, h, w).permute(0, 4, 1, 5, 2, 6, 3)
    return x.reshape(n, 1, 2 * d, 2 * h, 2 * w)


def multiply_adds(model: SpineNet, cells: tuple[int, int, int]) -> int:
    """Multiply-adds of all convolutions for one volume of so many cells."""
    total = 0

    def hook(layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        if isinstance(layer, nn.Conv3d):
            total += output.numel() * layer.weight[0].numel()

    handles = [layer.register_forward_hook(hook) for layer in model.modules()]
    was_training = model.training
    model.eval()
    with torch.no_grad():
        model(torch.zeros(1, 1, *cells))
    model.train(was_training)
    for handle in handles:
        handle.remove()
    return total
