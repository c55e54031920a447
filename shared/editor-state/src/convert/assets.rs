//! Assets, and the background, which may add one.

use std::sync::Arc;

use serde_json::Value;

use super::context::Context;
use super::{captions, number, optional_text, text};
use crate::lottie::has_layers;
use crate::model::{Asset, AssetKind, Background};

pub(super) fn asset(id: &str, value: &Value) -> Asset {
    Asset {
        id: id.to_owned(),
        kind: match value["type"].as_str().unwrap_or_default() {
            "video" => AssetKind::Video,
            "gif" => AssetKind::Gif,
            "audio" => AssetKind::Audio,
            "lottie" => AssetKind::Lottie,
            "caption" => AssetKind::Caption,
            _ => AssetKind::Image,
        },
        filename: text(value, "filename"),
        remote_url: source(value, "remoteUrl"),
        remote_key: source(value, "remoteKey"),
        animation: value
            .get("resourceJson")
            .filter(|json| value["type"] == "lottie" && has_layers(json))
            .map(|json| Arc::new(json.clone())),
        captions: value
            .get("captions")
            .filter(|_| value["type"] == "caption")
            .map(|list| {
                let by_word = value["timingGranularity"] == "word";
                Arc::new(captions::timed_text(list, by_word))
            }),
    }
}

/// Where the file is; an empty word is none, as the rules beyond the schema have it.
fn source(value: &Value, field: &str) -> Option<String> {
    optional_text(value, field).filter(|place| !place.is_empty())
}

pub(super) fn background(value: Option<&Value>, context: &mut Context<'_>) -> Background {
    let Some(value) = value else {
        return Background::None;
    };
    match value["type"].as_str().unwrap_or_default() {
        "color" => Background::Color {
            color: text(value, "color"),
            gradient: optional_text(value, "gradient"),
        },
        "blur" => Background::Blur {
            level: number(value, "level") as u8,
        },
        "image" => Background::Image {
            asset_id: optional_text(value, "imageAssetId")
                .unwrap_or_else(|| add_image(text(value, "imageUrl"), context)),
        },
        _ => Background::None,
    }
}

/// Adds an asset of a URL, under the place in the document that names the URL.
fn add_image(url: String, context: &mut Context<'_>) -> String {
    context.add_asset("/globalBackground/imageUrl".to_owned(), |id| Asset {
        id,
        kind: AssetKind::Image,
        filename: String::new(),
        remote_url: Some(url),
        remote_key: None,
        animation: None,
        captions: None,
    })
}
