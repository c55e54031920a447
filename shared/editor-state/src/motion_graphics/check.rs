//! Reads a motion graphic's file strictly.

use serde_json::{Map, Value};

use super::library::{GraphicName, MAX_ID, is_built_in};
use super::{MotionGraphic, Prop, trial};
use crate::fault::{Fault, FaultCode, Faults, join};
use crate::names::use_one_of;
use crate::schema::{self, show};

/// Largest file, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
const MAX_LABEL: usize = 100;
const MAX_PROPS: usize = 50;
const MAX_SLOTS: usize = 10;
const MAX_ITEMS: usize = 50;
const MAX_NAME: usize = 50;

/// Item types that a motion graphic may hold; the schema refuses others.
const KINDS: [&str; 4] = ["text", "solid", "image", "illustration"];

/// Fields that an item of an editor state has and a part of a motion graphic has not.
const NOT_HERE: [&str; 2] = ["stickerId", "stickerVersion"];

impl MotionGraphic {
    /// Reads the file of an operator's motion graphic.
    ///
    /// # Errors
    ///
    /// Every fault there is, in the order of the file, with its JSON Pointer. What comes
    /// of filling in the props is told once there are no others.
    pub fn from_json(text: &str) -> Result<Self, Vec<Fault>> {
        let whole = |message: String| {
            vec![Fault {
                code: FaultCode::MotionGraphicInvalid,
                path: String::new(),
                message,
            }]
        };
        let too_large = |bytes: usize| {
            whole(format!(
                "The file has {bytes} bytes; at most {MAX_BYTES} are allowed. Make it shorter."
            ))
        };
        if text.len() > MAX_BYTES {
            return Err(too_large(text.len()));
        }
        let value: Value = serde_json::from_str(text)
            .map_err(|error| whole(format!("The file is not JSON: {error}.")))?;
        let mut faults = Faults::default();
        check(&value, &mut faults);
        if let Some(id) = value["id"].as_str().filter(|id| is_built_in(id)) {
            let message = format!(
                "id is {}, which is built in. Choose another id.",
                show(&id.into())
            );
            refuse(&mut faults, "/id".to_owned(), message);
        }
        if !faults.is_empty() {
            return Err(faults.into_sorted(&value));
        }
        let graphic = Self::parse(text).map_err(|error| whole(format!("{error}.")))?;
        // Longer than the file where defaults are written out: it is read again.
        if graphic.size_bytes > MAX_BYTES {
            return Err(too_large(graphic.size_bytes));
        }
        trial::run(&graphic, &mut faults);
        if faults.is_empty() {
            Ok(graphic)
        } else {
            Err(faults.into_sorted(&value))
        }
    }
}

fn refuse(faults: &mut Faults, path: String, message: String) {
    faults.push(FaultCode::MotionGraphicInvalid, path, message);
}

/// All but what comes of filling in the props.
pub(super) fn check(file: &Value, faults: &mut Faults) {
    schema::collect_graphic(file, faults);
    let id = file["id"].as_str().unwrap_or("a");
    if !id.is_empty() && GraphicName::new(id, 1).is_none() {
        let message = format!(
            "id is {}; it must be 1 to {MAX_ID} lower-case letters, digits and hyphens, the first no hyphen.",
            show(&id.into())
        );
        refuse(faults, "/id".to_owned(), message);
    }
    let label = file["label"].as_str().unwrap_or_default();
    if label.chars().nth(MAX_LABEL).is_some() {
        let message = format!("label is longer than {MAX_LABEL} characters. Shorten it.");
        refuse(faults, "/label".to_owned(), message);
    }
    check_names(file, "props", MAX_PROPS, faults);
    check_names(file, "slots", MAX_SLOTS, faults);
    check_props(file, faults);
    let items = file["items"].as_array().map_or(&[][..], Vec::as_slice);
    if items.len() > MAX_ITEMS {
        let message = format!(
            "items has {} entries; at most {MAX_ITEMS} are allowed. Use fewer.",
            items.len()
        );
        refuse(faults, "/items".to_owned(), message);
    }
    for (index, item) in items.iter().enumerate() {
        if let Some(item) = item.as_object() {
            let path = format!("/items/{index}");
            Checker { file, faults }.item(item, &path);
        }
    }
}

fn check_names(file: &Value, field: &str, most: usize, faults: &mut Faults) {
    let Some(map) = file[field].as_object() else {
        return;
    };
    let path = join("", field);
    if map.len() > most {
        let message = format!(
            "{field} has {} entries; at most {most} are allowed. Use fewer.",
            map.len()
        );
        refuse(faults, path.clone(), message);
    }
    for name in map.keys() {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let starts = name.starts_with(|first: char| first.is_ascii_alphabetic());
        if name.len() > MAX_NAME || !starts || !name.bytes().all(letters) {
            let message = format!(
                "{} is no name for one of the {field}; it must be 1 to {MAX_NAME} letters, digits and underscores, the first a letter.",
                show(&name.as_str().into())
            );
            refuse(faults, join(&path, name), message);
        }
    }
}

/// Defaults within their limits. What the schema refuses is left to it.
fn check_props(file: &Value, faults: &mut Faults) {
    for (name, value) in file["props"].as_object().into_iter().flatten() {
        let Ok(prop) = serde_json::from_value::<Prop>(value.clone()) else {
            continue;
        };
        let path = join("/props", name);
        match &prop {
            Prop::Number { min, max, .. } if min > max => {
                let message = format!("min of {name} is {min}, above its max, {max}. Mend one.");
                refuse(faults, join(&path, "min"), message);
            }
            _ => {
                let default = prop.default();
                let wanted = default.as_ref().and_then(|value| prop.refuse(value));
                if let (Some(wanted), Some(value)) = (wanted, default) {
                    let message =
                        format!("default of {name} must be {wanted}, not {}.", show(&value));
                    refuse(faults, join(&path, "default"), message);
                }
            }
        }
    }
}

/// Looks at what stands in an item in place of values.
struct Checker<'a> {
    file: &'a Value,
    faults: &'a mut Faults,
}

impl Checker<'_> {
    fn refuse(&mut self, path: String, message: String) {
        refuse(self.faults, path, message);
    }

    fn item(&mut self, item: &Map<String, Value>, path: &str) {
        let kind = item.get("type").and_then(Value::as_str).unwrap_or_default();
        let fields = || {
            let own = schema::item_fields(kind).filter(|field| !NOT_HERE.contains(field));
            ["type", "startTicks"].into_iter().chain(own)
        };
        if !KINDS.contains(&kind) {
            return;
        }
        for (key, value) in item {
            let place = join(path, key);
            let has = fields().any(|field| field == key);
            match key.as_str() {
                "type" => {}
                "$when" => self.when(value, place),
                "assetId" if has => self.slot(value, place),
                "text" if has && value.get("$count").is_some() => self.count(value, &place),
                _ if has => self.value(value, &place),
                key => {
                    let message = format!(
                        "A part of type {kind} has no field {}.{}",
                        show(&key.into()),
                        use_one_of(fields().collect::<Vec<_>>().into_iter(), key)
                    );
                    self.refuse(place, message);
                }
            }
        }
    }

    fn when(&mut self, value: &Value, place: String) {
        let Some(kind) = self.prop(value, &place) else {
            return;
        };
        if !["boolean", "string"].contains(&kind.as_str()) {
            let message = format!(
                "$when names a prop of type {kind}; it must be one of type boolean or string."
            );
            self.refuse(place, message);
        }
    }

    /// The type of the prop that `value` names; another value is a fault.
    fn prop(&mut self, value: &Value, place: &str) -> Option<String> {
        self.named(value, "props", "prop", place)?
            .get("type")?
            .as_str()
            .map(str::to_owned)
    }

    fn named(&mut self, value: &Value, field: &str, what: &str, place: &str) -> Option<Value> {
        let declared = self.file[field].as_object();
        let name = value.as_str();
        if let Some(found) = declared.zip(name).and_then(|(map, name)| map.get(name)) {
            return Some(found.clone());
        }
        let names = declared.into_iter().flat_map(Map::keys).map(String::as_str);
        let message = format!(
            "{} is no {what} of this motion graphic.{}",
            show(value),
            use_one_of(names, name.unwrap_or_default())
        );
        self.refuse(place.to_owned(), message);
        None
    }

    fn slot(&mut self, value: &Value, place: String) {
        let alone = value.as_object().filter(|map| map.len() == 1);
        if let Some(name) = alone.and_then(|map| map.get("$slot")) {
            self.named(name, "slots", "slot", &join(&place, "$slot"));
        } else {
            let message = format!(
                "assetId must be {{\"$slot\": name}}, not {}: a motion graphic has no assets of its own.",
                show(value)
            );
            self.refuse(place, message);
        }
    }

    fn count(&mut self, value: &Value, place: &str) {
        for (key, value) in value.as_object().into_iter().flatten() {
            let place = join(place, key);
            if key != "$count" {
                let message = format!("{key} cannot stand beside $count. Remove it.");
                self.refuse(place, message);
                continue;
            }
            for (key, value) in value.as_object().into_iter().flatten() {
                self.value(value, &join(&place, key));
            }
        }
    }

    /// A value in which props may stand.
    fn value(&mut self, value: &Value, path: &str) {
        match value {
            Value::Array(list) => {
                for (index, entry) in list.iter().enumerate() {
                    self.value(entry, &format!("{path}/{index}"));
                }
            }
            Value::Object(map) if map.contains_key("$prop") => self.placeholder(map, path),
            Value::Object(map) => {
                for (key, value) in map {
                    let place = join(path, key);
                    if key.starts_with('$') {
                        let message = format!(
                            "{} cannot stand here. Only $prop can.",
                            show(&key.as_str().into())
                        );
                        self.refuse(place, message);
                    } else {
                        self.value(value, &place);
                    }
                }
            }
            _ => {}
        }
    }

    fn placeholder(&mut self, map: &Map<String, Value>, path: &str) {
        for (key, value) in map {
            let place = join(path, key);
            match key.as_str() {
                "$prop" => {
                    let kind = self.prop(value, &place);
                    let multiplied = map.contains_key("times");
                    if let Some(kind) = kind.filter(|kind| multiplied && kind != "number") {
                        let message =
                            format!("times multiplies a number, but the prop is a {kind}.");
                        self.refuse(join(path, "times"), message);
                    }
                }
                "times" => {
                    if !value.is_number() {
                        let message = format!("times must be a number, not {}.", show(value));
                        self.refuse(place, message);
                    }
                }
                _ => {
                    let message = format!(
                        "{} cannot stand beside $prop; only times can. Remove it.",
                        show(&key.as_str().into())
                    );
                    self.refuse(place, message);
                }
            }
        }
    }
}
