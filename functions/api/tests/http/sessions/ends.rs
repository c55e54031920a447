//! How uploads end: aborted, by their time, with their project, after a failure.

use darkroom_exports::Timestamp;
use darkroom_exports::upload::{MAX_OPEN_UPLOADS, PART_ADDRESS_SECONDS};
use futures::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::{
    SESSIONS, abort, announced, begin, complete, id, multiparts, put, read, send, sign, whole,
};
use crate::common::{Service, answer, assert_problem, state};
use crate::faults::Proxy;

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_ends_when_it_is_aborted_and_by_its_time() {
    let service = Service::start().await;
    let bytes = b"1\n00:00:00,000 --> 00:00:01,000\nHi\n";
    let body = announced("a.srt", "text/plain", bytes);
    let aborted = id(&begin(&service, &body).await);
    let signed = sign(&service, &service.secret, &aborted, &[1]).await;
    let gone = abort(&service, &aborted).await;
    assert_eq!(
        *gone.data(),
        json!({ "uploadId": aborted.as_str(), "deleted": true })
    );
    assert_eq!(put(&service, &signed[0], bytes).await, 404);
    assert_eq!(multiparts(&service).await, 0);

    let expired = id(&begin(&service, &body).await);
    assert_ne!(expired, aborted);
    send(&service, &service.secret, &expired, &[1], bytes).await;
    let past = json!({ ":past": { "N": "1" } });
    let sk = format!("Y#{expired}");
    let expire = "SET expiresAt = :past";
    service.update("ann", &sk, expire, &past).await;
    let sign_path = |id: &str| format!("{SESSIONS}/{id}/parts");
    for id in [aborted.as_str(), expired.as_str(), "x"] {
        let parts = answer(service.post(&sign_path(id), &json!({ "partNumbers": [1] }))).await;
        for refused in [
            read(&service, id).await,
            parts,
            complete(&service, id).await,
            abort(&service, id).await,
        ] {
            assert_problem(&refused, 404, "UPLOAD_NOT_FOUND");
        }
    }
    // The same file begins anew.
    let anew = id(&begin(&service, &body).await);
    assert_ne!(anew, expired);
    assert_eq!(
        read(&service, &anew).await.data()["uploadedParts"],
        json!([])
    );

    // The bucket's rule was earlier than the session's end.
    let multipart = service.items("ann", &format!("Y#{anew}")).await[0].clone();
    let url = format!(
        "{}/{}/{}?uploadId={}",
        service.stack.endpoint,
        service.stack.made.bucket,
        multipart["fileKey"]["S"].as_str().unwrap(),
        multipart["multipart"]["S"].as_str().unwrap()
    );
    let removed = service.client.delete(url).send().await.unwrap();
    assert_eq!(removed.status(), 204);
    assert_problem(&complete(&service, &anew).await, 404, "UPLOAD_NOT_FOUND");
    assert!(service.items("ann", "A#").await.is_empty());
    // It is not in the way of a new one for its file.
    assert_eq!(whole(&service, &body, bytes).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_about_to_end_is_begun_anew() {
    let service = Service::start().await;
    let bytes = b"1\n00:00:00,000 --> 00:00:01,000\nHi\n";
    let body = announced("a.srt", "text/plain", bytes);
    let ends_in = async |id: &str, seconds: i64| {
        let at = Timestamp::now().plus_seconds(seconds).unix_seconds();
        let at = json!({ ":at": { "N": at.to_string() } });
        let sk = format!("Y#{id}");
        service.update("ann", &sk, "SET expiresAt = :at", &at).await;
    };
    let first = id(&begin(&service, &body).await);
    ends_in(&first, PART_ADDRESS_SECONDS + 60).await;
    assert_eq!(id(&begin(&service, &body).await), first);
    ends_in(&first, PART_ADDRESS_SECONDS - 60).await;
    let second = id(&begin(&service, &body).await);
    assert_ne!(second, first);
    assert_eq!(id(&begin(&service, &body).await), second);
    // Whoever has begun the first may go on.
    assert_eq!(read(&service, &first).await.status, 200);

    // Where there is no room for a third, the one that ends last is better than none.
    for file in 2..MAX_OPEN_UPLOADS {
        let other = announced("a.srt", "text/plain", format!("{file}").as_bytes());
        assert_eq!(begin(&service, &other).await.status, 201);
    }
    ends_in(&second, PART_ADDRESS_SECONDS - 30).await;
    assert_eq!(id(&begin(&service, &body).await), second);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abort_that_fails_leaves_an_upload_that_goes_on() {
    let (service, proxy) = Proxy::start().await;
    let bytes = b"1\n00:00:00,000 --> 00:00:01,000\nHi\n";
    let body = announced("a.srt", "text/plain", bytes);
    let open = id(&begin(&service, &body).await);
    send(&service, &service.secret, &open, &[1], bytes).await;
    let kind = "com.amazonaws.dynamodb.v20120810#AccessDeniedException";
    let denied = json!({ "__type": kind, "message": "no" });
    proxy.fail(("TransactWriteItems", 400, denied));
    assert_problem(&abort(&service, &open).await, 500, "INTERNAL");
    assert_eq!(multiparts(&service).await, 1);
    assert_eq!(
        read(&service, &open).await.data()["uploadedParts"],
        json!([1])
    );

    // Parts that cannot be removed are left to the bucket's rule, and are in nobody's way.
    proxy.fail(("DELETE object", 403, json!({})));
    assert_eq!(abort(&service, &open).await.status, 200);
    assert_eq!(multiparts(&service).await, 1);
    assert_problem(&read(&service, &open).await, 404, "UPLOAD_NOT_FOUND");
    assert_eq!(whole(&service, &body, bytes).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_for_a_project_is_bound_to_it_or_not_made() {
    let service = Service::start().await;
    let project = service.project(&state(64, 64, 1.0)).await;
    let bytes = b"1\n00:00:00,000 --> 00:00:01,000\nHi\n";
    let mut body = announced("a.srt", "text/plain", bytes);
    body["projectId"] = json!(project);
    let made = whole(&service, &body, bytes).await;
    let path = format!("/v1/projects/{project}/assets");
    let bound = answer(service.get(&path)).await;
    assert_eq!(bound.data()[0]["assetId"], made.data()["assetId"]);
    // Known bytes are bound as well.
    body["filename"] = json!("b.srt");
    let known = begin(&service, &body).await;
    let bound = answer(service.get(&path)).await;
    let second = &known.data()["asset"]["assetId"];
    assert_eq!(bound.data()[0]["assetId"], *second);

    let other = b"1\n00:00:00,000 --> 00:00:01,000\nHo\n";
    let mut body = announced("c.srt", "text/plain", other);
    body["projectId"] = json!(project);
    let open = id(&begin(&service, &body).await);
    send(&service, &service.secret, &open, &[1], other).await;
    let deleted = service.delete(&format!("/v1/projects/{project}"));
    answer(deleted).await.data();
    assert_problem(&complete(&service, &open).await, 404, "PROJECT_NOT_FOUND");
    assert_eq!(service.items("ann", "A#").await.len(), 2);
    assert_eq!(read(&service, &open).await.data()["status"], "OPEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn completes_at_once_and_after_a_failure_make_one_asset() {
    let (service, proxy) = Proxy::start().await;
    let bytes = b"1\n00:00:00,000 --> 00:00:01,000\nHi\n";
    let begun = begin(&service, &announced("a.srt", "text/plain", bytes)).await;
    let open = id(&begun);
    send(&service, &service.secret, &open, &[1], bytes).await;
    // The parts are put together, and then the table fails.
    let kind = "com.amazonaws.dynamodb.v20120810#AccessDeniedException";
    let denied = json!({ "__type": kind, "message": "no" });
    proxy.fail(("TransactWriteItems", 400, denied));
    assert_problem(&complete(&service, &open).await, 500, "INTERNAL");
    assert!(service.items("ann", "A#").await.is_empty());
    assert_eq!(
        read(&service, &open).await.data()["uploadedParts"],
        json!([1])
    );
    assert_eq!(multiparts(&service).await, 0);

    let answers = join_all((0..4).map(|_| complete(&service, &open))).await;
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert_eq!(answer.data()["assetId"], answers[0].data()["assetId"]);
    }
    assert_eq!(service.items("ann", "A#").await.len(), 1);
    let file = &service.items("ann", "F#").await[0];
    assert_eq!(file["assets"]["N"], "1");

    // A bucket that fails is no verdict: the upload stays.
    let other = b"1\n00:00:00,000 --> 00:00:01,000\nHo\n";
    let begun = begin(&service, &announced("b.srt", "text/plain", other)).await;
    let open = id(&begun);
    send(&service, &service.secret, &open, &[1], other).await;
    proxy.fail(("GET object", 403, json!({})));
    assert_problem(&complete(&service, &open).await, 500, "INTERNAL");
    assert_eq!(complete(&service, &open).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_begins_completes_and_aborts_nothing() {
    let service = Service::start().await;
    let bytes = b"1\n00:00:00,000 --> 00:00:01,000\nHi\n";
    let open = id(&begin(&service, &announced("a.srt", "text/plain", bytes)).await);
    send(&service, &service.secret, &open, &[1], bytes).await;
    let path = format!("{SESSIONS}/{open}");
    assert_revoked(&service, service.to(Method::DELETE, &path)).await;
    let other = announced("b.srt", "text/plain", b"other");
    assert_revoked(&service, service.to(Method::POST, SESSIONS).json(&other)).await;
    assert_eq!(multiparts(&service).await, 1);
    let completing = service.to(Method::POST, &format!("{path}/complete"));
    assert_revoked(&service, completing).await;
    assert!(service.items("ann", "A#").await.is_empty());
    assert_eq!(service.items("ann", "Y#").await.len(), 1);
    assert_eq!(complete(&service, &open).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_removes_no_file_that_is_not_what_it_claims_to_be() {
    let service = Service::start().await;
    let bytes = b"no picture at all";
    let open = id(&begin(&service, &announced("a.png", "image/png", bytes)).await);
    send(&service, &service.secret, &open, &[1], bytes).await;
    let session = service.items("ann", &format!("Y#{open}")).await[0].clone();
    let file = session["fileKey"]["S"].as_str().unwrap();
    let completing = service.to(Method::POST, &format!("{SESSIONS}/{open}/complete"));
    assert_revoked(&service, completing).await;
    assert_eq!(service.items("ann", "Y#").await.len(), 1);
    assert_eq!(service.objects(file).await.len(), 1);

    assert_problem(&complete(&service, &open).await, 422, "UPLOAD_INVALID");
    assert!(service.items("ann", "Y#").await.is_empty());
    assert!(service.objects(file).await.is_empty());
}

/// A request is refused to a key that is revoked and still believed.
async fn assert_revoked(service: &Service, request: RequestBuilder) {
    let revoked = service.revoked_key().await;
    let refused = answer(request.bearer_auth(revoked)).await;
    assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
}
