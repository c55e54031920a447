//! Images, videos and gifs from files.

use super::{Case, case};
use crate::film::{FRAME, audio, film, gif, image, solid, video};

const MIDDLE: [f64; 4] = [32.0, 13.0, 96.0, 64.0];
const ALL: [f64; 4] = [0.0, 0.0, 160.0, 90.0];

pub(super) fn cases() -> Vec<Case> {
    let one = |item| film().track([item]);
    let clip = || video("clip.mp4", MIDDLE);
    vec![
        case(
            "image-exif-orientation",
            &[0],
            one(image("turned.jpg", MIDDLE)),
        ),
        case(
            "image-shrunk-averages",
            &[0],
            one(image("checks.png", [40.0, 10.0, 64.0, 48.0])),
        ),
        case(
            "image-shrunk-unevenly-averages",
            &[0],
            one(image("checks.png", [40.0, 10.0, 77.0, 31.0])),
        ),
        case("video-own-size", &[0, 12, 29], one(clip())),
        case(
            "video-odd-place",
            &[12],
            one(video("clip.mp4", [33.0, 13.0, 96.0, 64.0])),
        ),
        case(
            "video-subpixel",
            &[12],
            one(video("clip.mp4", [32.5, 13.25, 96.0, 64.0])),
        ),
        case("video-fills-canvas", &[12], one(video("clip.mp4", ALL))),
        case(
            "video-shrunk",
            &[12],
            one(video("clip.mp4", [20.0, 10.0, 40.0, 30.0])),
        ),
        case(
            "video-over-the-edges",
            &[12],
            one(video("clip.mp4", [-30.0, -20.0, 144.0, 96.0])),
        ),
        case(
            "video-far-larger-than-canvas",
            &[12],
            one(clip().with("scaleX", 900).with("scaleY", 700)),
        ),
        case("video-turned", &[12], one(clip().with("rotation", 30))),
        case(
            "video-quarter-turn",
            &[12],
            one(clip().with("rotation", 270)),
        ),
        case("video-mirrored", &[12], one(clip().with("scaleX", -1))),
        case("video-opacity", &[12], one(clip().with("opacity", 0.5))),
        case(
            "video-cropped",
            &[12],
            one(clip()
                .with("cropLeft", 0.25)
                .with("cropTop", 0.125)
                .with("cropRight", 0.125)
                .with("cropBottom", 0.0625)),
        ),
        case("video-radius", &[12], one(clip().with("borderRadius", 16))),
        case(
            "video-moves",
            &[0, 5, 10, 29],
            one(clip()
                .keys("left", 0.0, &[(10, 64.0)])
                .keys("width", 96.0, &[(20, 48.0)])),
        ),
        case(
            "video-under-shapes",
            &[12],
            film()
                .track([solid("circle", "#ffffffc0", [10.0, 10.0, 40.0, 40.0])])
                .track([video("clip.mp4", ALL)]),
        ),
        case(
            "video-starts-later",
            &[0],
            one(clip().with("sourceStartTicks", 10 * FRAME)),
        ),
        case(
            "video-rate-2",
            &[0, 5, 10],
            one(clip().with("playbackRate", 2)),
        ),
        case(
            "video-rate-half",
            &[0, 9, 19],
            one(clip().with("playbackRate", 0.5)),
        ),
        case(
            "video-past-its-end",
            &[25, 29, 35, 59],
            film().track([clip().at(0, 60)]),
        ),
        case(
            "video-past-its-end-at-once",
            &[0],
            one(clip().with("sourceStartTicks", 100 * FRAME)),
        ),
        case(
            "video-alpha",
            &[0, 7, 14],
            film()
                .track([video("alpha.webm", [48.0, 13.0, 64.0, 64.0])])
                .track([solid("rectangle", "#c04040", [0.0, 45.0, 160.0, 45.0])]),
        ),
        case(
            "video-phone",
            &[12],
            one(video("phone.mp4", [52.0, 2.0, 57.0, 86.0])),
        ),
        case(
            "gif",
            &[0, 3, 6, 9],
            film()
                .track([gif("spin.gif", [56.0, 21.0, 48.0, 48.0])])
                .track([solid("rectangle", "#c04040", [0.0, 45.0, 160.0, 45.0])]),
        ),
        case(
            "gif-loops",
            &[11, 12, 15, 24],
            one(gif("spin.gif", [56.0, 21.0, 48.0, 48.0])),
        ),
        case(
            "gif-once",
            &[9, 12, 29],
            one(gif("once-spin.gif", [56.0, 21.0, 48.0, 48.0])),
        ),
        case(
            "gif-starts-later-faster",
            &[0, 1, 2, 4],
            one(gif("spin.gif", [56.0, 21.0, 48.0, 48.0])
                .with("sourceStartTicks", 3 * FRAME)
                .with("playbackRate", 2)),
        ),
        case(
            "gif-turned-enlarged",
            &[0],
            one(gif("spin.gif", [41.0, 6.0, 78.0, 78.0])
                .with("rotation", 20)
                .with("opacity", 0.7)),
        ),
        case(
            "audio-draws-nothing",
            &[0],
            film().track([audio("tone.wav")]).track([clip()]),
        ),
    ]
}
