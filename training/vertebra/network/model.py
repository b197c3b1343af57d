"""The network: a (2+1)D residual trunk, soft masks over raw HU, a gated mixture of experts for all devices.

All 4D, made for ONNX Runtime Web: in-plane Conv2D with the slices as batch, cross-slice Conv2D of (3, 1) over
[N, C, D, H*W], matrix products for everything else (docs: shared/design.md, section 1). Absolute HU must
survive, so nothing here normalises an input by its own statistics. N is the patch count, D' the devices, E
the experts.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import DEVICES, LEVELS, ModelConfig, PatchConfig, UserError, feature_columns

HU_UNIT = 100.0  # pooled HU enter the heads in units of 100 HU
LOG_VARIANCE_RANGE = (-7.0, 5.0)  # of standardised targets
HEADS = 5  # of a device: aBMD, three class logits, log variance of aBMD
PRIOR_RADII_MM = (9.0, 11.0, 14.0)  # z, y, x: where the soft masks start to look, about half a vertebral body


class Output(NamedTuple):
    """In the units and shapes of the model contract."""

    vbmd: Tensor  # [N] mg/cm3
    abmd: Tensor  # [N, D'] each device's own unit
    classLogits: Tensor  # noqa: N815 - the contract's names; [N, D', 3]
    levelLogits: Tensor  # noqa: N815 - [N, V]
    logVariance: Tensor  # noqa: N815 - [N, 1 + 2D']
    gates: Tensor  # [N, D', E]
    oodScore: Tensor  # noqa: N815 - [N]
    cam: Tensor  # [N, d, h, w]


class PlaneConv(nn.Module):
    """Conv2D in plane and batch norm, [N*D, C, H, W]."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, kernel: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x))


class CrossConv(nn.Module):
    """Conv across slices and batch norm: [N*D, C, H, W] in and out, through [N, C, D, H*W]."""

    def __init__(
        self, inputs: int, outputs: int, depth: int, plane: tuple[int, int], stride: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, (3, 1), (stride, 1), (1, 0), bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.inputs, self.outputs, self.depth, self.plane = inputs, outputs, depth, plane

    def forward(self, x: Tensor) -> Tensor:
        h, w = self.plane
        x = x.reshape(-1, self.depth, self.inputs, h * w).transpose(1, 2)  # [N, C, D, H*W]
        x = self.norm(self.conv(x)).transpose(1, 2)  # [N, D/stride, C', H*W]
        return x.reshape(-1, self.outputs, h, w)


class Residual(nn.Module):
    def __init__(self, channels: int, depth: int, plane: tuple[int, int]) -> None:
        super().__init__()
        self.plane = PlaneConv(channels, channels)
        self.cross = CrossConv(channels, channels, depth, plane)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.cross(F.relu(self.plane(x))))


def body_prior(depth: int, plane: tuple[int, int], patch: PatchConfig) -> Tensor:
    """Log weight of each mid-grid cell by its distance from the pick, [depth*h*w]."""
    sizes = (depth, *plane)
    squares = []
    for axis in range(3):
        step = patch.size[axis] * patch.spacing_mm[axis] / sizes[axis]
        at = (torch.arange(sizes[axis]) - (sizes[axis] - 1) / 2) * step / PRIOR_RADII_MM[axis]
        shape = [1, 1, 1]
        shape[axis] = -1
        squares.append((at**2).reshape(shape))
    return -(squares[0] + squares[1] + squares[2]).reshape(-1)


class VertebraNet(nn.Module):
    def __init__(self, config: ModelConfig, patch: PatchConfig) -> None:
        super().__init__()
        self.config, self.patch = config, patch
        a, b, c = config.channels
        d, h, w = patch.size
        self.depths = (d, d // 2, d // 4)
        self.planes = ((h // 2, w // 2), (h // 4, w // 4), (h // 8, w // 8))
        mid, deep = self.planes[1], self.planes[2]
        self.stem = PlaneConv(1, a, stride=2, kernel=5)
        self.stem_cross = CrossConv(a, a, d, self.planes[0], stride=2)
        self.to_mid = PlaneConv(a, b, stride=2)
        self.mid = nn.ModuleList(Residual(b, self.depths[1], mid) for _ in range(config.mid_blocks))
        self.to_deep = PlaneConv(b, c, stride=2)
        self.deep_cross = CrossConv(c, c, self.depths[1], deep, stride=2)
        self.deep = nn.ModuleList(Residual(c, self.depths[2], deep) for _ in range(config.deep_blocks))

        m, heads, t = config.masks, config.attention_heads, config.trunk_width
        acquisition_in = feature_columns()["contrast"].stop
        self.masks = nn.Conv2d(b, m, 1)
        # The masks start with different reach, half a body to the whole patch; alike, they would stay alike.
        reach = torch.linspace(1, 0, m).reshape(m, 1) if m > 1 else torch.ones(1, 1)
        self.mask_prior = nn.Parameter(reach * body_prior(self.depths[1], mid, patch))  # [M, d*h*w]
        self.attention = nn.Conv2d(c, heads, 1)
        self.attention_prior = nn.Parameter(body_prior(self.depths[2], deep, patch).repeat(heads, 1))
        self.cam_conv = nn.Conv2d(c, 1, 1)
        self.acquisition = nn.Sequential(
            nn.Linear(acquisition_in, 32), nn.ReLU(), nn.Linear(32, config.acquisition_width), nn.ReLU()
        )
        self.image_width = c + heads * c + 2 * m
        self.trunk = nn.Linear(self.image_width + config.acquisition_width, t)
        # The HU path: vBMD is linear in the pooled HU, with weights and offset that the header sets.
        self.hu_weights = nn.Linear(config.acquisition_width, m)
        self.hu_offset = nn.Linear(config.acquisition_width, 1)
        self.vbmd_variance = nn.Linear(t, 1)
        self.level = nn.Linear(t, len(LEVELS))

        n_dev, e, k = len(DEVICES), config.experts, config.expert_width
        self.gate_trunk = nn.Linear(t, config.gate_width)
        self.gate_device = nn.Parameter(torch.randn(n_dev, config.gate_width))
        self.gate_out = nn.Linear(config.gate_width, e)
        self.expert_in = nn.Linear(t, e * config.expert_hidden)
        self.expert_out = nn.Parameter(torch.randn(e, config.expert_hidden, k) * config.expert_hidden**-0.5)
        # Per device, from [mixed experts, standardised vBMD, pooled HU]: aBMD, 3 class logits, log variance.
        self.device_in = k + 1 + m
        self.device_out = nn.Parameter(torch.randn(n_dev, self.device_in, HEADS) * 0.1)
        self.device_bias = nn.Parameter(torch.zeros(n_dev, 1, HEADS))

        self.register_buffer("vbmd_stats", torch.tensor([120.0, 45.0]))  # mean, SD of the training labels
        self.register_buffer("abmd_mean", torch.ones(n_dev))
        self.register_buffer("abmd_sd", torch.ones(n_dev))
        # Fall of the osteoporosis logit per mg/cm3 of vBMD; fitted at calibration (chance.py), unused before.
        self.register_buffer("chance_slope", torch.ones(len(DEVICES)), persistent=False)
        self.half_precision = False  # training only; set by train.py
        self.register_buffer("ood_mean", torch.zeros(c + 2 * m))
        self.register_buffer("ood_whiten", torch.eye(c + 2 * m))
        nn.init.zeros_(self.hu_weights.weight)

    def set_label_stats(self, vbmd: Tensor, abmd: Tensor) -> None:
        """Standardise by the training labels: vbmd [n], abmd [n, D'], NaN where not measured."""
        vbmd = vbmd[vbmd.isfinite()]
        self.vbmd_stats.copy_(torch.stack([vbmd.mean(), vbmd.std()]))
        for d, column in enumerate(abmd.T):
            known = column[column.isfinite()]
            self.abmd_mean[d], self.abmd_sd[d] = known.mean(), known.std()
        with torch.no_grad():  # start at HU / 1.35 = vBMD: linear in HU from the first step
            slope = HU_UNIT / 1.35 / float(self.vbmd_stats[1])
            self.hu_weights.bias.zero_()
            self.hu_weights.bias[0] = slope  # the narrowest mask, inside the body
            self.hu_offset.bias.fill_(-float(self.vbmd_stats[0] / self.vbmd_stats[1]))

    def features(self, patch: Tensor) -> tuple[Tensor, Tensor]:
        """patch [N, 1, D, H, W] normalised; mid [N*D/2, b, H/4, W/4] and deep [N*D/4, c, H/8, W/8].

        The convolutions alone may run in bfloat16; pooled HU and heads keep float32, as HU need it.
        """
        if self.training and self.half_precision:
            with torch.autocast(patch.device.type, dtype=torch.bfloat16):
                mid, deep = self.convolutions(patch)
            return mid.float(), deep.float()
        return self.convolutions(patch)

    def convolutions(self, patch: Tensor) -> tuple[Tensor, Tensor]:
        """The encoder; shapes as features()."""
        _, h, w = self.patch.size
        x = patch.reshape(-1, 1, h, w)  # [N*D, 1, H, W]
        x = F.relu(self.stem(x))  # [N*D, a, H/2, W/2]
        x = F.relu(self.stem_cross(x))  # [N*D/2, a, H/2, W/2]
        x = F.relu(self.to_mid(x))  # [N*D/2, b, H/4, W/4]
        for block in self.mid:
            x = block(x)
        mid = x
        x = F.relu(self.to_deep(x))  # [N*D/2, c, H/8, W/8]
        x = F.relu(self.deep_cross(x))  # [N*D/4, c, H/8, W/8]
        for block in self.deep:
            x = block(x)
        return mid, x

    def pooled_hu(self, patch: Tensor, mid: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and SD of the clipped HU under each soft mask, in HU_UNIT: [N, M], [N, M]."""
        _, h, w = self.patch.size
        m, half = self.config.masks, self.depths[1]
        cells = (h // 4) * (w // 4)
        raw = F.avg_pool2d(patch.reshape(-1, 1, h, w), 4)  # [N*D, 1, H/4, W/4]
        raw = (
            raw.reshape(-1, half, 2, cells).mean(2).reshape(-1, half * cells, 1)
        )  # [N, cells of the mid grid, 1]
        raw = (raw * self.patch.std_hu + self.patch.mean_hu) / HU_UNIT
        logits = self.masks(mid).reshape(-1, half, m, cells).transpose(1, 2).reshape(-1, m, half * cells)
        weights = torch.softmax(logits + self.mask_prior, dim=-1)  # [N, M, cells]
        mean = torch.matmul(weights, raw)  # [N, M, 1]
        square = torch.matmul(weights, raw * raw)
        sd = torch.sqrt(torch.relu(square - mean * mean) + 1e-4)
        return mean.reshape(-1, m), sd.reshape(-1, m)

    def pool_deep(self, deep: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Global mean [N, c], attention-pooled features [N, heads*c] and the activation map [N, d, h, w]."""
        c, heads, depth = self.config.channels[2], self.config.attention_heads, self.depths[2]
        h, w = self.planes[2]
        cells = depth * h * w
        values = deep.reshape(-1, depth, c, h * w).transpose(2, 3).reshape(-1, cells, c)  # [N, cells, c]
        logits = (
            self.attention(deep).reshape(-1, depth, heads, h * w).transpose(1, 2).reshape(-1, heads, cells)
        )
        weights = torch.softmax(logits + self.attention_prior, dim=-1)  # [N, heads, cells]
        pooled = torch.matmul(weights, values).reshape(-1, heads * c)
        cam = self.cam_conv(deep).reshape(-1, depth, h, w)  # [N, d, h, w]
        return values.mean(1), pooled, cam

    def embedding(self, mean: Tensor, hu: Tensor, sd: Tensor) -> Tensor:
        """What the out-of-distribution score looks at: [N, c + 2M], image only."""
        return torch.cat([mean, hu, sd], dim=1)

    def ood_score(self, embedding: Tensor) -> Tensor:
        """Squared Mahalanobis distance per dimension, [N]."""
        white = torch.matmul(embedding - self.ood_mean, self.ood_whiten)
        return (white * white).mean(1)

    def mix_experts(self, trunk: Tensor) -> tuple[Tensor, Tensor]:
        """Gates [N, D', E] and the experts' outputs mixed by them [N, D', K]."""
        e, hidden = self.config.experts, self.config.expert_hidden
        gate = F.relu(self.gate_trunk(trunk).unsqueeze(1) + self.gate_device)  # [N, D', gate]
        gates = torch.softmax(self.gate_out(gate), dim=-1)
        hidden_units = F.relu(self.expert_in(trunk)).reshape(-1, e, hidden).transpose(0, 1)  # [E, N, hidden]
        experts = F.relu(torch.matmul(hidden_units, self.expert_out)).transpose(0, 1)  # [N, E, K]
        return gates, torch.matmul(gates, experts)

    def embed(self, patch: Tensor) -> Tensor:
        """The out-of-distribution embedding alone, [N, c + 2M]."""
        mid, deep = self.features(patch)
        hu, sd = self.pooled_hu(patch, mid)
        return self.embedding(self.pool_deep(deep)[0], hu, sd)

    def forward(self, patch: Tensor, acquisition: Tensor) -> Output:
        """patch [N, 1, D, H, W] normalised, acquisition [N, columns]."""
        mid, deep = self.features(patch)
        hu, sd = self.pooled_hu(patch, mid)
        mean, pooled, cam = self.pool_deep(deep)
        header = self.acquisition(acquisition)  # [N, acquisition_width]
        trunk = F.relu(self.trunk(torch.cat([mean, pooled, hu, sd, header], dim=1)))  # [N, t]

        # Standardised vBMD: linear in pooled HU and nothing else, so that it must follow HU on any scan.
        vbmd = (hu * self.hu_weights(header)).sum(1) + self.hu_offset(header).reshape(-1)  # [N]

        gates, mixed = self.mix_experts(trunk)
        n_dev = len(DEVICES)
        shared = torch.cat([vbmd.unsqueeze(1), hu], dim=1).unsqueeze(1)  # [N, 1, 1 + M]
        per_device = torch.cat([mixed, torch.cat([shared] * n_dev, dim=1)], dim=2).transpose(
            0, 1
        )  # [D', N, K + 1 + M]
        heads = (torch.matmul(per_device, self.device_out) + self.device_bias).transpose(
            0, 1
        )  # [N, D', HEADS]

        cam_share = (
            cam.reshape(-1, self.depths[2] * self.planes[2][0] * self.planes[2][1]).mean(1).reshape(-1, 1, 1)
        )
        logits = torch.cat([heads[:, :, 1:3], heads[:, :, 3:4] + cam_share], dim=2)  # [N, D', 3]
        low, high = LOG_VARIANCE_RANGE
        variance_vbmd = self.vbmd_variance(trunk).clamp(low, high) + 2 * torch.log(self.vbmd_stats[1])
        variance_abmd = heads[:, :, 4].clamp(low, high) + 2 * torch.log(self.abmd_sd)
        # The spread that the density's own spread gives the probability (decision 0002).
        variance_logit = variance_vbmd + 2 * torch.log(self.chance_slope)
        return Output(
            vbmd=vbmd * self.vbmd_stats[1] + self.vbmd_stats[0],
            abmd=heads[:, :, 0] * self.abmd_sd + self.abmd_mean,
            classLogits=logits,
            levelLogits=self.level(trunk),
            logVariance=torch.cat([variance_vbmd, variance_abmd, variance_logit], dim=1),
            gates=gates,
            oodScore=self.ood_score(self.embedding(mean, hu, sd)),
            cam=cam,
        )


class PlainNet(VertebraNet):
    """The comparison's single-task CNN: the same convolutions, mean pooling, one linear layer to the classes.

    It answers classLogits alone; all else of its Output is NaN, and it is never exported.
    """

    def __init__(self, config: ModelConfig, patch: PatchConfig) -> None:
        super().__init__(config, patch)
        self.classes = nn.Linear(config.channels[2] + config.acquisition_width, 3 * len(DEVICES))

    def forward(self, patch: Tensor, acquisition: Tensor) -> Output:
        mean = self.pool_deep(self.features(patch)[1])[0]
        classes = self.classes(torch.cat([mean, self.acquisition(acquisition)], dim=1))
        count, n_dev = len(patch), len(DEVICES)

        def unknown(*shape: int) -> Tensor:
            return torch.full((count, *shape), torch.nan)

        return Output(
            vbmd=unknown(),
            abmd=unknown(n_dev),
            classLogits=classes.reshape(count, n_dev, 3),
            levelLogits=unknown(len(LEVELS)),
            logVariance=unknown(1 + 2 * n_dev),
            gates=unknown(n_dev, self.config.experts),
            oodScore=unknown(),
            cam=unknown(self.depths[2], *self.planes[2]),
        )


def build_model(config: ModelConfig, patch: PatchConfig) -> VertebraNet:
    """The network of a run's settings, untrained."""
    kinds = {"experts": VertebraNet, "plain": PlainNet}
    if config.kind not in kinds:
        raise UserError(f"[model] kind must be one of {', '.join(kinds)}, not '{config.kind}'.")
    return kinds[config.kind](config, patch)


def osteoporosis_logit(class_logits: Tensor) -> Tensor:
    """classLogits[..., 2] - logsumexp of the other two, untempered: [N, D', 3] to [N, D']."""
    return class_logits[..., 2] - torch.logsumexp(class_logits[..., :2], dim=-1)


def count_multiply_adds(model: VertebraNet) -> int:
    """Multiply-adds of the convolutions and linear layers for one patch."""
    total = 0

    def hook(layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        if isinstance(layer, nn.Conv2d):
            kh, kw = layer.kernel_size
            total += output.numel() * layer.in_channels * kh * kw
        elif isinstance(layer, nn.Linear):
            total += output.numel() * layer.in_features

    handles = [layer.register_forward_hook(hook) for layer in model.modules()]
    was_training = model.training
    model.eval()
    with torch.no_grad():
        model(torch.zeros(1, 1, *model.patch.size), torch.zeros(1, feature_columns()["contrast"].stop))
    model.train(was_training)
    for handle in handles:
        handle.remove()
    return total
