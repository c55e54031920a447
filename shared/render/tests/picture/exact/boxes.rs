//! Where boxes lie. White on black: chroma has no part in it, so a pixel is exact.

use darkroom_editor_state::Ratio;
use serde_json::json;

use super::{assert_near, bright_columns, bright_rows};
use crate::film::{Film, Item, effect, film, filter, image, solid, text, video};
use crate::stage::{Rgb, draw};

const WHITE: [u8; 3] = [255; 3];
const BLACK: [u8; 3] = [0; 3];

fn black() -> Film {
    film().background(json!({ "type": "none" }))
}

fn one(item: Item) -> Rgb {
    Rgb::of(&draw(&black().track([item]), 0))
}

/// Solid, image and video draw the same box.
fn each(place: [f64; 4]) -> [Item; 2] {
    [
        solid("rectangle", "white", place),
        image("white.png", place),
    ]
}

#[test]
fn a_box_on_whole_pixels_fills_them_and_no_other() {
    for item in each([33.0, 21.0, 47.0, 30.0]) {
        let picture = one(item);
        for (x, y, inside) in [
            (33, 21, true),
            (79, 50, true),
            (32, 21, false),
            (33, 20, false),
            (80, 50, false),
            (79, 51, false),
        ] {
            assert_near(&picture, (x, y), if inside { WHITE } else { BLACK }, 0);
        }
    }
}

#[test]
fn a_box_between_pixels_covers_them_in_part() {
    for item in each([40.25, 20.5, 40.0, 30.0]) {
        let picture = one(item);
        // Three quarters, all, one quarter of a column; half of a row.
        assert_near(&picture, (40, 30), [191; 3], 2);
        assert_near(&picture, (41, 30), WHITE, 0);
        assert_near(&picture, (80, 30), [64; 3], 2);
        assert_near(&picture, (39, 30), BLACK, 0);
        assert_near(&picture, (60, 20), [128; 3], 2);
        assert_near(&picture, (60, 50), [128; 3], 2);
        assert_near(&picture, (40, 20), [96; 3], 2);
    }
}

#[test]
fn scale_is_about_the_centre() {
    for item in each([60.0, 30.0, 40.0, 20.0]) {
        let picture = one(item.with("scaleX", 2).with("scaleY", 0.5));
        assert_eq!(bright_columns(&picture, 40), Some((40, 120)));
        assert_eq!(bright_rows(&picture, 80), Some((35, 45)));
    }
}

#[test]
fn rotation_is_clockwise_about_the_centre_after_scale() {
    // The white square of the flag is top left; a quarter clockwise it is top right.
    let turned = one(image("flag.png", [48.0, 21.0, 64.0, 48.0]).with("rotation", 90));
    assert_near(&turned, (80 + 24 - 12, 45 - 32 + 12), WHITE, 0);
    // A bar, 80 long after scaling, stands upright after a quarter turn.
    for item in each([60.0, 40.0, 40.0, 10.0]) {
        let picture = one(item.with("scaleX", 2).with("rotation", -90));
        assert_eq!(bright_rows(&picture, 80), Some((5, 85)));
        assert_eq!(bright_columns(&picture, 45), Some((75, 85)));
    }
}

#[test]
fn crop_leaves_the_rest_in_place() {
    let box_ = [20.0, 10.0, 100.0, 60.0];
    let whole = one(image("flag.png", box_));
    let cropped = one(image("flag.png", box_)
        .with("cropLeft", 0.1)
        .with("cropTop", 0.2)
        .with("cropRight", 0.3)
        .with("cropBottom", 0.4));
    // Even pixels clear of the cut, so that no chroma of the outside is mixed in.
    for (x, y) in [(34, 26), (60, 30), (86, 42), (70, 40)] {
        assert_near(&cropped, (x, y), whole.at(x, y), 1);
    }
    for (x, y) in [(26, 40), (60, 18), (94, 40), (60, 50)] {
        assert_near(&cropped, (x, y), BLACK, 0);
    }
}

#[test]
fn radius_is_in_composition_pixels_of_the_cropped_box() {
    for item in [
        image("white.png", [20.0, 10.0, 80.0, 60.0]).with("cropLeft", 0.5),
        solid("rectangle", "white", [60.0, 10.0, 40.0, 60.0]),
    ] {
        let picture = one(item.with("borderRadius", 10));
        // 10 - sqrt(10^2 - 9.5^2) = 6.9 in the first row, 2.1 in the fourth.
        assert_eq!(bright_columns(&picture, 10), Some((67, 93)));
        assert_eq!(bright_columns(&picture, 13), Some((62, 98)));
        assert_eq!(bright_columns(&picture, 20), Some((60, 100)));
    }
}

#[test]
fn shrinking_averages_over_the_area() {
    let picture = one(image("checks.png", [20.0, 10.0, 64.0, 48.0]));
    for (x, y) in [(20, 10), (50, 30), (83, 57)] {
        assert_near(&picture, (x, y), [128; 3], 1);
    }
}

#[test]
fn enlarging_is_bilinear() {
    // 4x4 texels on 16x16 pixels: the black texel (1, 1) has its centre at 6, its
    // neighbours' centres are 4 pixels away.
    let picture = one(image("dots.png", [20.0, 20.0, 16.0, 16.0]));
    let share = |d: f64| (1.0 - d.abs() / 4.0).max(0.0);
    for (x, y) in [
        (4, 4),
        (5, 5),
        (6, 5),
        (7, 7),
        (9, 5),
        (2, 2),
        (10, 10),
        (0, 0),
    ] {
        let black = share(x as f64 + 0.5 - 6.0) * share(y as f64 + 0.5 - 6.0);
        let expected = (255.0 * (1.0 - black)).round() as u8;
        assert_near(&picture, (20 + x, 20 + y), [expected; 3], 2);
    }
}

#[test]
fn a_video_passes_unchanged_to_even_pixels() {
    let film = black().track([video("clip.mp4", [32.0, 14.0, 96.0, 64.0])]);
    let frame = draw(&film, 5);
    let source = draw(
        &black()
            .size(96, 64)
            .track([video("clip.mp4", [0.0, 0.0, 96.0, 64.0])]),
        5,
    );
    for y in 0..64 {
        assert_eq!(
            frame.y()[(y + 14) * 160 + 32..][..96],
            source.y()[y * 96..][..96]
        );
    }
    for y in 0..32 {
        assert_eq!(
            frame.u()[(y + 7) * 80 + 16..][..48],
            source.u()[y * 48..][..48]
        );
    }
}

#[test]
fn the_whole_canvas_is_drawn_whatever_touches_it() {
    // A height that no tile divides, and a layer that touches one tile of the last row.
    for x in [0.0, 70.0, 130.0] {
        let white =
            film().background(json!({ "type": "color", "color": "white", "gradient": null }));
        let picture = Rgb::of(&draw(
            &white.track([solid("circle", "#ffffff80", [x, 70.0, 12.0, 12.0])]),
            0,
        ));
        for y in 0..90 {
            for x in 0..160 {
                assert_near(&picture, (x, y), WHITE, 1);
            }
        }
    }
}

#[test]
fn sides_are_rounded_to_even_and_ratios_fitted() {
    let size = |film: Film| {
        let frame = draw(&film, 0);
        (frame.width, frame.height)
    };
    let item = || solid("rectangle", "white", [0.0, 0.0, 160.0, 90.0]);
    let shaped = |ratio, scale| black().track([item()]).output(ratio, scale);
    assert_eq!(size(shaped(Ratio::Custom, 1.0)), (160, 90));
    assert_eq!(size(shaped(Ratio::Custom, 1.3)), (208, 118));
    assert_eq!(size(shaped(Ratio::R9x16, 1.0)), (90, 160));
    assert_eq!(size(shaped(Ratio::R1x1, 0.6)), (96, 96));
    assert_eq!(size(shaped(Ratio::R4x3, 1.0)), (160, 120));
    assert_eq!(size(shaped(Ratio::R3x4, 1.0)), (120, 160));
    let picture = Rgb::of(&draw(&shaped(Ratio::R4x3, 1.0), 0));
    assert_eq!(bright_rows(&picture, 80), Some((15, 105)));
    let picture = Rgb::of(&draw(&shaped(Ratio::R1x1, 2.0), 0));
    assert_eq!(bright_rows(&picture, 80), Some((70, 250)));
    assert_eq!(bright_columns(&picture, 160), Some((0, 320)));
}

#[test]
fn shapes_are_rasterised_at_output_size() {
    let circle = solid("circle", "white", [40.0, 5.0, 80.0, 80.0]);
    let large = black().track([circle]).output(Ratio::Custom, 4.0);
    let picture = Rgb::of(&draw(&large, 0));
    assert_eq!((picture.width, picture.height), (640, 360));
    // A radius of 160 about the centre: the edge is within a pixel. Enlarged after it was
    // drawn it would be as wide as four.
    for y in 0..360 {
        for x in 0..640 {
            let from_centre = (x as f64 + 0.5 - 320.0).hypot(y as f64 + 0.5 - 180.0);
            if from_centre < 159.0 {
                assert_near(&picture, (x, y), WHITE, 2);
            } else if from_centre > 161.0 {
                assert_near(&picture, (x, y), BLACK, 2);
            }
        }
    }
}

#[test]
fn the_background_fills_what_another_ratio_leaves() {
    let grey = [0x30; 3];
    let shaped = |ratio| {
        let white = solid("rectangle", "white", [0.0, 0.0, 160.0, 90.0]);
        Rgb::of(&draw(&film().track([white]).output(ratio, 1.0), 0))
    };
    // The composition is 160 x 90 in 160 x 120, and then 90 x 50 in 90 x 160.
    for (ratio, centre, rest) in [
        (Ratio::R4x3, (80, 60), [(80, 4), (2, 116), (156, 10)]),
        (Ratio::R9x16, (44, 80), [(44, 4), (2, 120), (86, 156)]),
    ] {
        let picture = shaped(ratio);
        assert_near(&picture, centre, WHITE, 1);
        for place in rest {
            assert_near(&picture, place, grey, 1);
        }
    }
}

#[test]
fn what_another_ratio_leaves_is_changed_below_an_opaque_picture_too() {
    let all = [0.0, 0.0, 160.0, 90.0];
    let none = json!({});
    for change in [
        filter("absolute-red", 1.0, &none),
        effect("fade-out", 1.0, &none),
        // Brings there some of the white inside.
        effect("blur", 1.0, &none),
    ] {
        // Some rows above the composition, 160 x 90 in 160 x 160 and 90 x 50 in 90 x 160.
        for (ratio, place) in [(Ratio::R1x1, (80, 30)), (Ratio::R9x16, (44, 50))] {
            let picture = |above: Option<f64>| {
                let opaque =
                    |opacity: f64| solid("rectangle", "#3080ff", all).with("opacity", opacity);
                let film = film()
                    .track(above.map(opaque))
                    .track([change.clone()])
                    .track([solid("rectangle", "white", all)]);
                Rgb::of(&draw(&film.output(ratio, 1.0), 15))
            };
            let changed = picture(None).at(place.0, place.1);
            assert!(changed.iter().any(|byte| byte.abs_diff(0x30) > 8));
            for opacity in [1.0, 0.99] {
                assert_near(&picture(Some(opacity)), place, changed, 2);
            }
        }
    }
}

#[test]
fn a_box_of_any_size_is_drawn_in_bounded_memory() {
    // Pictures of these sizes would not fit in any machine.
    for item in [
        image("white.png", [-1e8, -1e8, 2e8, 2e8]),
        image("white.png", [-1e8, -1e8, 2e8, 2e8]).with("borderRadius", 1e7),
        video("brick.mp4", [-1e8, -1e8, 2e8, 2e8]).with("rotation", 45),
        video("brick.mp4", [-1e8, -1e8, 2e8, 2e8]).with("borderRadius", 5),
        image("white.png", [-1e8, 40.0, 2e8, 10.0]).with("borderRadius", 4),
        solid("star", "white", [-1e8, -1e8, 2e8, 2e8]),
        solid("rectangle", "white", [-1e300, -1e300, 2e300, 2e300]),
        text("█████", [-1e6, -1e6, 2e6, 2e6])
            .with("fontSize", 1e6)
            .with("scaleX", 1000),
    ] {
        let film = black().track([item]);
        let picture = Rgb::of(&draw(&film, 0));
        assert_eq!((picture.width, picture.height), (160, 90));
    }
    let filled = one(image("white.png", [-1e8, -1e8, 2e8, 2e8]));
    assert_near(&filled, (0, 0), WHITE, 0);
    assert_near(&filled, (159, 89), WHITE, 0);
}
