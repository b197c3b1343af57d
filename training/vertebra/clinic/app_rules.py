"""What the viewer decides and this package follows: limits, region, words. One owner, the app's sources.

app-rules.json is written by src/core/results/python-twin.test.ts, which fails where it is not current.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RULES: dict[str, Any] = json.loads(Path(__file__).with_name("app-rules.json").read_text(encoding="utf-8"))
