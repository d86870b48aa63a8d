"""Where things lie: the recipe's work folder (ignored by git) and the published weights."""

from pathlib import Path
import os

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
WEIGHTS = Path(os.environ.get("RECKON_WEIGHTS", MODELS / "weights"))
WORK = Path(os.environ.get("RECKON_TRAIN_WORK", MODELS / "train" / "work"))
WORK.mkdir(parents=True, exist_ok=True)
WEIGHTS.mkdir(parents=True, exist_ok=True)
