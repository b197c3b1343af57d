"""The network's shapes, its independence of the batch, and the path that keeps absolute HU."""

import pytest
import torch

from vertebra.config import DEVICES, LEVELS, ModelConfig, PatchConfig, TrainConfig, feature_columns
from vertebra.network.augment import AugmentConfig, augment_batch, drop_headers, shift_patches
from vertebra.network.losses import compute_losses, load_balance
from vertebra.network.model import VertebraNet, count_multiply_adds, osteoporosis_logit

N_DEV, EXPERTS = len(DEVICES), ModelConfig().experts
PATCH = PatchConfig()
COLUMNS = feature_columns()["contrast"].stop


@pytest.fixture(scope="module")
def model() -> VertebraNet:
    torch.manual_seed(3)
    return VertebraNet(ModelConfig(), PATCH).eval()


def batch(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(count)
    return (
        torch.randn(count, 1, *PATCH.size, generator=generator),
        torch.randn(count, COLUMNS, generator=generator),
    )


def test_outputs_have_the_contracts_names_and_shapes(model):
    out = model(*batch(3))
    shapes = {name: tuple(value.shape) for name, value in out._asdict().items()}
    assert shapes == {
        "vbmd": (3,),
        "abmd": (3, N_DEV),
        "classLogits": (3, N_DEV, 3),
        "levelLogits": (3, len(LEVELS)),
        "logVariance": (3, 1 + 2 * N_DEV),
        "gates": (3, N_DEV, EXPERTS),
        "oodScore": (3,),
        "cam": (3, 6, 8, 8),
    }


def test_gates_are_shares(model):
    gates = model(*batch(4)).gates
    assert torch.allclose(gates.sum(-1), torch.ones(4, N_DEV), atol=1e-6)
    assert (gates > 0).all()


def test_three_together_equal_three_alone(model):
    patch, acquisition = batch(3)
    together = model(patch, acquisition)
    for n in range(3):
        alone = model(patch[n : n + 1], acquisition[n : n + 1])
        for name, value in alone._asdict().items():
            assert torch.allclose(value[0], getattr(together, name)[n], rtol=1e-4, atol=2e-4), name


def test_untrained_vbmd_follows_hu_with_slope_one(model):
    """The HU path starts at HU / 1.35: a uniform shift of 100 HU adds 74 mg/cm3."""
    patch = torch.zeros(1, 1, *PATCH.size)
    fresh = VertebraNet(ModelConfig(), PATCH).eval()
    fresh.set_label_stats(torch.tensor([60.0, 120.0, 180.0]), torch.rand(3, N_DEV))
    unknown = torch.zeros(1, COLUMNS)
    low, high = (fresh(patch + shift / PATCH.std_hu, unknown).vbmd for shift in (0.0, 100.0))
    assert (high - low).item() == pytest.approx(100 / 1.35, rel=0.05)


def test_budget_of_the_first_network(model):
    assert sum(p.numel() for p in model.parameters()) < 1_000_000
    assert count_multiply_adds(model) < 0.3e9


def test_osteoporosis_logit_is_the_classs_log_odds():
    logits = torch.tensor([[[0.3, -1.2, 0.9]]])
    chance = torch.softmax(logits, -1)[..., 2]
    assert torch.allclose(osteoporosis_logit(logits), torch.logit(chance), atol=1e-6)


def test_load_balance_is_zero_for_even_shares_and_grows():
    even = torch.full((5, N_DEV, 4), 0.25)
    single = torch.zeros(5, N_DEV, 4)
    single[..., 1] = 1
    assert load_balance(even).item() == pytest.approx(0, abs=1e-6)
    assert load_balance(single).item() == pytest.approx(3)


def test_every_parameter_gets_a_gradient():
    torch.manual_seed(5)
    model = VertebraNet(ModelConfig(), PATCH)
    patch, acquisition = batch(4)
    labels = {
        "vbmd": torch.tensor([40.0, 90.0, 150.0, 210.0]),
        "abmd": torch.rand(4, N_DEV) + 0.5,
        "class": torch.randint(0, 3, (4, N_DEV)),
        "level": torch.tensor([0, 3, 5, 7]),
        "dxa": torch.tensor([True, True, False, True]),
    }
    terms = compute_losses(model, model(patch, acquisition), labels, TrainConfig().weights, True)
    sum(terms.values()).backward()
    silent = [name for name, p in model.named_parameters() if p.grad is None]
    assert silent == []


def test_what_was_not_measured_adds_no_loss():
    """One reading of one machine: the other scales' answers get no gradient from it."""
    torch.manual_seed(6)
    model = VertebraNet(ModelConfig(), PATCH)
    abmd, classes = torch.full((2, N_DEV), torch.nan), torch.full((2, N_DEV), -1)
    abmd[0, 1], classes[0, 1] = 0.8, 2
    labels = {
        "vbmd": torch.tensor([torch.nan, 120.0]),
        "abmd": abmd,
        "class": classes,
        "level": torch.tensor([3, 4]),
        "dxa": torch.tensor([True, True]),
    }
    out = model(*batch(2))
    for value in (out.vbmd, out.abmd, out.classLogits):
        value.retain_grad()
    terms = compute_losses(model, out, labels, ("vbmd", "abmd", "class"), False)
    sum(terms.values()).backward()
    assert out.vbmd.grad[0] == 0 and out.vbmd.grad[1] != 0
    assert (out.abmd.grad != 0).nonzero().tolist() == [[0, 1]]
    assert (out.classLogits.grad != 0).any(-1).nonzero().tolist() == [[0, 1]]


def test_a_batch_without_any_reading_has_finite_losses():
    model = VertebraNet(ModelConfig(), PATCH)
    labels = {
        "vbmd": torch.full((2,), torch.nan),
        "abmd": torch.full((2, N_DEV), torch.nan),
        "class": torch.full((2, N_DEV), -1),
        "level": torch.tensor([3, 4]),
        "dxa": torch.tensor([True, False]),
    }
    terms = compute_losses(model, model(*batch(2)), labels, TrainConfig().weights, True)
    assert all(torch.isfinite(value) for value in terms.values())


def test_shift_moves_voxels_and_fills_from_outside():
    hu = torch.arange(2 * 4 * 4 * 4, dtype=torch.float32).reshape(2, 4, 4, 4)
    still = shift_patches(hu, (0, 0, 0), -200.0, torch.Generator().manual_seed(0))
    assert torch.equal(still, hu)
    moved = shift_patches(hu, (2, 2, 2), -200.0, torch.Generator().manual_seed(1))
    kept = moved[moved > -200]
    assert kept.numel() < hu.numel() and torch.isin(kept, hu).all()


def test_body_shift_moves_vbmd_by_the_kvps_slope_and_drops_dxa_labels():
    config = AugmentConfig(
        gain_sd=0,
        offset_sd_hu=0,
        noise_hu=0,
        blur_probability=0,
        shift_voxels=(0, 0, 0),
        header_dropout=0,
        body_shift_probability=1.0,
    )
    hu, vbmd = torch.full((8, *PATCH.size), 100.0), torch.full((8,), 100.0)
    kvp = torch.tensor([80.0, 140.0] * 4)
    generator = torch.Generator().manual_seed(2)
    patch, _, moved, keeps_dxa = augment_batch(
        hu, torch.zeros(8, COLUMNS), vbmd, kvp, config, PATCH, generator
    )
    middle = patch[:, 0, 12, 32, 32] * PATCH.std_hu + PATCH.mean_hu - 100
    assert torch.allclose(moved - 100, middle / torch.where(kvp == 80, 1.66, 1.28), atol=1e-3)
    assert keeps_dxa.tolist() == [True] + [False] * 7


def test_dropped_headers_are_the_contracts_unknown():
    acquisition = torch.ones(6, COLUMNS)
    dropped = drop_headers(acquisition, 1.0, torch.Generator().manual_seed(0))
    assert dropped[0].tolist() == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1]
