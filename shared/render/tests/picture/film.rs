//! Documents in a few words.

mod items;

use darkroom_editor_state::{EditorState, Library, Ratio, read};
use serde_json::{Map, Value, json};

use crate::stickers;
use items::SAID;
pub(crate) use items::{
    Item, Node, audio, captions, chart, effect, filter, gif, graphic, illustration, image, solid,
    sticker, template, text, video,
};

/// Ticks of one frame at 30 fps, the rate of all tests here.
pub(crate) const FRAME: i64 = 8000;

/// A document and what is asked of its export.
#[derive(Debug, Clone)]
pub(crate) struct Film {
    pub(crate) size: (u32, u32),
    pub(crate) ratio: Ratio,
    pub(crate) scale: f64,
    tracks: Vec<(Value, Vec<Item>)>,
    transitions: Vec<Value>,
    background: Value,
}

/// An empty film of 160x90 before a dark grey.
pub(crate) fn film() -> Film {
    Film {
        size: (160, 90),
        ratio: Ratio::Custom,
        scale: 1.0,
        tracks: Vec::new(),
        transitions: Vec::new(),
        background: json!({ "type": "color", "color": "#303030", "gradient": null }),
    }
}

impl Film {
    pub(crate) fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    pub(crate) fn output(mut self, ratio: Ratio, scale: f64) -> Self {
        (self.ratio, self.scale) = (ratio, scale);
        self
    }

    /// Adds a track below those there are.
    pub(crate) fn track(self, items: impl IntoIterator<Item = Item>) -> Self {
        self.add_track(false, items)
    }

    pub(crate) fn hidden_track(self, items: impl IntoIterator<Item = Item>) -> Self {
        self.add_track(true, items)
    }

    fn add_track(mut self, hidden: bool, items: impl IntoIterator<Item = Item>) -> Self {
        let index = self.tracks.len();
        let items: Vec<Item> = items.into_iter().collect();
        let ids: Vec<String> = (0..items.len()).map(|i| format!("{index}-{i}")).collect();
        let track =
            json!({ "id": format!("t{index}"), "items": ids, "hidden": hidden, "muted": false });
        self.tracks.push((track, items));
        self
    }

    /// A `fade` between the first two items of the last track.
    pub(crate) fn dissolve(self, frames: i64, easing: &str) -> Self {
        self.transition("fade", None, frames, easing)
    }

    /// A transition between the first two items of the last track.
    pub(crate) fn transition(
        mut self,
        kind: &str,
        direction: Option<&str>,
        frames: i64,
        easing: &str,
    ) -> Self {
        let index = self.tracks.len() - 1;
        let mut transition = json!({
            "id": "cut", "trackId": format!("t{index}"),
            "fromClipId": format!("{index}-0"), "toClipId": format!("{index}-1"),
            "type": kind, "durationTicks": frames * FRAME, "easing": easing,
        });
        if let Some(direction) = direction {
            transition["params"] = json!({ "direction": direction });
        }
        self.transitions.push(transition);
        self
    }

    pub(crate) fn background(mut self, background: Value) -> Self {
        self.background = background;
        self
    }

    /// The document as JSON.
    pub(crate) fn json(&self) -> Value {
        let (mut items, mut assets) = (Map::new(), Map::new());
        for (index, (_, track)) in self.tracks.iter().enumerate() {
            for (i, item) in track.iter().enumerate() {
                let id = format!("{index}-{i}");
                let mut item = item.0.clone();
                item.insert("id".to_owned(), id.clone().into());
                for file in item
                    .get("slots")
                    .and_then(Value::as_object)
                    .into_iter()
                    .flatten()
                {
                    let file = file.1.as_str().unwrap();
                    assets.insert(file.to_owned(), asset(file, &json!("image")));
                }
                if let Some(said) = item.remove(SAID) {
                    let asset_id = format!("said-{id}");
                    assets.insert(asset_id.clone(), caption_asset(&asset_id, said));
                    item.insert("assetId".to_owned(), asset_id.into());
                } else if let Some(file) = item.get("assetId").and_then(Value::as_str) {
                    assets.insert(file.to_owned(), asset(file, &item["type"]));
                }
                items.insert(id, item.into());
            }
        }
        if let Some(file) = self.background["imageAssetId"].as_str() {
            assets.insert(file.to_owned(), asset(file, &json!("image")));
        }
        let transitions: Map<String, Value> = self
            .transitions
            .iter()
            .map(|t| (t["id"].as_str().unwrap().to_owned(), t.clone()))
            .collect();
        json!({
            "stateSchemaVersion": "v1", "timebaseTicksPerSecond": 240_000,
            "compositionWidth": self.size.0, "compositionHeight": self.size.1,
            "tracks": self.tracks.iter().map(|(track, _)| track).collect::<Vec<_>>(),
            "assets": assets, "items": items, "transitions": transitions,
            "globalBackground": self.background,
        })
    }

    /// The document, checked.
    pub(crate) fn state(&self) -> EditorState {
        match read(self.json(), &Library::default()) {
            Ok(document) => document.state,
            Err(faults) => panic!("a test's document has faults: {faults:#?}"),
        }
    }
}

/// Declared sizes are hints that nobody should follow: all of them are wrong here.
/// A gif whose name begins with `once-` does not loop; a sticker whose name begins with
/// `inline-` is in the document alone.
fn asset(file: &str, kind: &Value) -> Value {
    let inline = file.strip_prefix("inline-").map(stickers::animation);
    let behavior = if file.starts_with("once-") {
        "finite"
    } else {
        "loop"
    };
    json!({
        "id": file, "type": kind, "filename": file, "size": 1, "mimeType": "application/octet-stream",
        "remoteUrl": null, "remoteKey": inline.is_none().then_some(file), "width": 7, "height": 7, "durationInSeconds": 9,
        "hasAudioTrack": false, "loopBehavior": behavior,
        "resourceType": "lottie", "resourceJson": inline.flatten(),
    })
}

fn caption_asset(id: &str, mut said: Value) -> Value {
    said["id"] = id.into();
    said["type"] = "caption".into();
    said["filename"] = "captions.srt".into();
    said["size"] = 1.into();
    said["mimeType"] = "text/plain".into();
    said
}
