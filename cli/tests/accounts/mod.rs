//! `darkroom accounts` on a running service: what it sets holds from the next request on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{LIMIT, Service, moving_square, request, run, stdout};

/// Runs `darkroom accounts` for a user and answers what it printed.
fn accounts(service: &Service, user: &str, args: &[&str]) -> Value {
    let data = service.data.to_str().unwrap();
    let mut all = vec!["accounts", "--json", "--user", user, "--data", data];
    all.extend(args);
    serde_json::from_str(&stdout(&run(&all, 0))).unwrap()
}

#[tokio::test]
async fn an_operator_shows_limits_charges_holds_and_resumes_an_account() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let key = service.key_of("eve").await;
    let accounts = |args: &[&str]| accounts(&service, "eve", args);
    let begins = json!({
        "user": "eve", "paused": false, "activeLimit": null, "activeTasks": [], "balance": null,
    });
    assert_eq!(accounts(&["show"]), begins);
    assert_eq!(accounts(&["set-limit", "1"])["activeLimit"], 1);
    assert_eq!(accounts(&["grant", "0.3"])["balance"], "0.3");
    assert_eq!(accounts(&["pause"])["paused"], true);

    // Two standard seconds, a fifth of a credit.
    let body = request(&moving_square(64, 2.0));
    let task = service.post(&key, None, &body).await.task();
    let shown = accounts(&["show"]);
    assert_eq!(shown["activeTasks"], json!([task]));
    assert_eq!(shown["balance"], "0.1");
    let status = async || {
        let url = format!("{}/v1/exports/{task}", service.url);
        let answer = service.http.get(url).bearer_auth(&key).send();
        let answer: Value = answer.await.unwrap().json().await.unwrap();
        answer["data"]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status().await, "PAUSED");
    let code = async || {
        let refused = service.post(&key, None, &body).await;
        (refused.status, refused.json()["errorCode"].clone())
    };
    let full = json!("OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED");
    assert_eq!(code().await, (422, full));
    assert_eq!(
        accounts(&["set-limit", "default"])["activeLimit"],
        json!(null)
    );
    let poor = json!("OPEN_API_CREDITS_INSUFFICIENT");
    assert_eq!(code().await, (422, poor));

    assert_eq!(accounts(&["resume"])["paused"], false);
    let start = Instant::now();
    while status().await != "COMPLETED" {
        assert!(start.elapsed() < LIMIT, "it does not go on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(accounts(&["show"])["activeTasks"], json!([]));
    assert_eq!(accounts(&["grant", "1.000001"])["balance"], "1.100001");

    let data = service.data.to_str().unwrap();
    let keys = |args: &[&str]| {
        let all = ["keys", args[0], "--json", "--user", "eve", "--data", data];
        stdout(&run(&[&all, &args[1..]].concat(), 0))
    };
    let made = keys(&["create", "--requests-per-minute", "1", "--quota", "9"]);
    let made: Value = serde_json::from_str(&made).unwrap();
    let slow = made["apiKey"].as_str().unwrap();
    assert_eq!(service.post(slow, None, &body).await.status, 201);
    let refused = service.post(slow, None, &body).await;
    let code = json!("OPEN_API_REQUEST_LIMIT_EXCEEDED");
    assert_eq!((refused.status, &refused.json()["errorCode"]), (429, &code));
    let listed = keys(&["list"]);
    let listed: Value = serde_json::from_str(listed.lines().last().unwrap()).unwrap();
    let shown = ["requestsPerMinute", "quota", "quotaUsed"].map(|field| &listed[field]);
    assert_eq!(shown, [&json!(1), &json!(9), &json!(2)]);
    let all = ["keys", "list", "--user", "eve", "--data", data];
    let listed = stdout(&run(&all, 0));
    assert!(listed.contains("2 of a quota of 9 s used"), "{listed}");
    run(
        &[
            "keys",
            "create",
            "--user",
            "eve",
            "--requests-per-minute",
            "0",
            "--data",
            data,
        ],
        2,
    );

    for wrong in [
        ["grant", "0.0000001"],
        ["grant", "much"],
        ["set-limit", "1001"],
    ] {
        run(&["accounts", wrong[0], wrong[1], "--data", data], 2);
    }
    a_mistyped_name_is_told_so_and_makes_no_account(&service).await;
}

/// Where there is `eve`, and no `evee`.
async fn a_mistyped_name_is_told_so_and_makes_no_account(service: &Service) {
    let data = service.data.to_str().unwrap();
    // It has nothing, and is said to.
    for (command, says) in [
        (&["keys", "list"][..], "evee has no keys"),
        (&["webhooks", "list"], "evee has no webhooks"),
        (
            &["webhooks", "list", "--failed"],
            "evee has no failed webhooks",
        ),
    ] {
        let list = [command, &["--user", "evee", "--data", data]].concat();
        let listed = run(&list, 0);
        let told = String::from_utf8_lossy(&listed.stderr).into_owned();
        assert_eq!(
            (stdout(&listed).as_str(), told.contains(says)),
            ("", true),
            "{told}"
        );
        let listed = run(&[&list[..], &["--json"]].concat(), 0);
        assert_eq!((listed.stdout, listed.stderr), (vec![], vec![]));
    }
    // And makes no account.
    for command in [
        &["accounts", "pause"][..],
        &["webhooks", "secret", "--rotate"],
    ] {
        let nobody = [command, &["--user", "evee", "--data", data]].concat();
        let refused = run(&nobody, 3);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(stdout(&refused), "");
        assert!(told.contains("there is no user evee"), "{told}");
    }
    let store = service.store().await;
    assert!(!store.account_summary("evee").await.unwrap().paused);
    assert_eq!(store.webhook_secret("evee").await.unwrap(), None);
    let eve = [
        "webhooks", "secret", "--rotate", "--user", "eve", "--data", data,
    ];
    assert!(stdout(&run(&eve, 0)).starts_with("whs_"));
}
