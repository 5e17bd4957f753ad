"""Labelled pages to a model, and its measures. Needs scikit-learn."""

from detector.extras import need

need("sklearn", "train", "training and evaluating a model")
