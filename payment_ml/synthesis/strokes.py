"""Turn the control points of allographs into smooth strokes, for many digits at once."""

import itertools
from collections.abc import Sequence

import numpy as np

from payment_ml.synthesis.allographs import Allograph, FormPoint

CHUNK = 4  # segments of a stroke that are drawn with one thickness
_HOOK = 0.05  # digit heights: the length along which a stroke's entry or exit is sampled, at least
_TENSION = 0.5  # exponent of the distances between knots: centripetal, which makes no loops between points


class StrokeTable:
    """Hold the strokes of several allographs as matrices that map control points to points along the strokes.

    Each stroke has an additional control point at both ends, at first upon the end, which can be moved to give the
    stroke an entry or an exit.

    Attributes
    ----------
    forms : float32 [allographs, forms, control points, 2], x and y in digit heights, y upwards; missing forms repeat
        the first, missing control points are 0
    form_counts : int [allographs]
    hooks : float32 [allographs, control points], 1 for the entry of the first stroke, -1 for the exit of the last
    sources : int [allographs, control points], the point that each point moves with: itself, or the end that it doubles
    loose : float32 [allographs, control points], 1 at the ends of strokes, where people are least exact, 0 elsewhere
    chunks : int [allographs, chunks, 5], indices into the points along the strokes
    begins, ends : bool [allographs, chunks], whether a chunk is the first or last of its stroke
    """

    def __init__(self, allographs: Sequence[Allograph], chunks: int):
        """Sample each allograph by `chunks` chunks, which its strokes share by their lengths."""
        sizes = [sum(len(stroke) + 2 for stroke in allograph.forms[0]) for allograph in allographs]
        counts = [len(allograph.forms) for allograph in allographs]
        most_strokes = max(len(allograph.forms[0]) for allograph in allographs)
        samples = CHUNK * chunks + most_strokes
        self.forms = np.zeros((len(allographs), max(counts), max(sizes), 2), np.float32)
        self.form_counts = np.array(counts)
        self.hooks = np.zeros((len(allographs), max(sizes)), np.float32)
        self.sources = np.tile(np.arange(max(sizes)), (len(allographs), 1))
        self.loose = np.zeros((len(allographs), max(sizes)), np.float32)
        self.chunks = np.zeros((len(allographs), chunks, CHUNK + 1), np.int64)
        self.begins = np.zeros((len(allographs), chunks), bool)
        self.ends = np.zeros((len(allographs), chunks), bool)
        self._smooth = np.zeros((len(allographs), samples, max(sizes)), np.float32)
        self._angular = np.zeros_like(self._smooth)
        for i, allograph in enumerate(allographs):
            for j in range(max(counts)):
                form = allograph.forms[j if j < len(allograph.forms) else 0]
                points = np.concatenate([_with_ends(stroke) for stroke in form])
                self.forms[i, j, : len(points)] = points
            self.hooks[i, 0], self.hooks[i, sizes[i] - 1] = 1, -1
            self._sample(i, allograph, chunks)

    def curves(self, allographs: np.ndarray, controls: np.ndarray, angularity: np.ndarray) -> np.ndarray:
        """Return points along the strokes of digits.

        Parameters
        ----------
        allographs : int [n], indices into the table
        controls : float32 [n, control points, 2]
        angularity : float32 [n], 0 passes the control points smoothly, 1 in straight lines

        Returns
        -------
        float32 [n, samples, 2]
        """
        weight = angularity[:, None, None]
        basis = self._smooth[allographs] * (1 - weight) + self._angular[allographs] * weight
        return basis @ controls

    def _sample(self, i: int, allograph: Allograph, chunks: int) -> None:
        """Fill the matrices of one allograph."""
        strokes = allograph.forms[0]
        dense = [_dense_basis(stroke) for stroke in strokes]
        lengths = [basis.length for basis in dense]
        shares = _share_out(chunks, lengths)
        sample, control, chunk = 0, 0, 0
        for basis, share in zip(dense, shares, strict=True):
            smooth, angular = basis.resample(CHUNK * share + 1)
            rows, columns = slice(sample, sample + len(smooth)), slice(control, control + smooth.shape[1])
            self._smooth[i, rows, columns], self._angular[i, rows, columns] = smooth, angular
            first = sample + CHUNK * np.arange(share)
            begin, end = columns.start, columns.stop - 1
            self.sources[i, [begin, end]] = begin + 1, end - 1
            self.loose[i, [begin, begin + 1, end - 1, end]] = 1
            self.chunks[i, chunk : chunk + share] = first[:, None] + np.arange(CHUNK + 1)
            self.begins[i, chunk], self.ends[i, chunk + share - 1] = True, True
            sample, control, chunk = sample + len(smooth), control + smooth.shape[1], chunk + share
        # Unused samples repeat the last point, so that they never widen a digit.
        self._smooth[i, sample:], self._angular[i, sample:] = self._smooth[i, sample - 1], self._angular[i, sample - 1]


class _Basis:
    """Hold the dense basis of one stroke: rows of weights of its control points, and the distance along the stroke."""

    def __init__(self, smooth: np.ndarray, angular: np.ndarray, distance: np.ndarray):
        self.smooth, self.angular, self.distance = smooth, angular, distance
        self.length = float(distance[-1])

    def resample(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return `count` rows of both bases at equal distances along the stroke."""
        position = np.interp(np.linspace(0, self.length, count), self.distance, np.arange(len(self.distance)))
        low = np.minimum(position.astype(int), len(self.distance) - 2)
        part = (position - low)[:, None]
        smooth, angular = (rows[low] * (1 - part) + rows[low + 1] * part for rows in (self.smooth, self.angular))
        return smooth, angular


def _with_ends(stroke: Sequence[FormPoint]) -> np.ndarray:
    """Return the points of a stroke with both ends doubled, float [points + 2, 2]."""
    points = np.array([(x, y) for x, y, _ in stroke])
    return np.concatenate([points[:1], points, points[-1:]])


def _share_out(chunks: int, lengths: Sequence[float]) -> list[int]:
    """Divide chunks among strokes by their lengths; each gets one at least."""
    exact = np.array(lengths) / sum(lengths) * chunks
    shares = np.maximum(1, np.floor(exact)).astype(int)
    while shares.sum() < chunks:
        shares[np.argmax(exact - shares)] += 1
    while shares.sum() > chunks:
        shares[np.argmax(shares)] -= 1
    return [int(share) for share in shares]


def _dense_basis(stroke: Sequence[FormPoint], density: int = 12) -> _Basis:
    """Evaluate a Catmull-Rom spline through the points of a stroke as weights of its points, corners included.

    Source: Barry and Goldman 1988, "A recursive evaluation algorithm for a class of Catmull-Rom splines"; Yuksel,
    Schaefer and Keyser 2011, "Parameterization and applications of Catmull-Rom curves" (centripetal knots).
    """
    points = _with_ends(stroke)
    corners = {i + 1 for i, (_, _, corner) in enumerate(stroke) if corner}
    # A corner is a knot passed twice: the spline stops there and starts anew.
    order = [i for i in range(len(points)) for _ in range(2 if i in corners else 1)]
    unit = np.eye(len(points))
    smooth, angular = [], []
    for k in range(len(order) - 1):
        if order[k] == order[k + 1]:
            continue
        around = [order[min(max(k + j, 0), len(order) - 1)] for j in (-1, 0, 1, 2)]
        gaps = [
            max(float(np.hypot(*(points[b] - points[a]))), _HOOK) ** _TENSION for a, b in itertools.pairwise(around)
        ]
        knots = np.concatenate([[0.0], np.cumsum(gaps)])
        time = np.linspace(knots[1], knots[2], density, endpoint=False)[:, None]
        smooth.append(_barry_goldman(unit[around], knots, time))
        part = (time - knots[1]) / (knots[2] - knots[1])
        angular.append(unit[around[1]] * (1 - part) + unit[around[2]] * part)
    smooth.append(unit[-1:])
    angular.append(unit[-1:])
    rows = np.concatenate(smooth)
    steps = np.hypot(*np.diff(rows @ points, axis=0).T)
    # Where the ends are doubled the stroke has no length yet, but needs samples for its entry and exit.
    steps[:density] = np.maximum(steps[:density], _HOOK / density)
    steps[-density:] = np.maximum(steps[-density:], _HOOK / density)
    return _Basis(rows, np.concatenate(angular), np.concatenate([[0.0], np.cumsum(steps)]))


def _barry_goldman(points: np.ndarray, knots: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Evaluate one segment between the second and the third of four points; [times, dimensions]."""

    def blend(first: np.ndarray, second: np.ndarray, i: int, j: int) -> np.ndarray:
        return (knots[j] - time) / (knots[j] - knots[i]) * first + (time - knots[i]) / (knots[j] - knots[i]) * second

    a = [blend(points[i], points[i + 1], i, i + 1) for i in range(3)]
    b = [blend(a[i], a[i + 1], i, i + 2) for i in range(2)]
    return blend(b[0], b[1], 1, 2)
