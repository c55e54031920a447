//! Limits, credits and quotas: fixed and reserved at creation, given back once.

use darkroom_api::ApiConfig;
use darkroom_exports::{PriceTable, Timestamp};
use futures::future::join_all;
use serde_json::json;

use crate::common::{
    Answer, Service, answer, assert_problem, body, body_of, body_with, serve_config, state, with,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_active_limit_is_the_accounts_over_all_its_keys() {
    let service = Service::start().await;
    let one = service.create(&body()).await.task();
    let (other, _) = service.more_key("ann", true, None).await;
    let create = |key: &str| {
        let request = service
            .to(reqwest::Method::POST, "/v1/exports")
            .bearer_auth(key);
        answer(request.json(&body()))
    };
    assert_eq!(create(&other).await.status, 201);
    for key in [&service.secret, &other] {
        let refused = create(key).await;
        assert_problem(&refused, 422, "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED");
    }
    assert_eq!(service.queued().await, 2, "what is refused is not queued");
    // Another user is not held up.
    let (bob, _) = service.more_key("bob", true, None).await;
    assert_eq!(create(&bob).await.status, 201);

    // A canceled task's slot is free at once, and only once.
    for _ in 0..2 {
        assert_eq!(service.cancel(&one).await.data()["status"], "CANCELED");
    }
    assert_eq!(create(&other).await.status, 201);
    assert_eq!(create(&other).await.status, 422);

    // The account's own limit counts, up and down to none at all.
    service
        .update(
            "ann",
            "ACCOUNT",
            "SET activeLimit = :n",
            &json!({ ":n": { "N": "3" } }),
        )
        .await;
    assert_eq!(create(&other).await.status, 201);
    let refused = create(&other).await;
    assert!(
        refused.json["detail"]
            .as_str()
            .unwrap()
            .starts_with("3 exports"),
        "{}",
        refused.text
    );
    for id in service.account().await.0 {
        service.cancel(&id).await;
    }
    assert!(service.account().await.0.is_empty());
    service
        .update(
            "ann",
            "ACCOUNT",
            "SET activeLimit = :n",
            &json!({ ":n": { "N": "0" } }),
        )
        .await;
    let refused = create(&other).await;
    assert_problem(&refused, 422, "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED");
    // No wait for an end helps.
    let detail = refused.json["detail"].as_str().unwrap();
    assert!(detail.contains("accounts set-limit"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn credits_are_reserved_at_creation_and_given_back_once() {
    let service = Service::start().await;
    // Unmetered: nothing is written of a balance.
    let free = service.create(&body()).await.task();
    service.cancel(&free).await;
    assert_eq!(service.account().await, (vec![], None));

    service.store().grant("ann", 500_000).await.unwrap();
    let created = service.create(&body()).await;
    assert_eq!(created.data()["chargedCredits"], "0.2");
    assert_eq!(service.account().await.1, Some(300_000));
    let refused = service.create(&body_of(state(100, 100, 3.5))).await;
    assert_problem(&refused, 422, "OPEN_API_CREDITS_INSUFFICIENT");
    let detail = refused.json["detail"].as_str().unwrap();
    for says in [
        "charged 0.4 credits",
        "the balance is 0.3",
        "`darkroom accounts grant`",
    ] {
        assert!(detail.contains(says), "{detail}");
    }
    // Neither a refusal, nor an invalid document, nor a replay costs anything.
    service.create(&body_of(json!({}))).await;
    service
        .create_keyed(&body_with(json!({ "scale": 2 })), "k")
        .await;
    for _ in 0..3 {
        assert!(
            service
                .create_keyed(&body_with(json!({ "scale": 2 })), "k")
                .await
                .replayed()
        );
    }
    assert_eq!(service.account().await.1, Some(100_000));
    assert_eq!(service.queued().await, 3);
    for id in service.account().await.0 {
        for _ in 0..3 {
            assert_eq!(service.cancel(&id).await.status, 200);
        }
    }
    assert_eq!(service.account().await, (vec![], Some(500_000)));
    // What was created unmetered gives nothing back.
    service.cancel(&free).await;
    assert_eq!(service.account().await.1, Some(500_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn billing_follows_length_size_and_rate() {
    let service = Service::start().await;
    for (width, height, seconds, more, billed, credits) in [
        (1280, 720, 10.5, json!({}), 11, "1.1"),
        (1920, 1080, 10.0, json!({ "scale": 2 }), 40, "4"),
        (1920, 1080, 10.0, json!({ "fps": 60 }), 20, "2"),
        (100, 100, 0.004, json!({}), 1, "0.1"),
    ] {
        let created = service
            .create(&with(body_of(state(width, height, seconds)), more))
            .await;
        let data = created.data();
        assert_eq!(data["billedStandardSeconds"], json!(billed));
        assert_eq!(data["chargedCredits"], credits);
        assert_eq!(data["durationSeconds"].as_f64(), Some(seconds));
        let task = service.task(&created.task()).await;
        for figure in ["billedStandardSeconds", "chargedCredits", "durationSeconds"] {
            assert_eq!(task[figure], data[figure]);
        }
        service.cancel(&created.task()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployments_own_prices_are_those_of_creates_and_estimates() {
    let mut service = Service::start().await;
    let prices = PriceTable {
        per_standard_second: "0.25".parse().unwrap(),
        fps60_percent: 150,
        standard_pixels: 100 * 100,
    };
    let config = ApiConfig {
        prices,
        ..ApiConfig::default()
    };
    service.url = serve_config(service.store(), config, Timestamp::now).await;
    for (side, fps, billed, credits) in [
        (100, 30, 10, "2.5"),
        (100, 60, 15, "3.75"),
        (200, 60, 60, "15"),
    ] {
        let export = with(body_of(state(side, side, 10.0)), json!({ "fps": fps }));
        let created = service.create(&export).await;
        let estimate = answer(service.post("/v1/exports/estimate", &export)).await;
        for data in [created.data(), estimate.data()] {
            assert_eq!(data["billedStandardSeconds"], json!(billed));
            assert_eq!(data["chargedCredits"], credits);
        }
        let task = service.task(&created.task()).await;
        assert_eq!(task["chargedCredits"], credits);
        service.cancel(&created.task()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keys_quota_is_used_up_and_given_back() {
    let service = Service::start().await;
    let (secret, _) = service.more_key("ann", true, Some(5)).await;
    let create = |seconds: f64| {
        let request = service
            .to(reqwest::Method::POST, "/v1/exports")
            .bearer_auth(&secret);
        answer(request.json(&body_of(state(100, 100, seconds))))
    };
    let first = create(4.0).await;
    assert_eq!(first.status, 201);
    let refused = create(2.0).await;
    assert_problem(
        &refused,
        429,
        "OPEN_API_EXPORT_STANDARD_SECOND_LIMIT_EXCEEDED",
    );
    assert_eq!(refused.json["type"], "RATE_LIMITED");
    assert_eq!(refused.header("retry-after"), "3600");
    let detail = refused.json["detail"].as_str().unwrap();
    for says in [
        "takes 2 standard seconds",
        "quota of 5 are 4 used",
        "`darkroom keys create --quota`",
    ] {
        assert!(detail.contains(says), "{detail}");
    }
    assert_eq!(service.account().await.0, [first.task()]);
    // Another key of the same user has no limit.
    let other = service.create(&body()).await;
    assert_eq!(other.status, 201);
    service.cancel(&first.task()).await;
    assert_eq!(create(5.0).await.status, 201);
    assert_eq!(create(1.0).await.status, 429);
}

/// Standard seconds left to a key.
async fn quota_left(service: &Service, secret: &str) -> String {
    let key = service.store().authenticate(secret).await.unwrap().unwrap();
    let key = json!({ "pk": { "S": format!("K#{}", key.hash) }, "sk": { "S": "KEY" } });
    let table = &service.stack.made.table;
    let wanted = json!({ "TableName": table, "Key": key, "ConsistentRead": true });
    let found = service.aws("DynamoDB_20120810.GetItem", &wanted).await;
    found["Item"]["quotaLeft"]["N"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn creates_at_once_never_exceed_a_quota_and_replays_do_not_count() {
    let service = Service::start().await;
    let many = json!({ ":n": { "N": "100" } });
    let limit = "SET activeLimit = :n";
    service.update("ann", "ACCOUNT", limit, &many).await;
    // Eleven standard seconds: five exports of two, and one that no export fits into.
    let (secret, _) = service.more_key("ann", true, Some(11)).await;
    let body = body();
    let create = async |once: &str| {
        let request = service
            .to(reqwest::Method::POST, "/v1/exports")
            .bearer_auth(&secret)
            .header("idempotency-key", once);
        answer(request.json(&body)).await
    };
    let onces: Vec<String> = (0..32).map(|index| format!("k{index}")).collect();
    let answers = join_all(onces.iter().map(|once| create(once))).await;
    let made: Vec<(&String, &Answer)> = onces
        .iter()
        .zip(&answers)
        .filter(|(_, answer)| answer.status == 201)
        .collect();
    assert_eq!(made.len(), 5);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        let code = "OPEN_API_EXPORT_STANDARD_SECOND_LIMIT_EXCEEDED";
        assert_problem(refused, 429, code);
    }
    assert_eq!(quota_left(&service, &secret).await, "1");
    assert_eq!(service.account().await.0.len(), 5);
    assert_eq!(service.items("ann", "T#").await.len(), 5);
    assert_eq!(service.items("ann", "I#").await.len(), 5);
    assert_eq!(service.queued().await, 5);
    for (once, first) in &made {
        let again = create(once).await;
        assert_eq!((&again.text, again.replayed()), (&first.text, true));
    }
    assert_eq!(quota_left(&service, &secret).await, "1");

    // One that fails and one that is canceled give theirs back, once; a delivered one does not.
    let (failed, done) = (
        service.claim(&made[0].1.task()).await,
        service.claim(&made[1].1.task()).await,
    );
    for _ in 0..2 {
        let failing = service.store().finish_failed(&failed, "no").await;
        failing.unwrap();
        assert_eq!(quota_left(&service, &secret).await, "3");
    }
    let completing = service
        .store()
        .finish_completed(&done, "outputs/x.mp4", 1, &[]);
    completing.await.unwrap();
    assert_eq!(quota_left(&service, &secret).await, "3");
    for _ in 0..2 {
        service.cancel(&made[2].1.task()).await;
        assert_eq!(quota_left(&service, &secret).await, "5");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_refused_at_once_though_it_was_just_looked_up() {
    let service = Service::start().await;
    let first = service.create_keyed(&body(), "before").await;
    assert_eq!(first.status, 201);
    // Revoked elsewhere: this process still believes in it.
    service.revoke_elsewhere().await;
    // A replay is an answer too.
    let refused = service.create_keyed(&body(), "before").await;
    assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
    // Refused, it is forgotten, and not found.
    assert_problem(&service.create(&body()).await, 401, "OPEN_API_KEY_INVALID");
    let create = service
        .to(reqwest::Method::POST, "/v1/exports")
        .json(&body());
    let refused = answer(create.bearer_auth(service.revoked_key().await)).await;
    assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
    assert_problem(
        &answer(service.get("/v1/exports")).await,
        401,
        "OPEN_API_KEY_INVALID",
    );
    assert_eq!(service.items("ann", "T#").await.len(), 1);
    assert_eq!(service.queued().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_cancels_nothing_though_it_was_just_looked_up() {
    for limit in [None, Some(100)] {
        let mut service = Service::start().await;
        let (secret, _) = service.more_key("ann", true, limit).await;
        service.key = service
            .store()
            .authenticate(&secret)
            .await
            .unwrap()
            .unwrap();
        service.secret = secret;
        let task = service.create(&body()).await.task();
        service.revoke_elsewhere().await;
        let refused = service.cancel(&task).await;
        assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
        let (active, _) = service.account().await;
        assert_eq!(active, [task], "the task goes on");
    }
}
