//! What lies behind all tracks.

use serde_json::Value;

use super::items;

/// The radius of CSS `blur()` that each level of a blurred background is.
const LEVELS: [u32; 5] = [0, 10, 20, 40, 80];

/// The background at a tick.
pub(super) fn background(document: &Value, time: i64) -> String {
    let background = &document["globalBackground"];
    let inside = match background["type"].as_str().unwrap() {
        "color" => format!(
            "<div style='position:absolute;inset:0;background:{} {}'></div>",
            background["gradient"].as_str().unwrap_or(""),
            background["color"].as_str().unwrap(),
        ),
        "image" => covering(&items::address(
            background["imageAssetId"].as_str().unwrap(),
        )),
        "blur" => {
            let level = background["level"].as_u64().unwrap() as usize;
            lowest(document, time).map_or_else(String::new, |file| {
                blurred(&items::address(&file), LEVELS[level])
            })
        }
        _ => String::new(),
    };
    format!("<div style='position:absolute;inset:0;overflow:hidden;background:#000'>{inside}</div>")
}

fn covering(address: &str) -> String {
    format!("<img src='{address}' style='display:block;width:100%;height:100%;object-fit:cover'>")
}

/// The picture of the lowest image or video that shows.
fn lowest(document: &Value, time: i64) -> Option<String> {
    let tracks = document["tracks"].as_array().unwrap().iter().rev();
    let ids = tracks.flat_map(|track| track["items"].as_array().unwrap());
    let items = ids.map(|id| &document["items"][id.as_str().unwrap()]);
    let mut shown = items.filter(|item| item["type"] == "image" || item["type"] == "video");
    shown.find_map(|item| {
        let local = time - item["startTicks"].as_i64().unwrap();
        let lasts = 0..item["durationTicks"].as_i64().unwrap();
        lasts.contains(&local).then(|| items::source(item, local))
    })
}

/// A picture of the composition's own proportions, blurred. CSS blurs it into what is
/// transparent around it: here, a frame that its outermost pixels are drawn out to.
fn blurred(address: &str, radius: u32) -> String {
    if radius == 0 {
        return covering(address);
    }
    let reach = 3 * radius;
    format!(
        "<div style='position:absolute;inset:-{reach}px;border:{reach}px solid transparent;\
         border-image:url({address}) 1 fill stretch;filter:blur({radius}px)'></div>"
    )
}
