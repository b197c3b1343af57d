"""Every reason to leave a vertebra of a clinic's cohort out, or to keep it under a flag; limits from [cohort].

Sources: shared domain notes part 7 (region and exclusions: fracture, cement or metal, cut field of view, slices
above 5 mm, unknown kVp; ISCD: a level whose T-score differs from its neighbours by more than 1; CT and DXA at
most 6 months apart as in Pickhardt et al. 2013, within a month in BMC Musculoskelet Disord 2022, 06076).
docs/own-cohort.md lists the same codes; test_clinic_cohort.py holds both equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Effect = Literal["excluded", "flagged"]

# code: effect, rule
REASONS: dict[str, tuple[Effect, str]] = {
    # the table
    "level-unknown": ("excluded", "the level is none of T10 to L5"),
    "abmd-unreadable": ("excluded", "the areal density is no number"),
    "unit-unknown": ("excluded", "the unit is neither g/cm2 nor mg/cm2"),
    "abmd-implausible": ("excluded", "areal density outside the plausible range"),
    "device-unknown": ("excluded", "the DXA device is not one whose scale is known"),
    "date-unreadable": ("excluded", "a date is not written as 2024-05-31 or 20240531"),
    "duplicate-row": ("excluded", "the same reading stands in an earlier row"),
    "rows-contradict": ("excluded", "two readings of one level on the same day differ"),
    "other-dxa-nearer": ("excluded", "another DXA of this level lies nearer to the CT"),
    "reader-excluded": ("excluded", "the column exclude gives a reason"),
    "fracture": ("excluded", "the reader marked a fracture or loss of height"),
    # matching
    "patient-without-ct": ("excluded", "no CT of this patient was found"),
    "patient-without-dxa": ("excluded", "no row of the table is of this patient"),
    "several-cts": ("excluded", "several CTs fit and the column ct does not say which"),
    "no-level-file": ("excluded", "no file of level centres fits this CT"),
    "several-level-files": ("excluded", "several files of level centres of one kind fit this CT"),
    "level-file-refused": ("excluded", "the file of level centres cannot be used"),
    "level-not-in-dxa": ("excluded", "the CT has this level and the table has not"),
    "level-not-in-ct": ("excluded", "the table has this level and the level file has not"),
    "rejected-pick": ("excluded", "the reader rejected this pick"),
    "levels-implausible": ("excluded", "order or distance of neighbouring centres is no spine's"),
    # the CT
    "ct-unreadable": ("excluded", "the CT does not form one volume in HU"),
    "ct-date-unknown": ("excluded", "neither the header nor the column ct_date dates the CT"),
    "interval-too-long": ("excluded", "CT and DXA lie too far apart in time"),
    "interval-long": ("flagged", "CT and DXA lie more than a month apart"),
    "slices-too-thick": ("excluded", "slices above 5 mm"),
    "slices-thick": ("flagged", "slices above 3 mm"),
    "thickness-unknown": ("flagged", "the slice thickness is not known"),
    "kvp-unknown": ("flagged", "the tube voltage is not known, or outside 80 to 140 kVp"),
    "monoenergetic": ("flagged", "virtual monoenergetic images, which have no tube voltage"),
    "contrast": ("flagged", "contrast agent was given"),
    # the vertebra
    "metal": ("excluded", "metal or cement in the body"),
    "dense-material": ("flagged", "part of the body is denser than bone tissue should be"),
    "body-cut": ("excluded", "the edge of the scan cuts the body or the measuring region"),
    "patch-outside-scan": ("flagged", "part of what the network sees lies outside the scan"),
    "t-score-differs": ("flagged", "the T-score differs from a neighbour's by more than 1"),
    "under-50": ("flagged", "T-scores are not meant for this age"),
}


@dataclass(frozen=True)
class Reason:
    """Why one vertebra, row, CT or patient was left out or flagged."""

    code: str
    sentence: str

    @property
    def effect(self) -> Effect:
        return REASONS[self.code][0]
