//! Bodies and documents that nobody sends in good faith: each is answered, with a
//! sentence that says what to do, or taken for what it is. `film/hostile.rs` of the
//! renderer draws the like of those that are taken; how long an answer takes is measured by
//! `cargo xtask bench --only hostile`, and by no test.

use std::time::Duration;

use darkroom_test_hostile::{self as hostile, Group, Hostile};
use reqwest::Method;

use crate::common::{Answer, Service, answer, assert_problem};

/// Many times what any of these takes on a busy machine: what has no bound fails by it.
const STALL: Duration = Duration::from_secs(60);

/// Creates an export by a text that need not be JSON.
async fn sent(service: &Service, one: Hostile) -> Answer {
    let request = service
        .to(Method::POST, "/v1/exports")
        .bearer_auth(&service.secret)
        .header("content-type", "application/json")
        .body(one.body);
    let answered = tokio::time::timeout(STALL, answer(request)).await;
    answered.unwrap_or_else(|_| panic!("{}: no answer", one.name))
}

/// Sends a group: what is refused first, after which nothing is there.
async fn answered(group: Group) {
    let service = Service::start().await;
    let mut takes = Vec::new();
    for one in (group.make)() {
        let hostile::Answer::Refused { status, code, says } = one.answer.clone() else {
            takes.push(one);
            continue;
        };
        let name = one.name.clone();
        let refused = sent(&service, one).await;
        assert_problem(&refused, status, code);
        let text = &refused.text;
        assert!(
            text.contains(&says),
            "{name}: {says:?} is not said: {text:.2000}"
        );
        assert!(text.len() < 1 << 20, "{name}: {} bytes", text.len());
    }
    service.assert_nothing_created().await;
    for one in takes {
        let name = one.name.clone();
        let taken = sent(&service, one).await;
        assert_eq!(taken.status, 201, "{name}: {:.2000}", taken.text);
        // Ended, for the next to have its slot.
        assert_eq!(service.cancel(&taken.task()).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hardly_json_is_refused_with_its_place_or_read_as_json_is() {
    answered(hostile::SCRAWLED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_of_anything_is_answered_with_few_faults() {
    answered(hostile::NUMEROUS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strings_of_megabytes_are_refused_in_few_words() {
    answered(hostile::LONG).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_and_times_without_end_are_refused_or_drawn_within_the_limits() {
    answered(hostile::SIZED).await;
}
