//! Our schema check, and the JSON schema that the API's description makes of it,
//! against the public JSON schema, on mutated documents: the verdicts must be equal
//! for every one of them.

use darkroom_editor_state::{check_schema, json_schemas};
use serde_json::{Value, json};

use crate::common::{backgrounds, full, tool_json};

fn oracle() -> jsonschema::Validator {
    let schema = tool_json("schema/editor-state.v1.schema.json");
    jsonschema::draft7::new(&schema).unwrap()
}

/// Every pointer of a document, itself included.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, entry) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(entry, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(list) => {
            for (index, entry) in list.iter().enumerate() {
                pointers(entry, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Values that stand in for any other: each type, the edges of each limit, and
/// the words of every vocabulary, so that discriminators get swapped too.
fn replacements() -> Vec<Value> {
    let mut values: Vec<Value> = vec![
        json!(null),
        json!(true),
        json!(false),
        json!([]),
        json!({}),
        json!([null]),
        json!([1]),
        json!(["x"]),
        json!([""]),
        json!({ "a": 1 }),
        json!({ "type": "none" }),
        json!({ "a": {} }),
        json!(""),
        json!("x"),
        json!("\u{1F600}"),
        json!("FADE"),
        json!("v1"),
        json!("v2"),
        json!(-1),
        json!(0),
        json!(1),
        json!(2),
        json!(2.0),
        json!(3),
        json!(4),
        json!(5),
        json!(-0.0),
        json!(0.5),
        json!(1.5),
        json!(1.0),
        json!(-1.0),
        json!(0.01),
        json!(0.0099),
        json!(49),
        json!(50),
        json!(50.0),
        json!(1920),
        json!(1920.0),
        json!(1920.5),
        json!(1921),
        json!(240_000),
        json!(240_000.0),
        json!(240_001),
        json!(1e300),
        json!(-1e300),
        json!(u64::MAX),
        json!(i64::MIN),
    ];
    let words = "image video gif audio lottie caption captions text text-template solid illustration \
        motion-graphic chart effect filter none color blur line bar area pie radar scatter \
        flash-to-black blurred-opening fade-in fade slide wipe flip clock-wipe iris slide-up zoom-in \
        converge sweep-shine linear ease-in-out 16:9 custom word finite loop svg rectangle star left \
        right ltr rtl manual upload preset uploaded error in-progress pending-upload verdant-glow";
    values.extend(words.split_whitespace().map(Value::from));
    values
}

const EXTRA_KEYS: &[&str] = &[
    "extra",
    "text",
    "componentId",
    "componentVersion",
    "type",
    "loop",
    "params",
    "linkGroupId",
    "effectType",
    "stickerId",
    "stickerVersion",
    "remoteUrl",
    "background",
    "captionAnimations",
    "a/b~c",
];

fn parent_and_key(pointer: &str) -> Option<(&str, String)> {
    let (parent, key) = pointer.rsplit_once('/')?;
    Some((parent, key.replace("~1", "/").replace("~0", "~")))
}

fn remove(document: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, key) = parent_and_key(pointer)?;
    match document.pointer_mut(parent)? {
        Value::Object(map) => map.remove(&key),
        Value::Array(list) => key
            .parse()
            .ok()
            .filter(|i| *i < list.len())
            .map(|i: usize| list.remove(i)),
        _ => None,
    }
}

/// The same rules as the API's description states them.
fn described() -> jsonschema::Validator {
    let schema = json!({
        "$ref": "#/components/schemas/EditorState", "components": { "schemas": json_schemas() },
    });
    jsonschema::draft202012::new(&schema).unwrap()
}

/// Compares the verdicts, and counts them.
struct Judge {
    oracle: jsonschema::Validator,
    described: jsonschema::Validator,
    valid: usize,
    invalid: usize,
    wrong: Vec<String>,
}

impl Judge {
    fn new() -> Self {
        Self {
            oracle: oracle(),
            described: described(),
            valid: 0,
            invalid: 0,
            wrong: Vec::new(),
        }
    }

    fn ask(&mut self, document: &Value, what: impl FnOnce() -> String) {
        let theirs = self.oracle.is_valid(document);
        let ours = check_schema(document);
        if theirs {
            self.valid += 1;
        } else {
            self.invalid += 1;
        }
        let described = self.described.is_valid(document);
        if theirs != ours.is_empty() || theirs != described {
            let reason = self
                .oracle
                .iter_errors(document)
                .next()
                .map(|e| e.to_string());
            self.wrong.push(format!(
                "{}: oracle valid={theirs} {reason:?}, ours {ours:?}, described valid={described}",
                what()
            ));
        }
    }

    /// Fails with the first differences.
    fn settle(self, least_valid: usize, least_invalid: usize) {
        let count = self.wrong.len();
        assert!(
            count == 0,
            "{count} verdicts differ:\n{}",
            self.wrong[..count.min(10)].join("\n")
        );
        println!("{} valid, {} invalid, all equal", self.valid, self.invalid);
        // A test that makes only one kind of document proves little.
        assert!(self.valid >= least_valid && self.invalid >= least_invalid);
    }
}

#[test]
fn base_documents_are_valid_for_both() {
    let mut judge = Judge::new();
    for background in backgrounds() {
        let document = full(&background);
        assert_eq!(check_schema(&document), []);
        judge.ask(&document, || "base".to_owned());
    }
    assert_eq!(judge.valid, backgrounds().len());
    judge.settle(5, 0);
}

/// One document for each item, so that a verdict costs little.
fn slices() -> Vec<Value> {
    let whole = full(&json!({ "type": "none" }));
    let mut slices: Vec<Value> = Vec::new();
    for background in backgrounds() {
        let mut document = full(&background);
        document["items"] = json!({});
        document["assets"] = json!({});
        slices.push(document);
    }
    let mut bare = slices[0].clone();
    for key in ["brandRuntime", "deletedAssets", "globalBackground"] {
        bare.as_object_mut().unwrap().remove(key);
    }
    bare["transitions"] = json!({});
    for map in ["items", "assets"] {
        for (key, entry) in whole[map].as_object().unwrap() {
            let mut document = bare.clone();
            document[map][key] = entry.clone();
            slices.push(document);
        }
    }
    slices
}

#[test]
fn every_single_mutation_gets_the_same_verdict() {
    let replacements = replacements();
    let mut judge = Judge::new();
    for (index, base) in slices().into_iter().enumerate() {
        let mut places = Vec::new();
        pointers(&base, "", &mut places);
        for place in &places {
            // The geometry of each item is the same table: once is enough.
            let repeated = index > 6
                && ["/top", "/left", "/height", "/scaleX", "/scaleY", "/tracks"]
                    .iter()
                    .any(|p| place.contains(p));
            if repeated && place.matches('/').count() > 3 {
                continue;
            }
            let mut document = base.clone();
            if remove(&mut document, place).is_some() {
                judge.ask(&document, || format!("remove {place}"));
            }
            for value in &replacements {
                let mut document = base.clone();
                *document.pointer_mut(place).unwrap() = value.clone();
                judge.ask(&document, || format!("{place} = {value}"));
            }
            if base.pointer(place).unwrap().is_object() {
                for key in EXTRA_KEYS {
                    for value in [json!("x"), json!(1), json!(null)] {
                        let mut document = base.clone();
                        document.pointer_mut(place).unwrap()[*key] = value.clone();
                        judge.ask(&document, || format!("{place} + {key} = {value}"));
                    }
                }
            }
        }
    }
    judge.settle(10_000, 10_000);
}

/// A small generator with a fixed seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }
}

/// Moves, copies and swaps of whole parts, several at a time: what an item of one
/// type says under the name of another.
#[test]
fn random_compound_mutations_get_the_same_verdict() {
    let replacements = replacements();
    let bases: Vec<Value> = slices()
        .into_iter()
        .chain(backgrounds().iter().map(full))
        .collect();
    let mut dice = Dice(20_260);
    let mut judge = Judge::new();
    for round in 0..12_000 {
        let mut document = bases[dice.roll(bases.len())].clone();
        let donor = &bases[dice.roll(bases.len())];
        let mut steps = Vec::new();
        for _ in 0..=dice.roll(3) {
            let (mut places, mut gifts) = (Vec::new(), Vec::new());
            pointers(&document, "", &mut places);
            pointers(donor, "", &mut gifts);
            let place = &places[1 + dice.roll(places.len() - 1)];
            let gift = &gifts[dice.roll(gifts.len())];
            match dice.roll(5) {
                0 => drop(remove(&mut document, place)),
                1 => {
                    *document.pointer_mut(place).unwrap() =
                        replacements[dice.roll(replacements.len())].clone();
                }
                2 => *document.pointer_mut(place).unwrap() = donor.pointer(gift).unwrap().clone(),
                3 => {
                    // A change that keeps numbers numbers, to stay near the limits.
                    if let Some(n) = document.pointer(place).and_then(Value::as_f64) {
                        let by = [-1.0, -0.5, 0.0, 0.5, 1.0, 2000.0][dice.roll(6)];
                        *document.pointer_mut(place).unwrap() = json!(n + by);
                    }
                }
                _ => {
                    let (_, key) = parent_and_key(gift).unwrap_or(("", "extra".to_owned()));
                    if let Some(map) = document.pointer_mut(place).and_then(Value::as_object_mut) {
                        map.insert(key, donor.pointer(gift).unwrap().clone());
                    }
                }
            }
            steps.push(format!("{place} <- {gift}"));
        }
        judge.ask(&document, || format!("round {round}: {steps:?}"));
    }
    judge.settle(500, 1000);
}
