//! Colours: blending in 8-bit sRGB, and between matrices.

use serde_json::json;

use super::assert_near;
use crate::film::{film, image, solid, video};
use crate::stage::{Rgb, draw};

const BOX: [f64; 4] = [40.0, 20.0, 80.0, 50.0];
/// One step of luma and of chroma.
const STEP: u8 = 4;

fn gray(level: u8) -> serde_json::Value {
    json!({ "type": "color", "color": format!("rgb({level}, {level}, {level})"), "gradient": null })
}

/// Luma of a grey in BT.709, limited range.
fn luma(level: f64) -> u8 {
    (16.0 + level * 219.0 / 255.0).round() as u8
}

#[test]
fn opacity_blends_encoded_values() {
    for opacity in [0.0_f64, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0] {
        for item in [
            solid("rectangle", "white", BOX),
            solid("circle", "white", BOX),
            image("white.png", BOX),
        ] {
            let film = film()
                .background(gray(80))
                .track([item.with("opacity", opacity)]);
            let frame = draw(&film, 0);
            let expected = luma((80.0_f64 + (255.0 - 80.0) * opacity).round());
            let found = frame.y()[45 * 160 + 80];
            assert!(
                found.abs_diff(expected) <= 1,
                "opacity {opacity}: luma {found}, not {expected}"
            );
        }
    }
}

#[test]
fn alpha_and_opacity_multiply() {
    let film =
        film()
            .background(gray(0))
            .track([solid("rectangle", "rgba(255, 255, 255, 0.5)", BOX).with("opacity", 0.5)]);
    assert!(draw(&film, 0).y()[45 * 160 + 80].abs_diff(luma(64.0)) <= 1);
}

#[test]
fn half_transparent_pictures_are_premultiplied_before_they_are_shrunk() {
    // Were colour and alpha averaged apart, transparent black would darken the edge.
    let film = film()
        .background(gray(255))
        .track([image("soft.png", [40.0, 20.0, 16.0, 12.0])]);
    let frame = draw(&film, 0);
    for x in 0..16 {
        let alpha = (x as f64 * 4.0 + 1.5) / 63.0;
        let mix = |c: f64| 255.0 + (c - 255.0) * alpha;
        let expected = luma(0.2126 * mix(255.0) + 0.7152 * mix(128.0) + 0.0722 * mix(0.0));
        let found = frame.y()[26 * 160 + 40 + x];
        assert!(
            found.abs_diff(expected) <= 2,
            "column {x}: luma {found}, not {expected}"
        );
    }
}

#[test]
fn colors_are_bt709_limited_range() {
    // R, G, B and the exact Y, U, V of each.
    for (css, yuv) in [
        ("#000000", [16.0, 128.0, 128.0]),
        ("#ffffff", [235.0, 128.0, 128.0]),
        ("#ff0000", [62.56, 102.34, 240.0]),
        ("#00ff00", [172.63, 41.66, 26.27]),
        ("#0000ff", [31.81, 240.0, 117.73]),
        ("#c83c1e", [91.23, 100.73, 190.70]),
    ] {
        let film = film().track([solid("rectangle", css, BOX)]);
        let frame = draw(&film, 0);
        let found = [
            frame.y()[45 * 160 + 80],
            frame.u()[22 * 80 + 40],
            frame.v()[22 * 80 + 40],
        ];
        for (found, expected) in found.into_iter().zip(yuv) {
            let off = (f64::from(found) - expected).abs();
            assert!(off <= 1.0, "{css} is {found:?}, not {yuv:?}");
        }
    }
}

#[test]
fn a_background_is_the_same_color_as_a_solid() {
    let css = "#c83c1e";
    let plain = film().background(json!({ "type": "color", "color": css, "gradient": null }));
    let frame = draw(&plain.track([solid("rectangle", css, BOX)]), 0);
    for plane in [frame.y(), frame.u(), frame.v()] {
        assert!(plane.iter().all(|&value| value == plane[0]));
    }
}

#[test]
fn a_video_is_converted_by_its_tags_or_its_size() {
    // The same colour, written by another matrix in each file.
    for file in ["brick.mp4", "untagged.mp4", "hd.mp4", "full.mp4"] {
        let film = film().track([video(file, BOX)]);
        assert_near(&Rgb::of(&draw(&film, 0)), (80, 44), [200, 60, 30], STEP);
    }
}

#[test]
fn a_video_looks_the_same_with_and_without_conversion() {
    // One colour: where colours meet, 4:2:0 makes some that RGB cannot hold.
    let plain = film().track([video("brick.mp4", [0.0, 0.0, 160.0, 90.0])]);
    // A veil of nothing to see makes every tile RGBA.
    let veil = solid("circle", "#80808001", [-100.0, -100.0, 400.0, 400.0]);
    let veiled = film()
        .track([veil])
        .track([video("brick.mp4", [0.0, 0.0, 160.0, 90.0])]);
    let (plain, veiled) = (draw(&plain, 3), draw(&veiled, 3));
    for (one, two) in plain.data.iter().zip(&veiled.data) {
        assert!(one.abs_diff(*two) <= 1, "{one} became {two}");
    }
}

#[test]
fn equal_pictures_do_not_dip_in_a_dissolve() {
    for item in [
        || image("flag.png", BOX),
        || video("brick.mp4", BOX),
        || solid("rectangle", "#c83c1e", BOX),
        || image("soft.png", BOX),
    ] {
        let film = film()
            .track([item().at(0, 15), item().at(15, 15)])
            .dissolve(10, "linear");
        let rest = draw(&film, 0);
        for n in [10, 13, 15, 19] {
            let frame = draw(&film, n);
            let most = rest
                .data
                .iter()
                .zip(&frame.data)
                .map(|(a, b)| a.abs_diff(*b))
                .max();
            assert!(most <= Some(2), "frame {n} is off by {most:?}");
        }
    }
}
