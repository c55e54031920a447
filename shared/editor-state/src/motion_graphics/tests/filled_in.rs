//! What a file makes of its props.

use super::*;

#[test]
fn what_is_filled_in_must_be_valid_whatever_a_document_says() {
    for (sentence, pointer, value, at) in [
        (
            "fontSize must be a number, 1 or more, not 0",
            "/props/size/min",
            json!(0),
            "/items/1/fontSize",
        ),
        (
            "must be a number, 1 or more",
            "/items/1/fontSize",
            json!(0),
            "/items/1/fontSize",
        ),
        (
            "rectangle, circle",
            "/items/0/shape",
            json!({ "$prop": "unit" }),
            "/items/0/shape",
        ),
        (
            "whole number",
            "/items/2/startTicks",
            json!({ "$prop": "size", "times": 100 }),
            "/items/2/startTicks",
        ),
        (
            "whole number",
            "/items/2/startTicks",
            json!({ "$prop": "size", "times": 1_000_000 }),
            "/items/2/startTicks",
        ),
        (
            "must be a string",
            "/items/1/text",
            json!({ "$prop": "size" }),
            "/items/1/text",
        ),
        (
            "must be an object",
            "/items/0/width",
            json!({ "$prop": "color" }),
            "/items/0/width",
        ),
        (
            "longer than 32",
            "/props/unit/maxLength",
            json!(33),
            "/items/2/text/$count/suffix",
        ),
        (
            "from 0 to 3",
            "/items/2/text/$count/decimals",
            json!(4),
            "/items/2/text/$count/decimals",
        ),
        (
            "has no field",
            "/items/2/text/$count/form",
            json!(4),
            "/items/2/text/$count/form",
        ),
        (
            "past the last one",
            "/items/2/startTicks",
            json!(1e17),
            "/items/2/startTicks",
        ),
        (
            "must be true or false",
            "/items/1/resizeOnEdit",
            json!("yes"),
            "/items/1/resizeOnEdit",
        ),
        (
            "one of fade",
            "/items/1/animations",
            json!({ "in": { "type": "fad", "durationTicks": 1 } }),
            "/items/1/animations/in/type",
        ),
    ] {
        assert_eq!(fault(sentence, put(pointer, value)), at, "{sentence}");
    }
    let path = fault("lineHeight, which is required", |file| {
        file["items"][1]
            .as_object_mut()
            .unwrap()
            .remove("lineHeight");
    });
    assert_eq!(path, "/items/1/lineHeight");
    // What `$when` leaves out in a trial is looked at all the same.
    let path = fault("so with every prop at its least", |file| {
        file["props"]["size"]["min"] = json!(0.5);
    });
    assert_eq!(path, "/items/1/fontSize");
}
