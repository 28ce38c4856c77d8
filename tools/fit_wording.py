"""Fit the wording prior from pairs of posts by one author about one link, of which one was shared more.

    python tools/fit_wording.py TRAIN.jsonl --val VAL.jsonl --date 2026-11-22 --attribution TEXT … [--states FILE]

Reading 20,522 texts with the embedded model takes some 20 minutes on two cores; `--states` keeps what came of it in a
file and reads it from there the next time. The same files, states and date give the same bytes.

The quick depth is a logistic regression on n-grams and features, drawn towards what can be said in them of another's
judgement: a regression on the embedded model's states, which know what words are alike. The full depth is one
regression on n-grams, features and states together.
"""

import argparse
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from scipy.sparse.linalg import LinearOperator, cg

from soundalike.encoder.encoder import embedded_encoder
from soundalike.virality.backtest import logistic
from soundalike.virality.scales import Scales
from soundalike.virality.wording import LAYERS, LAYOUT, WordingPrior, plain_texts, read_wordings
from soundalike.virality.wording_file import SHIPPED, load_prior, save_prior

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

FOLDS = 5
# Chosen by accuracy out of fold on the training pairs; flat around these.
LABELS = 1.0  # freedom of the weights of rows
STATES = 0.0005  # freedom of the weights of states, whose differences have a variance of 1
STUDENT = 0.3  # how strongly the ridge that puts the teacher's judgement in words is held back
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Pairs:
    """Texts, the first ones of all pairs and then the second ones; `won` is 1 where the first was shared more."""

    texts: list[str]
    won: Floats

    @classmethod
    def read(cls, path: Path) -> "Pairs":
        """Read lines of JSON with `first`, `second` and `more_retweeted`."""
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        texts = [row[side] for side in ("first", "second") for row in rows]
        return cls(texts, np.array([row["more_retweeted"] == "first" for row in rows], dtype=np.float64))

    def __len__(self) -> int:
        return len(self.won)

    @cached_property
    def folds(self) -> NDArray[np.intp]:
        """A number for each pair; pairs that share a link or a text have the same."""
        group = list(range(len(self)))
        seen: dict[str, int] = {}
        for pair in range(len(self)):
            texts = self.texts[pair], self.texts[pair + len(self)]
            for key in {*texts, *_LINK.findall(" ".join(texts))}:
                group[_root(group, pair)] = _root(group, seen.setdefault(key, pair))
        roots = np.array([_root(group, pair) for pair in range(len(self))])
        dealt = np.random.default_rng(0).integers(0, FOLDS, len(self))
        return dealt[roots].astype(np.intp)


@dataclass(frozen=True)
class Material:
    """The training pairs as numbers: rows of `LAYOUT`, one a text, and states of variance 1 over pairs."""

    pairs: Pairs
    rows: csr_matrix
    states: Floats

    @cached_property
    def row_leads(self) -> csr_matrix:
        """Rows of first texts less those of the second."""
        return (self.rows[: len(self.pairs)] - self.rows[len(self.pairs) :]).tocsr()

    @cached_property
    def state_leads(self) -> Floats:
        """The same of states."""
        return differ(self.states)


def main() -> None:
    """Fit, save, and say how well pairs are judged that were not fitted on."""
    asked = _options()
    train, val = Pairs.read(asked.train), Pairs.read(asked.val)
    states = read_states([*train.texts, *val.texts], asked.states)[: len(train.texts)]
    reading = read_wordings(train.texts)
    scales = Scales.of(LAYOUT, reading, len(train.texts))
    spread = differ(states).std(axis=0)
    material = Material(train, as_matrix(scales, reading), states / spread)
    prior, scores = fit(material, scales, spread)
    told = {f"{depth} out of fold": accuracy(score, train.won) for depth, score in scores.items()}
    save_prior(prior, asked.out, about=_about(asked, told))
    kept = load_prior(asked.out)
    for depth in ("quick", "full"):
        told[f"{depth} on validation"] = accuracy(differ(kept.scores(val.texts, depth)), val.won)
    for name, share in told.items():
        print(f"{share:.1%} of pairs right, {name}")
    print(f"{asked.out.stat().st_size / 1e6:.2f} MB: {asked.out}")


def fit(material: Material, scales: Scales, spread: Floats) -> tuple[WordingPrior, dict[str, Floats]]:
    """The prior, and its scores of the training pairs by fits that did not know them."""
    pairs, rows, states = material.pairs, material.row_leads, material.state_leads
    scores = {"quick": np.zeros(len(pairs)), "full": np.zeros(len(pairs))}
    for fold in range(FOLDS):
        other = pairs.folds == fold
        in_rows, in_states = fit_full(material, ~other)
        scores["quick"][other] = rows[other] @ fit_quick(material, ~other)
        scores["full"][other] = rows[other] @ in_rows + states[other] @ in_states
    slopes = {depth: slope(score, pairs.won) for depth, score in scores.items()}
    everyone = np.ones(len(pairs), dtype=np.bool_)
    in_rows, in_states = fit_full(material, everyone)
    prior = WordingPrior(
        scales,
        quick=slopes["quick"] * fit_quick(material, everyone),
        full=slopes["full"] * in_rows,
        states=slopes["full"] * (in_states / spread).reshape(len(LAYERS), -1),
    )
    return prior, scores


def fit_quick(material: Material, known: Mask) -> Floats:
    """Weights of rows from the known pairs: the teacher's judgement in words, then what the labels add."""
    won, both = material.pairs.won[known], np.concatenate([known, known])
    [teacher] = fit_logistic([(material.state_leads[known], STATES)], won)
    judged = material.states[both] @ teacher
    said = fit_ridge(material.rows[both], judged - judged.mean(), STUDENT)
    leads = material.row_leads[known]
    [added] = fit_logistic([(leads, LABELS)], won, offset=leads @ said)
    return said + added


def fit_full(material: Material, known: Mask) -> tuple[Floats, Floats]:
    """Weights of rows and of states from the known pairs, fitted together."""
    blocks = [(material.row_leads[known], LABELS), (material.state_leads[known], STATES)]
    in_rows, in_states = fit_logistic(blocks, material.pairs.won[known])
    return in_rows, in_states


def fit_logistic(
    blocks: Sequence[tuple[Any, float]], won: Floats, *, offset: Floats | float = 0.0
) -> list[Floats]:
    """Weights without intercept that make outcomes likely beside an offset, one array for each block of columns.

    A block is a matrix, sparse or dense, and its freedom: |w|² / (2 · freedom) is what its weights cost.
    """
    cuts = np.cumsum([matrix.shape[1] for matrix, _ in blocks])
    cost = np.concatenate([np.full(matrix.shape[1], 1 / freedom) for matrix, freedom in blocks])

    def loss(weights: Floats) -> tuple[float, Floats]:
        parts = np.split(weights, cuts[:-1])
        lead = offset + sum(matrix @ part for (matrix, _), part in zip(blocks, parts, strict=True))
        wrong = logistic(lead) - won
        slopes = np.concatenate([matrix.T @ wrong for matrix, _ in blocks])
        value = np.sum(np.logaddexp(0, lead) - won * lead) + cost @ (weights * weights) / 2
        return float(value), slopes + cost * weights

    found = minimize(loss, np.zeros(cuts[-1]), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return np.split(found.x, cuts[:-1])


def fit_ridge(rows: csr_matrix, target: Floats, strength: float) -> Floats:
    """Weights with least |Xw - target|² + strength·|w|², by way of the dual."""
    system = LinearOperator(
        (len(target),) * 2, matvec=lambda v: rows @ (rows.T @ v) + strength * v, dtype=np.float64
    )
    alpha, _ = cg(system, target, rtol=1e-4, maxiter=300)
    weights: Floats = rows.T @ alpha
    return weights


def slope(score: Floats, won: Floats) -> float:
    """What a score has to be multiplied by to be log odds."""
    [weights] = fit_logistic([(score[:, None], 1e6)], won)
    return float(weights[0])


def accuracy(score: Floats, won: Floats) -> float:
    """Share of pairs in the right order."""
    return float(np.mean((score > 0) == (won > 0)))


def differ(values: Floats) -> Floats:
    """Values of first texts less those of the second."""
    half = len(values) // 2
    difference: Floats = values[:half] - values[half:]
    return difference


def as_matrix(scales: Scales, reading: Any) -> csr_matrix:  # noqa: ANN401 - of wording.py
    """The rows of a reading, sparse columns first."""
    rows = scales.rows(reading)
    sparse = csr_matrix((rows.value, (rows.row, rows.column)), shape=(len(rows.dense), rows.columns))
    return hstack([sparse, csr_matrix(rows.dense)]).tocsr()


def read_states(texts: Sequence[str], kept: Path | None) -> Floats:
    """States of texts, layers side by side; from a file if there is one of these texts."""
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    if kept and kept.is_file():
        with np.load(kept) as file:
            if str(file["digest"]) == digest:
                return np.asarray(file["states"], dtype=np.float64)
    states = embedded_encoder(max(LAYERS)).states(plain_texts(texts), after=LAYERS).reshape(len(texts), -1)
    if kept:
        np.savez(kept, digest=digest, states=states)
    return states.astype(np.float64)


def _root(group: list[int], place: int) -> int:
    while group[place] != place:
        group[place] = group[group[place]]
        place = group[place]
    return place


def _about(asked: argparse.Namespace, told: dict[str, float]) -> dict[str, Any]:
    files = [asked.train, asked.val]
    return {
        "fitted_on": asked.date,
        "sources": [
            {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in files[:1]
        ],
        "attribution": asked.attribution,
        "kept": "weights of hashed n-grams, of features and of states; no posts",
        "right": {name: round(share, 4) for name, share in told.items()},
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fit the wording prior from pairs of posts.")
    parser.add_argument("train", type=Path, help="pairs to learn from, lines of JSON")
    parser.add_argument("--val", type=Path, required=True, help="pairs to say how well it went")
    parser.add_argument("--date", required=True, help="the day to write into the file")
    parser.add_argument("--attribution", action="append", default=[], help="source, licence and credit")
    parser.add_argument("--states", type=Path, help="keeps what the embedded model made of the texts (.npz)")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    return parser.parse_args()


if __name__ == "__main__":
    main()
