"""A model behind FastAPI, as it is written in an afternoon: the vector comes with the request. Reads the file that MODEL names."""

import os

import numpy as np
import xgboost
from fastapi import FastAPI
from pydantic import BaseModel

booster = xgboost.Booster(model_file=os.environ["MODEL"])
booster.set_param({"nthread": 1})
app = FastAPI()


class Row(BaseModel):
    vector: list[float]


@app.post("/predict")
def predict(row: Row) -> dict[str, float]:
    vector = np.asarray([row.vector], dtype=np.float32)
    return {"score": float(booster.inplace_predict(vector)[0])}
