//! Text templates, as groups of a picture and texts.
//!
//! A node's Lottie JSON (`imageLottieJson`, where it has `layers`) becomes an asset that
//! the document itself holds, and is drawn whatever `imageType` says. A node that has
//! only an `imageComponentId` is left out and told of: the editor's components are not
//! public, and the texts of a template are worth more than its picture.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Context, animations, captions, constant_box, geometry, number, optional_text, text, text_style,
    ticks,
};
use crate::fault::join;
use crate::lottie::has_layers;
use crate::model::{
    AnimatedNumber, Asset, AssetKind, GroupItem, Item, ItemKind, LottieItem, SourceTime, TextItem,
    Ticks,
};

pub(super) fn group(id: &str, value: &Value, context: &mut Context<'_>) -> GroupItem {
    let path = join(&join("/items", id), "nodes");
    let nodes = value["nodes"].as_array().into_iter().flatten().enumerate();
    let (mut parts, mut missing) = (Vec::new(), Vec::new());
    for (index, node) in nodes {
        let place = join(&path, &index.to_string());
        let kind = if node["type"] == "text" {
            Ok(words(node))
        } else {
            picture(&place, node, context)
        };
        match kind {
            Ok(kind) => parts.push(Item {
                id: context.part_id(place),
                start: Ticks(0),
                duration: ticks(value, "durationTicks"),
                kind,
            }),
            Err(cause) => missing.push(cause),
        }
    }
    GroupItem {
        parts,
        space: None,
        missing,
        geometry: geometry(value),
        animations: animations(value),
    }
}

fn words(node: &Value) -> ItemKind {
    ItemKind::Text(Box::new(TextItem {
        text: text(node, "text"),
        later: Vec::new(),
        style: text_style(node),
        geometry: node_box(node),
        resize_on_edit: false,
        animations: animations(node),
        caption_animations: captions::caption_animations(node),
    }))
}

fn picture(place: &str, node: &Value, context: &mut Context<'_>) -> Result<ItemKind, String> {
    let json = &node["imageLottieJson"];
    if !has_layers(json) {
        let id = text(node, "id");
        return Err(match optional_text(node, "imageComponentId") {
            Some(component) => {
                format!("image \"{id}\" is left out: component \"{component}\" is not public")
            }
            None => format!("image \"{id}\" is left out: the document does not hold it"),
        });
    }
    let asset_id = context.add_asset(join(place, "imageLottieJson"), |id| Asset {
        id,
        kind: AssetKind::Lottie,
        filename: String::new(),
        remote_url: None,
        remote_key: None,
        captions: None,
        animation: Some(Arc::new(json.clone())),
    });
    let mut geometry = node_box(node);
    geometry.opacity = AnimatedNumber::constant(number(node, "opacity"));
    Ok(ItemKind::Lottie(LottieItem {
        asset_id,
        geometry,
        animations: animations(node),
        source: SourceTime {
            start: Ticks(0),
            playback_rate: 1.0,
        },
    }))
}

fn node_box(node: &Value) -> crate::model::Geometry {
    constant_box(["x", "y", "width", "height"].map(|key| number(node, key)))
}
