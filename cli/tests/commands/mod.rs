//! The commands that speak to a service: `exports`, `keys`.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::common::{
    Service, darkroom, moving_square, on_terminal_then, probe, request, run, stdout, write,
};

fn run_at(service: &Service, args: &[&str], code: i32) -> String {
    run_with(&service.url, &service.key, args, code)
}

fn run_with(url: &str, key: &str, args: &[&str], code: i32) -> String {
    let output = darkroom()
        .args(args)
        .env("DARKROOM_URL", url)
        .env("DARKROOM_API_KEY", key)
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "darkroom {args:?}: {err}");
    stdout(&output)
}

#[tokio::test]
async fn exports_and_keys_work_from_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let data = dir.path().to_str().unwrap().to_owned();
    let state = write(dir.path(), "s.json", &moving_square(64, 1.0));
    let video = dir.path().join("o.webm");
    let out = run(
        &[
            "exports",
            "create",
            state.to_str().unwrap(),
            "--data",
            &data,
            "-o",
            video.to_str().unwrap(),
        ],
        0,
    );
    let task = stdout(&out).lines().next().unwrap().to_owned();
    assert_eq!(probe(&video)["codec_name"], "vp9");
    assert!(run_at(&service, &["exports", "list"], 0).contains(&task));
    let shown: Value =
        serde_json::from_str(&run_at(&service, &["exports", "get", &task], 0)).unwrap();
    assert_eq!(shown["status"], "COMPLETED");

    let made = run(
        &[
            "keys", "create", "--user", "eve", "--name", "ci", "--json", "--data", &data,
        ],
        0,
    );
    let made: Value = serde_json::from_str(&stdout(&made)).unwrap();
    let (key, id) = (
        made["apiKey"].as_str().unwrap(),
        made["keyId"].as_str().unwrap(),
    );
    assert!(key.starts_with("sk_"));
    let as_eve = |path: String| {
        let request = service
            .http
            .get(format!("{}{path}", service.url))
            .bearer_auth(key);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(as_eve("/v1/exports".to_owned()).await, 200);
    assert_eq!(
        as_eve(format!("/v1/exports/{task}")).await,
        404,
        "another user's task"
    );
    let listed = stdout(&run(&["keys", "list", "--user", "eve", "--data", &data], 0));
    assert!(listed.contains(id) && listed.contains("ci"), "{listed}");
    assert!(
        !listed.contains(key) && !listed.contains(&key[3..]),
        "a key is never shown again"
    );
    run(&["keys", "revoke", id, "--user", "eve", "--data", &data], 0);
    run(
        &["keys", "revoke", "nope", "--user", "eve", "--data", &data],
        3,
    );
    let listed = stdout(&run(&["keys", "list", "--user", "eve", "--data", &data], 0));
    assert!(listed.contains("revoked"), "{listed}");
}

#[tokio::test]
async fn where_an_export_goes_is_settled_before_it_is_created() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let data = dir.path().to_str().unwrap();
    let state = write(dir.path(), "s.json", &moving_square(64, 1.0));
    let state = state.to_str().unwrap();
    let create = ["exports", "create", state, "--data", data, "-o"];
    for (more, code, says) in [
        (
            &["/nowhere/o.mp4"][..],
            3,
            "cannot write beside /nowhere/o.mp4",
        ),
        (&["o.mov"][..], 2, "must end in .mp4 or .webm"),
        (
            &["o.mp4", "--format", "webm"][..],
            3,
            "change the name or --format",
        ),
    ] {
        let refused = run(&[&create[..], more].concat(), code);
        let words = String::from_utf8_lossy(&refused.stderr);
        assert!(words.contains(says), "{words}");
    }
    assert_eq!(run_at(&service, &["exports", "list"], 0), "");

    // Its folder goes away while the export waits.
    run(&["queue", "pause", "--data", data], 0);
    let folder = dir.path().join("films");
    std::fs::create_dir(&folder).unwrap();
    let mut creating = darkroom()
        .args(create)
        .arg(folder.join("o.mp4"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(creating.stdout.take().unwrap());
    let mut task = String::new();
    told.read_line(&mut task).unwrap();
    std::fs::remove_dir(&folder).unwrap();
    run(&["queue", "resume", "--data", data], 0);
    let ended = creating.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{words}");
    let task = task.trim();
    let remedy = format!("`darkroom exports watch {task} -o FILE` fetches it");
    assert!(words.contains(&remedy), "{words}");
    let film = dir.path().join("o.mp4");
    let fetch = ["exports", "watch", task, "-o", film.to_str().unwrap()];
    let printed = run_at(&service, &fetch, 0);
    assert_eq!(printed.trim(), film.to_str().unwrap(), "and no progress");
    assert_eq!(probe(&film)["codec_name"], "h264");
}

#[tokio::test]
async fn keys_have_the_rights_they_were_made_with() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let data = dir.path().to_str().unwrap();
    let create = |more: &[&str]| {
        let mut args = vec!["keys", "create", "--user", "eve", "--json", "--data", data];
        args.extend(more);
        let made: Value = serde_json::from_str(&stdout(&run(&args, 0))).unwrap();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        (text("apiKey"), text("keyId"))
    };
    let body = request(&moving_square(64, 2.0));

    let (reader, _) = create(&["--no-runtime-access"]);
    let refused = service.post(&reader, None, &body).await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.json()["errorCode"],
        "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"
    );

    // Three standard seconds: one export of two fits, a second one does not.
    let (small, small_id) = create(&["--quota", "3", "--name", "small"]);
    let task = service.post(&small, None, &body).await.task();
    let refused = service.post(&small, None, &body).await;
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.json()["errorCode"],
        "OPEN_API_EXPORT_STANDARD_SECOND_LIMIT_EXCEEDED"
    );
    let (active, _) = service.store().await.account("eve").await.unwrap();
    assert!(active.is_empty() || active == [task], "{active:?}");

    // The key was used a moment ago and is refused at once all the same.
    run(
        &["keys", "revoke", &small_id, "--user", "eve", "--data", data],
        0,
    );
    let refused = service.post(&small, None, &body).await;
    assert_eq!(refused.status, 401, "{}", refused.body);
    for wrong in ["", "two words", "a\nb"] {
        run(&["keys", "create", "--user", wrong, "--data", data], 2);
    }
}

#[tokio::test]
async fn keys_work_on_the_deployment_of_the_environment() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let told = std::fs::read(dir.path().join("service.json")).unwrap();
    let told: Value = serde_json::from_slice(&told).unwrap();
    let text = |name: &str| told[name].as_str().unwrap();
    let output = darkroom()
        .args(["keys", "create", "--user", "ann", "--data", "/nowhere"])
        .env("DARKROOM_TABLE", text("table"))
        .env("DARKROOM_BUCKET", text("bucket"))
        .env("DARKROOM_RENDER_QUEUE_URL", text("render_queue_url"))
        .env("DARKROOM_WEBHOOK_QUEUE_URL", text("webhook_queue_url"))
        .env("AWS_ENDPOINT_URL", text("aws_url"))
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let key = stdout(&output).trim().to_owned();
    assert!(key.starts_with("sk_"), "the key alone: {key:?}");
    let listed = run_with(&service.url, &key, &["exports", "list"], 0);
    assert_eq!(listed, "");
}

#[test]
fn commands_without_a_service_say_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    for args in [
        ["keys", "list", "--data", data],
        ["exports", "list", "--data", data],
    ] {
        let output = run(&args, 3);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains("darkroom serve"), "{message}");
    }
}

#[tokio::test]
async fn exports_are_watched_listed_and_canceled_from_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    // Renders for several times as long as one look of the watcher may take, and does not
    // begin before the watcher is there.
    let state = write(dir.path(), "s.json", &moving_square(720, 60.0));
    let state = state.to_str().unwrap();
    let estimated = run_at(&service, &["exports", "estimate", state, "--json"], 0);
    let estimated: Value = serde_json::from_str(&estimated).unwrap();
    assert_eq!(estimated["output"]["frames"], 1800);
    assert_eq!(estimated["billedStandardSeconds"], 60);
    assert_eq!(run_at(&service, &["exports", "list"], 0), "");
    let queue = |word| run(&["queue", word, "--data", dir.path().to_str().unwrap()], 0);
    queue("pause");
    let created = run_at(&service, &["exports", "create", state], 0);
    let task = created.trim();
    let video = dir.path().join("o.mp4");
    let watch = ["exports", "watch", task, "-o", video.to_str().unwrap()];
    let environment = [
        ("DARKROOM_URL", service.url.as_str()),
        ("DARKROOM_API_KEY", service.key.as_str()),
    ];
    let shown = on_terminal_then(&watch, &environment, "PAUSED", || drop(queue("resume")));
    assert!(
        shown.contains("rendering") && shown.contains(" %") && shown.contains("left"),
        "{shown:?}"
    );
    assert_eq!(probe(&video)["nb_read_frames"], "1800");

    // The same by flags, as JSON lines, and a cancel that a watcher sees.
    let flags = ["--url", &service.url, "--key", &service.key, "--json"];
    let flagged = |args: &[&str], code| {
        let output = run(&[args, &flags].concat(), code);
        let lines: Vec<Value> = stdout(&output)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        lines
    };
    let second = flagged(&["exports", "create", state], 0);
    let second = second[0]["taskId"].as_str().unwrap();
    assert_eq!(
        flagged(&["exports", "cancel", second], 0)[0]["status"],
        "CANCELED"
    );
    let seen = flagged(&["exports", "watch", second], 1);
    assert_eq!(seen.last().unwrap()["status"], "CANCELED");
    let listed = flagged(&["exports", "list", "--limit", "1"], 0);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["taskId"], second);
    assert_eq!(flagged(&["exports", "list", "--limit", "0"], 0).len(), 2);

    // A refused document ends with 1, an unknown task and a wrong key with 3.
    let bad = write(dir.path(), "bad.json", &serde_json::json!({"tracks": 7}));
    let refused = flagged(&["exports", "create", bad.to_str().unwrap()], 1);
    assert_eq!(refused[0]["errorCode"], "EDITOR_SCHEMA_INVALID");
    run_at(&service, &["exports", "get", "nope"], 3);
    run_with(&service.url, "sk_wrong", &["exports", "list"], 3);
    run_with("localhost:1", "sk_wrong", &["exports", "list"], 3);
}
