//! One item of each type that a page can show, with all that CSS can say of it at once.

use serde_json::json;

use super::{Case, MIDDLE, boxes, letters, one};
use crate::film::{
    Item, Node, captions, gif, illustration, image, solid, sticker, template, text, video,
};

/// Turned, stretched and faded.
fn changed(item: Item) -> Item {
    item.with("rotation", 12)
        .with("scaleX", 1.2)
        .with("scaleY", 0.8)
        .with("opacity", 0.7)
}

/// Cut at every side besides, with round corners.
fn cut(item: Item) -> Item {
    changed(item)
        .with("cropLeft", 0.125)
        .with("cropTop", 0.125)
        .with("cropRight", 0.25)
        .with("cropBottom", 0.0625)
        .with("borderRadius", 16)
}

pub(super) fn cases() -> Vec<Case> {
    let square = [80.0, 10.0, 160.0, 160.0];
    let media = [
        ("image", image("flag.png", MIDDLE)),
        ("video", video("clip.mp4", [64.0, 26.0, 192.0, 128.0])),
        ("gif", gif("spin.gif", square)),
    ];
    let drawn = [
        (
            "solid",
            solid("rectangle", "#e09030", MIDDLE).with("borderRadius", 24),
        ),
        ("svg", sticker("badge.svg", square)),
        (
            "illustration",
            illustration("IGoal", "#3f7f5f", [80.0, 30.0, 160.0, 120.0]),
        ),
    ];
    let white = json!({ "type": "color", "color": "#ffffff", "gradient": null });
    let media = media.map(|(kind, item)| (kind, cut(item)));
    let drawn = drawn.map(|(kind, item)| (kind, changed(item)));
    let pictures = media.into_iter().chain(drawn).map(|(kind, item)| {
        let film = one(item).background(white.clone());
        boxes(format!("{kind}-all-at-once"), 12, film)
    });
    let written = written().map(|(kind, item)| {
        let film = one(changed(item));
        letters(format!("{kind}-all-at-once"), 12, film)
    });
    pictures.chain(written).collect()
}

fn written() -> [(&'static str, Item); 3] {
    let page = [20.0, 30.0, 280.0, 120.0];
    let roboto = |item: Item| item.with("fontFamily", "Roboto").with("fontSize", 40);
    let lines = [("The first line", 0, 10), ("and a second", 10, 30)];
    // Of an editor's component, which neither draws; a template has one.
    let badge = Node::image("badge", [0.0, 0.0, 50.0, 50.0]);
    let title = Node::text("Title", [10.0, 4.0, 200.0, 60.0])
        .with("fontFamily", "Roboto")
        .with("fontSize", 48);
    let below = Node::text("What is below", [10.0, 64.0, 230.0, 40.0])
        .with("color", "#ffd500")
        .with("fontFamily", "Roboto")
        .with("fontSize", 32);
    [
        ("text", roboto(text("Large words\nin lines", page))),
        ("captions", roboto(captions("line", &lines, page))),
        (
            "text-template",
            template(&[badge, title, below], [40.0, 40.0, 240.0, 110.0]),
        ),
    ]
}
