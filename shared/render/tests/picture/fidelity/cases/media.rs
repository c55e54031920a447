//! Media, drawings and captions, in boxes and behind all of them.

use serde_json::{Value, json};

use super::{ALL, BOXES, Case, MIDDLE, boxes, letters, limits, one};
use crate::film::{
    FRAME, Film, Item, Node, captions, film, gif, illustration, image, solid, sticker, template,
    video,
};

pub(super) fn cases() -> Vec<Case> {
    let mut all = films();
    all.extend(drawings());
    all.extend(words());
    all.extend(backgrounds());
    all
}

fn films() -> Vec<Case> {
    let clip = || video("clip.mp4", [64.0, 26.0, 192.0, 128.0]);
    let spin = || gif("spin.gif", [80.0, 10.0, 160.0, 160.0]);
    let own = |width, height| [112.0, 58.0, width, height];
    vec![
        boxes(
            "video-own-size",
            12,
            one(video("clip.mp4", own(96.0, 64.0))),
        ),
        boxes("video-enlarged", 7, one(clip())),
        boxes("video-turned", 20, one(clip().with("rotation", 30))),
        boxes("video-opacity", 20, one(clip().with("opacity", 0.4))),
        boxes(
            "video-cropped-radius",
            12,
            one(clip()
                .with("cropLeft", 0.25)
                .with("cropTop", 0.125)
                .with("borderRadius", 20)),
        ),
        boxes(
            "video-later-twice-as-fast",
            10,
            one(clip()
                .with("sourceStartTicks", 4 * FRAME)
                .with("playbackRate", 2)),
        ),
        boxes("video-past-its-end", 40, film().track([clip().at(0, 60)])),
        boxes(
            "video-alpha",
            9,
            one(video("alpha.webm", [80.0, 10.0, 160.0, 160.0])).track([solid(
                "rectangle",
                "#c04040",
                [0.0, 90.0, 320.0, 90.0],
            )]),
        ),
        boxes("gif-own-size", 3, one(gif("spin.gif", own(48.0, 48.0)))),
        boxes("gif-enlarged", 7, one(spin())),
        boxes("gif-loops-turned", 16, one(spin().with("rotation", -20))),
    ]
}

fn drawings() -> Vec<Case> {
    let badge = || sticker("badge.svg", [80.0, 10.0, 160.0, 160.0]);
    let wide = || sticker("badge.svg", [10.0, 40.0, 300.0, 100.0]);
    let drawn = |item: Item| {
        let white = json!({ "type": "color", "color": "#ffffff", "gradient": null });
        one(item).background(white)
    };
    vec![
        boxes("svg", 0, one(badge())),
        boxes("svg-turned", 0, one(badge().with("rotation", 20))),
        boxes("svg-scaled", 0, one(badge().with("scaleX", 1.8))),
        boxes("svg-fits", 0, one(wide())),
        boxes(
            "svg-fits-before-it-is-scaled",
            0,
            one(wide().with("scaleX", 0.5).with("scaleY", 1.5)),
        ),
        boxes(
            "illustration",
            0,
            drawn(illustration("IHello", "#4f6bed", [40.0, 0.0, 240.0, 180.0])),
        ),
        boxes(
            "illustration-fits",
            0,
            drawn(illustration(
                "IMegaphone",
                "#b4472a",
                [10.0, 30.0, 300.0, 120.0],
            )),
        ),
        boxes(
            "illustration-stretched",
            0,
            drawn(
                illustration("IMegaphone", "#b4472a", [10.0, 30.0, 300.0, 120.0])
                    .with("keepAspectRatio", false),
            ),
        ),
        boxes(
            "illustration-turned",
            0,
            drawn(
                illustration("IGoal", "#3f7f5f", [80.0, 30.0, 160.0, 120.0]).with("rotation", 15),
            )
            .track([solid("circle", "#e0c040", MIDDLE)]),
        ),
    ]
}

fn said(timing: &str, entries: &[(&str, i64, i64)]) -> Item {
    captions(timing, entries, [20.0, 20.0, 280.0, 140.0])
        .with("fontFamily", "Roboto")
        .with("fontSize", 28)
}

/// When each word of [`spoken`] begins, and the last one ends.
const EVENLY: [i64; 6] = [0, 6, 12, 18, 24, 30];

fn spoken(frames: [i64; 6]) -> Item {
    let words = ["Words", "that", "are", "spoken", "one by one"];
    let spans = words.into_iter().zip(frames.windows(2));
    let entries: Vec<_> = spans.map(|(word, span)| (word, span[0], span[1])).collect();
    said("word", &entries)
}

/// Other words than the third one highlighted, and none.
pub(super) fn wrong() -> Vec<Case> {
    let wrong = |name, item| letters(name, 14, one(item)).beside(one(spoken(EVENLY)));
    let unlit = spoken(EVENLY).with("highlightColor", "#ffffff");
    vec![
        wrong("wrong-word-before", spoken([0, 6, 18, 20, 24, 30])),
        wrong("wrong-word-after", spoken([0, 4, 8, 12, 24, 30])),
        wrong("wrong-no-word", unlit),
    ]
}

fn words() -> Vec<Case> {
    let lines = [("The first line", 0, 10), ("and a second", 10, 30)];
    let plate = json!({ "color": "#b02a4a", "horizontalPadding": 8, "borderRadius": 6 });
    let title = Node::text("Title of it", [10.0, 4.0, 200.0, 50.0])
        .with("fontFamily", "Roboto")
        .with("fontSize", 40);
    let below = Node::text("and what is below", [40.0, 60.0, 200.0, 30.0])
        .with("color", "#ffd500")
        .with("fontFamily", "Roboto")
        .with("fontSize", 20)
        .with("background", plate.clone());
    let badge = Node::image("badge", [0.0, 0.0, 50.0, 50.0]);
    let titles = || template(&[badge.clone(), title.clone(), below.clone()], MIDDLE);
    vec![
        letters("captions-words", 14, one(spoken(EVENLY))),
        letters("captions-words-between", 26, one(spoken(EVENLY))),
        letters("captions-lines", 14, one(said("line", &lines))),
        letters(
            "captions-plates-center",
            4,
            one(said("line", &lines)
                .with("align", "center")
                .with("background", plate)),
        ),
        letters(
            "template",
            0,
            one(titles().with("left", 40).with("top", 30)),
        ),
        letters(
            "template-turned-faded",
            0,
            one(titles()
                .with("left", 40)
                .with("top", 30)
                .with("rotation", 15)
                .with("opacity", 0.6)),
        ),
    ]
}

fn backgrounds() -> Vec<Case> {
    let picture = |file: &str| -> Value {
        json!({ "type": "image", "imageAssetId": file, "imageUrl": "unused", "source": "custom" })
    };
    let circle = || one(solid("circle", "#e09030c0", MIDDLE));
    let wide = |file| circle().background(picture(file));
    let blurred = |level: u8| -> Film {
        // Calm at its edges: ours are drawn out from a picture that is shrunk first.
        let still = image("quarters.png", ALL).with("opacity", 0);
        one(still).background(json!({ "type": "blur", "level": level }))
    };
    vec![
        boxes(
            "background-none",
            0,
            circle().background(json!({ "type": "none" })),
        ),
        boxes("background-image-wider", 0, wide("wide.png")),
        boxes("background-image-taller", 0, wide("tall.png")),
        boxes("background-image-shrunk", 0, wide("waves.png")),
        boxes("background-image-with-alpha", 0, wide("soft.png")),
        boxes("background-blur-0", 0, blurred(0)),
        boxes("background-blur-1", 0, blurred(1)),
        boxes("background-blur-2", 0, blurred(2)),
        boxes("background-blur-3", 0, blurred(3)),
        // Blurred on a sixteenth of the sides, whose pixels end where the canvas does not.
        Case {
            whole: limits(BOXES, 3.0),
            inside: limits(BOXES, 3.0),
            ..boxes("background-blur-4", 0, blurred(4))
        },
    ]
}
