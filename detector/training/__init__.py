"""Training and evaluating models on labelled pages. Needs the extra `train`."""

from detector.extras import need

need("sklearn", "train", "training and evaluating a model")
