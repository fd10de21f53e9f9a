"""What chance alone would do: binomial tails, robust spread, and how many flags chance may raise. Pure."""

from collections.abc import Iterable, Sequence
from math import erfc, exp, lgamma, log, log1p, sqrt
from statistics import median

MAD_TO_SIGMA = 1.4826
"""Makes the median absolute deviation of a normal sample its standard deviation."""


def binomial_tail(k: int, n: int, p: float) -> float:
    """P(X ≥ k) for X ~ Binomial(n, p)."""
    if k <= 0 or p >= 1.0:
        return 1.0 if k <= n else 0.0
    if k > n or p <= 0.0:
        return 0.0
    odds = p / (1.0 - p)
    term = exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p))
    total, at = term, k
    while at < n:
        term *= (n - at) / (at + 1) * odds
        total += term
        at += 1
        if at > n * p and term < total * 1e-17:
            break
    return min(1.0, total)


def binomial_two_sided(k: int, n: int, p: float) -> float:
    """Twice the smaller tail, at most 1."""
    return min(1.0, 2.0 * min(binomial_tail(k, n, p), binomial_tail(n - k, n, 1.0 - p)))


def normal_two_sided(z: float) -> float:
    """P(|Z| ≥ |z|) for a standard normal Z."""
    return erfc(abs(z) / sqrt(2.0))


def benjamini_hochberg(chances: Sequence[float], rate: float, *, tested: int | None = None) -> set[int]:
    """The places of `chances` that stand when at most `rate` of those that stand may be false (Benjamini-Hochberg).

    `tested`: how many were compared in all, where those not listed have a chance near 1.
    """
    count = max(tested or 0, len(chances))
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    standing = 0
    for rank, place in enumerate(order, 1):
        if chances[place] <= rate * rank / count:
            standing = rank
    return set(order[:standing])


def spread(values: Iterable[float]) -> tuple[float, float]:
    """The median and the median absolute deviation. ValueError for nothing."""
    known = list(values)
    if not known:
        raise ValueError("no values")
    middle = median(known)
    return middle, median(abs(value - middle) for value in known)


def robust_z(value: float, middle: float, deviation: float) -> float | None:
    """(value − median) / (1.4826 · MAD); None where nothing spreads, so that ranks decide instead."""
    return (value - middle) / (MAD_TO_SIGMA * deviation) if deviation else None
