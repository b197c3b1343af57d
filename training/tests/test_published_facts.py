"""The simulator against published facts, on a sample small enough for every commit (docs/simulator.md)."""

import numpy as np
import pytest

from vertebra.evidence.metrics import area_under_curve
from vertebra.facts import Drawn, Fact, draw_people, people_facts, physics_facts
from vertebra.simulator import constants as c

PEOPLE = 360
# A share of some 100 people scatters by 4 to 5 points: what the full table holds, this sample may miss by so much.
SLACK = {"%": 6.0, "HU": 0.0, "": 0.03}


@pytest.fixture(scope="module")
def people() -> Drawn:
    return draw_people(PEOPLE)


def misses(facts: list[Fact]) -> list[str]:
    return [
        f"{f.name}: {f.value:.3f} {f.unit}, published {f.published}"
        for f in facts
        if not f.low - SLACK[f.unit] <= f.value <= f.high + SLACK[f.unit]
    ]


def test_physics_is_as_published() -> None:
    assert [f.name for f in physics_facts() if not f.holds] == []


def test_people_are_as_published(people: Drawn) -> None:
    assert misses(people_facts(people)) == []


def test_density_alone_neither_tells_all_nor_nothing(people: Drawn) -> None:
    """The network must be able to beat mean HU, and mean HU must be as good as in published cohorts."""
    positive = people.osteoporosis[people.sound]
    auc = area_under_curve(positive, -people.vbmd[people.sound])
    assert 0.78 < auc < 0.92  # of the true density; the painted baseline, with pick and contrast, is lower
    low = people.osteoporosis[people.vbmd < 80].mean()
    assert low > 4 * people.osteoporosis[people.vbmd > 120].mean() and low > 0.25


def test_thresholds_fall_with_density_as_categories_say(people: Drawn) -> None:
    shares = [
        people.osteoporosis[(people.vbmd >= low) & (people.vbmd < high)].mean()
        for low, high in ((0, 80), (80, 120), (120, 400))
    ]
    assert shares == sorted(shares, reverse=True) and shares[2] < 0.05
    assert np.corrcoef(people.age, people.t_score)[0, 1] < -0.2
    assert set(np.unique(people.level)) == {c.LEVELS.index(x) for x in ("L1", "L2", "L3", "L4")}
