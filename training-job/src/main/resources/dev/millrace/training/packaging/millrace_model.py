"""Loads a Millrace model package for MLflow: scales as the Java side does, then asks XGBoost."""

import json
import os

import numpy
import xgboost


class MillraceModel:
    def __init__(self, folder):
        with open(os.path.join(folder, "millrace.json"), encoding="utf-8") as file:
            self.manifest = json.load(file)
        self.features = self.manifest["features"]
        self.mean = numpy.asarray(self.manifest["scaler"]["mean"], dtype=numpy.float64)
        self.std = numpy.asarray(self.manifest["scaler"]["std"], dtype=numpy.float64)
        self.booster = xgboost.Booster()
        self.booster.load_model(os.path.join(folder, "model.ubj"))

    def predict(self, data, params=None):
        """Scores of a DataFrame with the features as columns, or of an array with one row per vector."""
        if hasattr(data, "columns"):
            data = data[self.features].to_numpy(dtype=numpy.float64, na_value=numpy.nan)
        vectors = numpy.atleast_2d(numpy.asarray(data, dtype=numpy.float64))
        if vectors.shape[1] != len(self.features):
            raise ValueError(f"expected {len(self.features)} features, but came {vectors.shape[1]}")
        scaled = ((vectors - self.mean) / self.std).astype(numpy.float32)
        return self.booster.predict(xgboost.DMatrix(scaled, missing=numpy.nan))


def _load_pyfunc(folder):
    return MillraceModel(folder)
