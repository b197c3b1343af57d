"""The training loss, term by term. All regressions are in units of the label's training SD.

A label that is not known (NaN, class -1) adds nothing: a patient was measured on one machine at most.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.nn import functional as F

from .model import Output, VertebraNet

BETA = 0.5  # Seitzer et al. 2022, beta-NLL: keeps large variances from silencing the mean's gradient
OSTEOPOROSIS = 2


def gaussian_nll(error: Tensor, log_variance: Tensor, with_mean: bool) -> tuple[Tensor, Tensor]:
    """Losses of the mean and of the variance, 0 of nothing. Without with_mean the mean follows smooth L1."""
    if not len(error):
        return error.sum(), error.sum()
    mean_loss = F.smooth_l1_loss(error, torch.zeros_like(error), beta=0.5)
    if with_mean:
        weight = torch.exp((BETA - 1) * log_variance.detach())
        mean_loss = (0.5 * error.square() * weight).mean()
    variance_loss = (0.5 * log_variance + 0.5 * error.detach().square() * torch.exp(-log_variance)).mean()
    return mean_loss, variance_loss


def load_balance(gates: Tensor) -> Tensor:
    """E * sum of squared mean shares - 1 over [N, D', E]: 0 when the experts share the work evenly."""
    share = gates.mean((0, 1))
    return gates.shape[2] * share.square().sum() - 1


def mean_or_zero(values: Tensor) -> Tensor:
    return values.mean() if values.numel() else values.sum()


def compute_losses(
    model: VertebraNet, out: Output, labels: dict[str, Tensor], tasks: Iterable[str], with_likelihood: bool
) -> dict[str, Tensor]:
    """The terms named in tasks.

    labels: vbmd [N], abmd, class [N, D'], level [N], dxa [N] (whether the DXA labels hold).
    """
    wanted = set(tasks)
    n_dev = len(model.abmd_sd)
    terms: dict[str, Tensor] = {}
    variance: list[Tensor] = []
    if "vbmd" in wanted:
        known = labels["vbmd"].isfinite()
        error = ((out.vbmd - labels["vbmd"]) / model.vbmd_stats[1])[known]
        spread = (out.logVariance[:, 0] - 2 * torch.log(model.vbmd_stats[1]))[known]
        terms["vbmd"], loss = gaussian_nll(error, spread, with_likelihood)
        variance.append(loss)
    if "abmd" in wanted:
        known = labels["abmd"].isfinite() & labels["dxa"][:, None]  # [N, D']
        error = ((out.abmd - labels["abmd"]) / model.abmd_sd)[known]
        spread = (out.logVariance[:, 1 : 1 + n_dev] - 2 * torch.log(model.abmd_sd))[known]
        terms["abmd"], loss = gaussian_nll(error, spread, with_likelihood)
        variance.append(loss)
    if "variance" in wanted and variance:
        terms["variance"] = torch.stack(variance).sum()
    known = (labels["class"] >= 0) & labels["dxa"][:, None]  # [N, D']
    if "class" in wanted:
        loss = F.cross_entropy(out.classLogits[known], labels["class"][known], reduction="none")
        terms["class"] = mean_or_zero(loss)
    if "cam" in wanted:
        positive = ((labels["class"] == OSTEOPOROSIS) & known).any(1).float()
        scored = known.any(1)
        mean = out.cam.mean((1, 2, 3))[scored]
        terms["cam"] = mean_or_zero(
            F.binary_cross_entropy_with_logits(mean, positive[scored], reduction="none")
        )
    if "level" in wanted:
        terms["level"] = F.cross_entropy(out.levelLogits, labels["level"])
    if "balance" in wanted:
        terms["balance"] = load_balance(out.gates)
    return terms
