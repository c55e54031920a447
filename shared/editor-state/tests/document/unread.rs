//! What nothing reads is told, and not at any length.

use serde_json::{Map, Value, json};

use crate::common::{base, state};

/// What is told of the base document after a change, beside its fade's direction.
fn told(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut document = base();
    document["transitions"]["x-fade"]["params"] = json!({});
    change(&mut document);
    state(document).unread
}

#[test]
fn parameters_that_nothing_reads_are_told() {
    assert_eq!(
        state(base()).unread,
        ["transition \"x-fade\": params has \"direction\", which nothing reads"]
    );
    assert_eq!(told(|_| {}), [""; 0]);
    let params = |item: &str, params: Value| {
        let mut lines = told(|d| d["items"][item]["params"] = params);
        assert_eq!(lines.len(), 1, "{lines:?}");
        let line = lines.remove(0);
        let place = format!("item \"{item}\": params");
        line.strip_prefix(&place).unwrap().to_owned()
    };
    for (item, given, says) in [
        (
            "i-filter",
            json!({ "blend": "0.5" }),
            ".blend is \"0.5\", which is no number; 1 is taken instead",
        ),
        (
            "i-filter",
            json!({ "blend": 3 }),
            ".blend is 3, outside of 0 to 1; intensity times blend is held to that",
        ),
        (
            "i-filter",
            json!({ "strength": 3 }),
            " has \"strength\", which nothing reads",
        ),
        (
            "i-blur",
            json!({ "maxBlurPx": true }),
            ".maxBlurPx is true, which is no number; 24 is taken instead",
        ),
        (
            "i-blur",
            json!({ "maxBlurPx": -2 }),
            ".maxBlurPx is -2, below 0; nothing is blurred",
        ),
        (
            "i-blur",
            json!({ "blend": 1 }),
            " has \"blend\", which nothing reads",
        ),
    ] {
        assert_eq!(params(item, given), says);
    }
    let plain = told(|d| {
        d["items"]["i-blur"]["effectType"] = json!("blur");
        d["tracks"][0]["hidden"] = json!(true);
    });
    assert_eq!(plain, [""; 0], "of what is hidden nothing is told");
    let plain = told(|d| d["items"]["i-blur"]["effectType"] = json!("blur"));
    assert_eq!(
        plain,
        ["item \"i-blur\": params has \"maxBlurPx\", which nothing reads"]
    );
}

#[test]
fn numbers_of_a_chart_that_belong_to_no_series_are_told() {
    let rows = told(|d| {
        let data = &mut d["items"]["i-bar"]["data"];
        data["rows"][0]["values"] = json!({ "k": 1, "lost": 2, "astray": 3 });
        let other = json!({ "label": "r", "values": { "lost": 4 } });
        data["rows"].as_array_mut().unwrap().push(other);
    });
    assert_eq!(
        rows,
        [
            "item \"i-bar\": no series has the key \"astray\"; its numbers are not drawn (1)",
            "item \"i-bar\": no series has the key \"lost\"; its numbers are not drawn (2)",
        ]
    );
    let points = told(|d| d["items"]["i-scatter"]["data"]["points"][0]["seriesKey"] = json!("j"));
    assert_eq!(
        points,
        ["item \"i-scatter\": no series has the key \"j\"; its numbers are not drawn (1)"]
    );
    let twice = told(|d| {
        let series = d["items"]["i-line"]["data"]["series"]
            .as_array_mut()
            .unwrap();
        series.push(json!({ "key": "k", "label": "Again" }));
    });
    assert_eq!(
        twice,
        ["item \"i-line\": a second series has the key \"k\"; all numbers are the first one's"]
    );
}

#[test]
fn no_more_is_told_than_people_read() {
    let many = || -> Map<String, Value> { (0..50).map(|n| (format!("p{n}"), json!(1))).collect() };
    let one = told(|d| d["items"]["i-filter"]["params"] = many().into());
    assert_eq!(one.len(), 11);
    assert_eq!(one[10], "item \"i-filter\": 40 more like these");
    let all = told(|d| {
        let filter = d["items"]["i-filter"].clone();
        for n in 0..20 {
            let (id, track) = (format!("f{n}"), format!("more-{n}"));
            let mut filter = filter.clone();
            (filter["id"], filter["params"]) = (json!(id), Value::Object(many()));
            let track = json!({ "id": track, "items": [id], "hidden": false, "muted": false });
            d["items"][&id] = filter;
            d["tracks"].as_array_mut().unwrap().push(track);
        }
    });
    assert_eq!(all.len(), 101);
    assert_eq!(all[100], "120 more like these");
}
