//! Structural similarity of two planes of luma (Wang et al., 2004).

/// Side of a window, and how far it moves.
pub(super) const WINDOW: usize = 8;
const STEP: usize = 4;
/// Keep flat windows from dividing by nothing: (0.01 x 255)² and (0.03 x 255)².
const LUMINANCE: f64 = 6.5025;
const CONTRAST: f64 = 58.5225;

/// 1 for equal planes of one width, less the less they share: the mean over windows.
pub(super) fn ssim(one: &[u8], two: &[u8], width: usize) -> f64 {
    assert_eq!(one.len(), two.len());
    let height = one.len() / width;
    let (mut sum, mut count) = (0.0, 0);
    for top in (0..=height - WINDOW).step_by(STEP) {
        for left in (0..=width - WINDOW).step_by(STEP) {
            sum += window(one, two, width, (left, top));
            count += 1;
        }
    }
    sum / f64::from(count)
}

fn window(one: &[u8], two: &[u8], width: usize, (left, top): (usize, usize)) -> f64 {
    let mut sums = [0.0; 5];
    for y in top..top + WINDOW {
        for x in left..left + WINDOW {
            let at = y * width + x;
            let (a, b) = (f64::from(one[at]), f64::from(two[at]));
            for (sum, term) in sums.iter_mut().zip([a, b, a * a, b * b, a * b]) {
                *sum += term;
            }
        }
    }
    let [a, b, aa, bb, ab] = sums.map(|sum| sum / (WINDOW * WINDOW) as f64);
    let (variance_a, variance_b, covariance) = (aa - a * a, bb - b * b, ab - a * b);
    (2.0 * a * b + LUMINANCE) * (2.0 * covariance + CONTRAST)
        / ((a * a + b * b + LUMINANCE) * (variance_a + variance_b + CONTRAST))
}

fn plane(pixel: impl Fn(usize) -> u8) -> Vec<u8> {
    (0..32 * 16).map(|at| pixel(at % 32)).collect()
}

#[test]
fn equal_planes_are_1() {
    let stripes = plane(|x| if x % 4 < 2 { 255 } else { 0 });
    assert!((ssim(&stripes, &stripes, 32) - 1.0).abs() < 1e-12);
}

#[test]
fn flat_planes_differ_by_their_brightness() {
    // (2 x 100 x 200 + c) / (100² + 200² + c)
    let found = ssim(&plane(|_| 100), &plane(|_| 200), 32);
    assert!((found - 40006.5025 / 50006.5025).abs() < 1e-9, "{found}");
}

#[test]
fn structure_counts_even_where_the_mean_is_right() {
    let stripes = |phase| plane(move |x| if (x + phase) % 4 < 2 { 255 } else { 0 });
    assert!(ssim(&stripes(0), &stripes(2), 32) < -0.9);
    assert!(ssim(&stripes(0), &plane(|_| 127), 32) < 0.01);
}
