"""Films of fits."""

import numpy as np
import pytest

from kmeans_cli.plots.animation import FilmView, draw_film, frame_iterations


@pytest.mark.parametrize("n_iter", [1, 2, 9, 10, 11, 60, 500])
@pytest.mark.parametrize("most", [2, 3, 10, 60])
def test_frames_are_dense_at_first(n_iter: int, most: int) -> None:
    """As many frames as there may be, from the start to the end, with gaps that never shrink but by rounding."""
    chosen = frame_iterations(n_iter, most)
    gaps = np.diff(chosen)
    assert (chosen[0], chosen[-1], len(chosen)) == (0, n_iter, min(most, n_iter + 1))
    assert (gaps > 0).all()
    assert (np.diff(gaps) >= -1).all()


@pytest.fixture
def plane() -> FilmView:
    """Three iterations of two centroids in the plane."""
    rng = np.random.default_rng(0)
    trace = np.array([[[0, 0], [0.1, 0]], [[0, 0], [0.5, 0.5]], [[0, 0], [1, 1]], [[0, 0], [1, 1]]], dtype=np.float32)
    points = rng.normal([[[0, 0]], [[1, 1]]], 0.2, (2, 1500, 2)).reshape(-1, 2)
    return FilmView("two blobs", trace, np.array([0.5, 0.2, 0.1]), points=points)


def test_frames_of_points(plane: FilmView) -> None:
    """Every frame has the width asked for, and a frame where centroids moved differs from the one before."""
    frames = list(draw_film(plane, [0, 1, 2, 3], 400))
    assert {frame.shape for frame in frames} == {(210, 400, 3)}
    assert {frame.dtype for frame in frames} == {np.dtype(np.uint8)}
    left = [frame[20:, :240].astype(int) for frame in frames]
    assert np.abs(left[1] - left[0]).sum() > 0
    assert np.array_equal(left[3], left[2])


def test_a_frame_does_not_depend_on_those_before(plane: FilmView) -> None:
    """What moved is gone from the next frame: a frame drawn alone is the same."""
    *_, last = draw_film(plane, [0, 1, 3], 400)
    (alone,) = draw_film(plane, [3], 400)
    assert np.array_equal(last, alone)


@pytest.mark.parametrize("k", [1, 4, 12])
def test_frames_of_images(k: int) -> None:
    """The grid shows the centroids of the iteration: black tiles turn white."""
    trace = np.stack([np.zeros((k, 64)), np.ones((k, 64))])
    trace[:, :, 0] = 0  # the last frame sets the grey scale
    view = FilmView("tiles", trace, np.array([0.5]), image_shape=(8, 8), names=tuple(map(str, range(k))))
    black, white = (frame[:, :400].mean() for frame in draw_film(view, [0, 1], 640))
    assert white > black + 10


def test_losses_that_were_not_measured(plane: FilmView) -> None:
    """Gaps in the curve, and none at all, are drawn."""
    for losses in ([np.nan, 0.2, np.nan], [np.nan] * 3):
        view = FilmView(plane.title, plane.trace, np.array(losses), points=plane.points)
        assert len(list(draw_film(view, [0, 3], 300))) == 2
