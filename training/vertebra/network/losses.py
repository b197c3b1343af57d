"""The training loss, term by term. All regressions are in units of the label's training SD."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .model import Output, VertebraNet, osteoporosis_logit

BETA = 0.5  # Seitzer et al. 2022, beta-NLL: keeps large variances from silencing the mean's gradient


def gaussian_nll(error: Tensor, log_variance: Tensor, with_mean: bool) -> tuple[Tensor, Tensor]:
    """Losses of the mean and of the variance. Without with_mean the mean follows smooth L1."""
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


def compute_losses(
    model: VertebraNet, out: Output, labels: dict[str, Tensor], chance_clamp: float, with_likelihood: bool
) -> dict[str, Tensor]:
    """labels: vbmd [N], abmd, class, chance [N, D'], level [N], dxa [N] (whether DXA labels hold)."""
    n_dev = out.abmd.shape[1]
    dxa = labels["dxa"]
    vbmd_error = (out.vbmd - labels["vbmd"]) / model.vbmd_stats[1]  # [N]
    abmd_error = ((out.abmd - labels["abmd"]) / model.abmd_sd)[dxa]  # [n, D']
    log_variance_vbmd = out.logVariance[:, 0] - 2 * torch.log(model.vbmd_stats[1])
    log_variance_abmd = (out.logVariance[:, 1 : 1 + n_dev] - 2 * torch.log(model.abmd_sd))[dxa]
    vbmd_loss, vbmd_variance = gaussian_nll(vbmd_error, log_variance_vbmd, with_likelihood)
    abmd_loss, abmd_variance = gaussian_nll(abmd_error, log_variance_abmd, with_likelihood)

    chance = labels["chance"].clamp(chance_clamp, 1 - chance_clamp)[dxa]
    logit = osteoporosis_logit(out.classLogits)[dxa]  # [n, D']
    # The interval of the probability: only its variance is learned, so the mean stays a calibrated class
    # probability.
    _, logit_variance = gaussian_nll(
        (logit - torch.logit(chance)).detach(), out.logVariance[dxa, 1 + n_dev :], False
    )
    cam_mean = out.cam.mean((1, 2, 3))[dxa]
    return {
        "vbmd": vbmd_loss,
        "abmd": abmd_loss,
        "class": F.cross_entropy(out.classLogits[dxa].reshape(-1, 3), labels["class"][dxa].reshape(-1)),
        "chance": F.binary_cross_entropy_with_logits(logit, chance),
        "level": F.cross_entropy(out.levelLogits, labels["level"]),
        "variance": vbmd_variance + abmd_variance + logit_variance,
        "balance": load_balance(out.gates),
        "cam": F.binary_cross_entropy_with_logits(cam_mean, chance.mean(1)),
    }
