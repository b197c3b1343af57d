"""Physics, anatomy and DXA numbers of the simulator, with their sources.

"Estimate" marks a number from general radiological knowledge without a paper at hand, "choice" one of ours. Most
papers were read as abstracts or excerpts only (../../../../shared/domain.md lists where).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

LEVELS: tuple[str, ...] = ("T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5")
DEVICES: tuple[str, ...] = ("ge-lunar", "hologic", "norland", "standardised")
CLASSES: tuple[str, ...] = ("normal", "osteopenia", "osteoporosis")
KVPS: tuple[int, ...] = (80, 100, 120, 140)

# --- CT physics --------------------------------------------------------------------------------------------
# Effective HU per mg/cm3 hydroxyapatite, volume displacing. Fitted with mass attenuation coefficients (XCOM,
# recalled, checked on water) to the kVp ratios of large L1 cohorts (100 kVp x0.927 and 140 kVp x1.053 to 120
# kVp, n = 16,747; 80 kVp differs by 23 %, n = 538,946).
HA_SLOPE_HU: dict[int, float] = {80: 1.66, 100: 1.46, 120: 1.35, 140: 1.28}
# HU of pure lipid at the same effective energies (XCOM triglyceride, 0.92 g/cm3); yellow marrow phantoms
# agree (Eur Radiol Exp 2020, s41747-019-0125-2: -130 at 80 kV, -98 at 140 kV).
LIPID_HU: dict[int, float] = {80: -128.0, 100: -120.0, 120: -115.0, 140: -111.0}
RED_MARROW_HU = 50.0  # same source; treated as independent of kVp
HA_DENSITY_MG_CM3 = 3160.0  # density of hydroxyapatite crystal
# Iodine enhancement relative to 120 kVp: 24 to 43 HU per mg I/ml from 140 to 80 kVp (XCOM).
IODINE_RELATIVE: dict[int, float] = {80: 1.48, 100: 1.20, 120: 1.00, 140: 0.83}


def at_kvp(table: Mapping[int, float], kvp: float) -> float:
    """A tabulated number at any tube voltage, linear between the entries and constant beyond them."""
    return float(np.interp(kvp, list(table), list(table.values())))


QCT_SLOPE_HU = HA_SLOPE_HU[120]  # HU per mg/cm3 by which a 120 kVp phantom reads vBMD

# Marrow enhancement at 120 kVp in HU, mean and SD: L1 +13.5 arterial, +18.2 portal (UMC Utrecht, "Intravenous
# contrast injection significantly affects bone mineral density"); +14.4 and +25.7 in a later series.
MARROW_ENHANCEMENT_HU: dict[str, tuple[float, float]] = {
    "none": (0, 0),
    "arterial": (14, 7),
    "venous": (22, 8),
}

# Tissue HU at 120 kVp (mean, SD between patients): estimates; blood and fat after internal calibration
# studies.
TISSUE_HU: dict[str, tuple[float, float]] = {
    "fat": (-103, 7),
    "muscle": (50, 8),
    "disc": (78, 12),
    "sac": (18, 6),
    "cord": (36, 4),
    "blood": (41, 5),
    "lung": (-850, 40),
    "liver": (57, 8),
    "spleen": (48, 5),
    "kidney": (31, 4),
    "bowel": (30, 10),
    "gas": (-950, 20),
    "cartilage": (110, 20),
    "skin": (20, 8),
}
AORTA_ENHANCED_HU: dict[str, tuple[float, float]] = {"arterial": (300, 60), "venous": (150, 20)}
IVC_ENHANCED_HU: dict[str, tuple[float, float]] = {"arterial": (70, 20), "venous": (140, 20)}

# Scanner bias between calibrations (choice, after the drift in PMC6682570 and the < 10 % scanner spread of 50
# scanners).
SCANNER_GAIN_SD = 0.03
SCANNER_OFFSET_SD_HU = 4.0
SIZE_TERM_HU_PER_CM = -0.3  # per cm water-equivalent diameter above 30 cm

# Trabecular HU of one patient varies less between scanner models than 10 % (538,946 CTs, 50 scanners).
# Noise SD in soft tissue at 1.25 mm and 5 mm, low and high end, HU; in-plane PSF sigma in mm from MTF50 of
# .30-.36 / .36-.45 / .6-.9 per mm (sigma = 0.1874 / MTF50). Estimates.
NOISE_SD_HU: dict[str, dict[str, tuple[float, float]]] = {
    "smooth": {"thin": (16, 25), "thick": (8, 12)},
    "standard": {"thin": (20, 30), "thick": (10, 15)},
    "sharp": {"thin": (50, 100), "thick": (25, 45)},
}
DOSE_LOG_SD = 0.45  # of one site's scans (choice): noise varies by 1.25 either way
PSF_SIGMA_MM: dict[str, tuple[float, float]] = {
    "smooth": (0.52, 0.63),
    "standard": (0.42, 0.52),
    "sharp": (0.21, 0.31),
}
# Real header strings by class (vendor conventions: Siemens B/Br/I, GE names, Canon FC, Philips letters).
KERNEL_NAMES: dict[str, tuple[str, ...]] = {
    "smooth": ("B20f", "B30f", "B31f", "Br36f", "Bf37f", "I30f", "FC03", "FC04", "SOFT", "A"),
    "standard": ("B40f", "Br40d", "I40f", "STANDARD", "FC08", "FC18", "B", "C", "Br44f"),
    "sharp": ("B60f", "B70f", "Br59d", "Bl57f", "BONE", "BONEPLUS", "LUNG", "FC30", "FC51", "D", "E"),
}

# --- Anatomy -----------------------------------------------------------------------------------------------
# Means in mm, estimate of a recalled cadaver table (quantitative anatomy of the thoracolumbar spine);
# T10 extrapolated from T11. Columns: superior and inferior endplate width, depth, posterior height, canal
# width, canal depth, pedicle width, pedicle height.
LEVEL_GEOMETRY_MM: dict[str, tuple[float, ...]] = {
    "T10": (33.0, 35.5, 31.0, 20.5, 17.0, 15.5, 7.5, 16.5),
    "T11": (35.0, 39.0, 32.0, 21.0, 18.0, 15.5, 8.5, 17.5),
    "T12": (39.0, 42.0, 33.0, 22.5, 22.0, 18.0, 9.0, 17.0),
    "L1": (41.0, 43.0, 34.0, 24.0, 23.5, 19.0, 8.5, 16.0),
    "L2": (43.0, 45.5, 34.5, 24.5, 24.0, 18.0, 8.5, 15.0),
    "L3": (44.0, 48.0, 35.0, 24.0, 24.0, 17.5, 10.0, 14.5),
    "L4": (47.0, 49.5, 35.5, 24.0, 25.5, 18.5, 14.0, 15.5),
    "L5": (47.0, 49.0, 34.5, 23.0, 27.0, 19.5, 18.0, 19.5),
}
SEX_SCALE: dict[str, float] = {"F": 0.94, "M": 1.05}
SIZE_SD = 0.04  # choice, calibrated with the DXA (docs/experiments.md)
# Sagittal wedging of the body in degrees, ventral positive, female and male: PMC2899959 table 1 (n = 240);
# T10 as T11.
WEDGE_DEG: dict[str, tuple[float, float]] = {
    "T10": (4.0, 4.8), "T11": (4.6, 5.4), "T12": (3.5, 4.9), "L1": (2.6, 4.1), "L2": (0.7, 2.6),
    "L3": (-1.1, 1.3), "L4": (-3.1, -0.7), "L5": (-7.8, -4.6),
}  # fmt: skip
WEDGE_SD_DEG = 2.0
# Disc height below each level, mm: 7 to 12 mm upright in the lumbar spine, rising T12-L1 to L4-5, less at
# L5-S1; thoracic by the centroid spacings of VerSe 2020 (T11-T12 29.8, L1-L2 33.4, L3-L4 33.8 mm).
DISC_BELOW_MM: dict[str, float] = {
    "T10": 5.5, "T11": 6.5, "T12": 7.5, "L1": 8.5, "L2": 9.5, "L3": 10.0, "L4": 10.5, "L5": 9.0,
}  # fmt: skip
# Cortical shell thickness mm: histology lumbar 0.29, thoracic 0.244 (10.1359/jbmr.1997.12.1.89);
# direct L1 shell and endplate 0.35 (Washington University, direct and CT thickness); range 0.09 to 0.86.
SHELL_MM: tuple[float, float, float] = (
    0.37,
    0.07,
    0.22,
)  # mean, SD, least (choice, at the upper end: see below)
# Trabeculae condense under the shell; choice, so that rims in simulated CT peak where those of the three
# real CTs do.
SUBCORTICAL_MINERAL_MG_CM3 = 90.0
SUBCORTICAL_MM = 2.5
SHELL_MINERAL_MG_CM3 = 900.0
# Trabecular density by level relative to L1 (choice after the T10-L1 fall and the minimum at L3 of
# PMC6047377).
LEVEL_DENSITY: dict[str, float] = {
    "T10": 1.08, "T11": 1.06, "T12": 1.04, "L1": 1.00, "L2": 0.98, "L3": 0.96, "L4": 0.97, "L5": 1.01,
}  # fmt: skip
LEVEL_DENSITY_SD = 0.06
# L1 attenuation: 226 HU in young adults, -2.5 HU a year, SD 38 to 44 (PubMed 30912719, n = 20,374).
L1_YOUNG_HU = 226.0
L1_YOUNG_AGE = 30.0
L1_LOSS_HU_PER_YEAR = 2.5
L1_SD_HU = 38.0
# Proton-density fat fraction of lumbar marrow: about .30 at 25 y (Front Endocrinol 2018, 00141), .45 to .55
# at 60 to 79 y.
FAT_FRACTION_25Y = 0.29
FAT_FRACTION_PER_YEAR = 0.0045
FAT_FRACTION_SD = 0.08

# Marrow fat rises from L1 to L5 by 5 to 8 points (estimate).
FAT_FRACTION_PER_LEVEL = 0.012
# Meso-scale heterogeneity of trabecular density in mg/cm3, SD: lognormal, independent of density. Relative SD
# .15 (young, 165 mg/cm3) to .45 (old, 90 mg/cm3) and growth with age after PMC3170516; three real CTs have
# 14 to 95 HU in the ROI (../../shared/data), so the spread between people is wide.
TEXTURE_MG = 21.0
TEXTURE_LOG_SD = 0.50
TEXTURE_LOG_PER_DECADE = 0.06
# How far one person's posterior elements and shell follow the person's trabecular density, as correlations
# at equal age (choice, calibrated; docs/experiments.md). The flat prior sets both to 0.
POSTERIOR_COUPLING = 0.40
SHELL_COUPLING = 0.50
# Posterior elements at 60 years: trabecular mineral (mg/cm3), cortex (mm), their log SD and log loss per 15
# years (estimates).
POSTERIOR_SIZE_SD = 0.035  # of their linear size between people (estimate)
POSTERIOR_MINERAL = (185.0, 0.25, 0.19)
POSTERIOR_SHELL_MM = (0.85, 0.24, 0.17)

# Wear (osteophytes, facet arthrosis): log SD between people of its growth with age, factor of its size (choice,
# calibrated): it moves DXA in the old and not the trabecular compartment.
WEAR_LOG_SD = 0.5
WEAR_SIZE = 1.0

# --- Pathology, share of vertebrae T10 to L5 ---------------------------------------------------------------
# Vertebral fracture: NHANES 40 years and older 5.4 % of people (PMC7422504); on CT in China women 5.1 % below
# 50 to 33 % above 70, men 14.7 to 23.2 % (Front Endocrinol 2022, 1013597), half of it below T10 (estimate).
# Haemangioma 10 to 12 % and Schmorl nodes 20 to 40 % of people; the others are estimates.
DEFORMITY_RATE_AT_60 = 0.014
DEFORMITY_RATE_PER_15_Y = 2.2  # factor
DEFORMITY_PER_SD = 1.5  # factor per SD of density below the age mean
SCHMORL_RATE = 0.05
LESION_RATE: dict[str, float] = {
    "haemangioma": 0.014, "island": 0.010, "sclerotic": 0.006, "lytic": 0.006, "cement": 0.005,
    "screws": 0.005, "metal": 0.004,
}  # fmt: skip

# --- DXA ---------------------------------------------------------------------------------------------------
# Hui et al. 1997 (J Bone Miner Res 12:1463), spine: sBMD = slope * (device - centre) + 1.0436, g/cm2.
HUI_CENTRE_SBMD = 1.0436
HUI: dict[str, tuple[float, float]] = {
    "ge-lunar": (0.9683, 1.100), "hologic": (1.0550, 0.972), "norland": (0.9743, 0.969),
}  # fmt: skip
# Young white women per level on the Hologic scale (Biol Direct 2025, s13062-025-00627-w, table 1: L1 to
# L4); other levels extrapolated (choice).
YOUNG_ADULT_HOLOGIC: dict[str, tuple[float, float]] = {
    "T10": (0.830, 0.125),
    "T11": (0.860, 0.125),
    "T12": (0.900, 0.126),
    "L1": (0.960, 0.128),
    "L2": (1.064, 0.128),
    "L3": (1.100, 0.127),
    "L4": (1.086, 0.121),
    "L5": (1.090, 0.125),
}
YOUNG_ADULT_SPINE_HOLOGIC: tuple[float, float] = (1.047, 0.110)  # L1 to L4, estimate; maps to sBMD 1.12
# Machines of one make differ and readings repeat imperfectly (choice after Fan 2010, SEE 4 to 7 % between
# makes, and precision CV 1.5 % of the spine, 2 to 3 % more for one vertebra's edges).
DEVICE_SLOPE_SD = 0.015
DEVICE_OFFSET_SD = 0.012
DXA_PRECISION_CV = 0.015
DXA_EDGE_CV = 0.025
T_OSTEOPOROSIS = -2.5
T_OSTEOPENIA = -1.0
SOFT_TISSUE_CV = 0.03  # soft tissue and fat in the beam (choice)
# The external hospital's make is in no table of ours: 3.1 % below Lunar at L1 to L4 (as OsteoSys, e-jbm 627),
# with a reference population of its own (choice).
HIDDEN_TO_LUNAR = 0.969
HIDDEN_REFERENCE = 0.985
