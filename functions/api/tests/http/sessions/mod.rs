//! `/v1/uploads/sessions`: files in parts, sent to the bucket under signed addresses.

mod assets;
mod bytes;
mod ends;
mod limits;

use darkroom_exports::upload::{PART_BYTES, PartHash};
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Answer, Service, answer};

pub const PART: usize = PART_BYTES as usize;
const SESSIONS: &str = "/v1/uploads/sessions";

/// The body that begins an upload.
pub fn announced(name: &str, kind: &str, bytes: &[u8]) -> Value {
    let parts = bytes.chunks(PART).map(PartHash::of);
    let hashes: Vec<String> = parts.map(|hash| hash.to_string()).collect();
    json!({
        "filename": name, "contentType": kind, "size": bytes.len(), "partSha256": hashes,
    })
}

/// Begins an upload; answers its id.
pub async fn begun(service: &Service, secret: &str, body: &Value) -> String {
    let begin = service.to(Method::POST, SESSIONS).bearer_auth(secret);
    let begun = answer(begin.json(body)).await;
    begun.data()["uploadId"].as_str().unwrap().to_owned()
}

pub async fn begin(service: &Service, body: &Value) -> Answer {
    answer(service.post(SESSIONS, body)).await
}

/// The signed addresses of parts.
async fn sign(service: &Service, secret: &str, id: &str, numbers: &[u32]) -> Vec<Value> {
    let path = format!("{SESSIONS}/{id}/parts");
    let sign = service.to(Method::POST, &path).bearer_auth(secret);
    let signed = answer(sign.json(&json!({ "partNumbers": numbers }))).await;
    signed.data()["parts"].as_array().unwrap().clone()
}

/// Sends bytes to the address of a part, as any client does; answers the bucket's status.
async fn put(service: &Service, part: &Value, bytes: &[u8]) -> u16 {
    let mut request = service.client.put(part["url"].as_str().unwrap());
    for (name, value) in part["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let sent = request.body(bytes.to_vec()).send().await.unwrap();
    sent.status().as_u16()
}

/// Sends parts of a file.
pub async fn send(service: &Service, secret: &str, id: &str, numbers: &[u32], bytes: &[u8]) {
    for part in sign(service, secret, id, numbers).await {
        let number = part["partNumber"].as_u64().unwrap() as usize;
        let bytes = bytes.chunks(PART).nth(number - 1).unwrap();
        assert_eq!(part["size"], bytes.len());
        assert_eq!(put(service, &part, bytes).await, 200, "part {number}");
    }
}

async fn complete(service: &Service, id: &str) -> Answer {
    let path = format!("{SESSIONS}/{id}/complete");
    let complete = service.to(Method::POST, &path);
    answer(complete.bearer_auth(&service.secret)).await
}

async fn read(service: &Service, id: &str) -> Answer {
    answer(service.get(&format!("{SESSIONS}/{id}"))).await
}

async fn abort(service: &Service, id: &str) -> Answer {
    answer(service.delete(&format!("{SESSIONS}/{id}"))).await
}

fn id(begun: &Answer) -> String {
    begun.data()["uploadId"].as_str().unwrap().to_owned()
}

/// A whole upload of ann's; answers its end.
pub async fn whole(service: &Service, body: &Value, bytes: &[u8]) -> Answer {
    let begun = begin(service, body).await;
    let id = id(&begun);
    let numbers: Vec<u32> = (1..=begun.data()["parts"].as_u64().unwrap() as u32).collect();
    send(service, &service.secret, &id, &numbers, bytes).await;
    complete(service, &id).await
}

/// Multipart uploads that the bucket holds.
async fn multiparts(service: &Service) -> usize {
    let bucket = &service.stack.made.bucket;
    let url = format!("{}/{bucket}?uploads", service.stack.endpoint);
    let listing = answer(service.client.get(url)).await;
    assert_eq!(listing.status, 200, "{}", listing.text);
    listing.text.matches("<UploadId>").count()
}
