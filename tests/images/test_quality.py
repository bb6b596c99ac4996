"""MSE, PSNR, SSIM and CIEDE2000."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio, structural_similarity

from kmeans_cli.images import bands, quality
from kmeans_cli.images.delta_e import delta_e_2000
from kmeans_cli.images.quality import measure
from kmeans_cli.images.spaces import Bytes
from tests.images.pictures import indexed, noise, ramp


@pytest.mark.parametrize(
    ("original", "result"),
    [
        (ramp(), ramp() & 0xF0),
        (noise(20, 31), noise(20, 31, seed=1)),
        (noise(7, 7), noise(7, 7, seed=1)),
        (ramp(40, 9), ramp(40, 9) // 2),
    ],
)
@pytest.mark.parametrize("band_pixels", [1, 100, 1 << 17])
def test_is_scikit_images(original: Bytes, result: Bytes, band_pixels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All four numbers are scikit-image's, in however many bands they are computed."""
    monkeypatch.setattr(bands, "_BAND_PIXELS", band_pixels)
    monkeypatch.setattr(quality, "_PAIRED_PIXELS", 2 * band_pixels)
    ours = measure(indexed(original), indexed(result))
    assert ours.mse == pytest.approx(mean_squared_error(original, result), rel=1e-12)
    assert ours.psnr == pytest.approx(peak_signal_noise_ratio(original, result), rel=1e-12)
    ssim = structural_similarity(original, result, channel_axis=2, data_range=255)
    assert ours.ssim == pytest.approx(ssim, rel=1e-9)
    assert ours.delta_e == pytest.approx(deltaE_ciede2000(rgb2lab(original), rgb2lab(result)).mean(), rel=1e-4)


def test_equal_pictures() -> None:
    """Of equal pictures the PSNR is none, for it would be infinite; the others are perfect."""
    same = measure(indexed(ramp()), indexed(ramp()))
    assert (same.mse, same.psnr, same.delta_e) == (0, None, 0)
    assert same.ssim == pytest.approx(1)


def test_too_small_for_a_window() -> None:
    """A picture smaller than SSIM's window has no SSIM."""
    assert measure(indexed(noise(6, 40)), indexed(noise(6, 40, seed=1))).ssim is None


# From Sharma, Wu & Dalal 2005, table 1: pairs that tell wrong implementations from right ones.
SHARMA = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
    ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    ((50, -0.001, 2.49), (50, 0.0011, -2.49), 4.7461),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


def test_published_differences() -> None:
    """The published test pairs come out to their four digits, in either order."""
    first, second = (np.array([pair[side] for pair in SHARMA], dtype=float) for side in (0, 1))
    expected = [pair[2] for pair in SHARMA]
    assert delta_e_2000(first, second) == pytest.approx(expected, abs=5e-5)
    assert delta_e_2000(second, first) == pytest.approx(expected, abs=5e-5)
