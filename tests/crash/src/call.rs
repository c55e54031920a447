//! What a request of the SDK does, in a few words, without ids: calls that do the same
//! thing read the same.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::Value;

/// Characters kept of an update expression.
const EXPRESSION: usize = 40;

/// For example `UpdateItem T SET leaseUntil = :until`, `SendMessage darkroom-render`,
/// `PUT documents PutObject`.
pub fn describe(request: &HttpRequest) -> String {
    match request.headers().get("x-amz-target") {
        Some(target) => {
            let operation = target.rsplit('.').next().unwrap_or_default();
            let body = request.body().bytes().unwrap_or_default();
            let body = serde_json::from_slice(body).unwrap_or_default();
            format!("{operation} {}", subject(&body))
        }
        None => object(request.method(), request.uri()),
    }
}

/// What a request of DynamoDB or SQS is about.
fn subject(body: &Value) -> String {
    if let Some(parts) = body["TransactItems"].as_array() {
        let parts: Vec<String> = parts.iter().map(part).collect();
        return parts.join(", ");
    }
    if let Some(queue) = body["QueueUrl"].as_str() {
        return queue.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(index) = body["IndexName"].as_str() {
        return index.to_owned();
    }
    if body.get("RequestItems").is_some() {
        return "batch".to_owned();
    }
    let expression = body["UpdateExpression"].as_str().unwrap_or_default();
    let expression: String = expression.chars().take(EXPRESSION).collect();
    format!("{} {expression}", kind(&body["Key"]["sk"]))
        .trim_end()
        .to_owned()
}

/// One part of a transaction: `Put T`.
fn part(part: &Value) -> String {
    let Some((verb, what)) = part.as_object().and_then(|part| part.iter().next()) else {
        return String::new();
    };
    let sk = match what.get("Item") {
        Some(item) => &item["sk"],
        None => &what["Key"]["sk"],
    };
    format!("{verb} {}", kind(sk))
}

/// A sort key without its ids: `T`, `ACCOUNT`, `W 1`.
fn kind(sk: &Value) -> String {
    let sk = sk["S"].as_str().unwrap_or_default();
    let mut parts = sk.split('#');
    let first = parts.next().unwrap_or_default();
    match parts.next_back().filter(|last| last.len() == 1) {
        Some(last) => format!("{first} {last}"),
        None => first.to_owned(),
    }
}

/// A request of S3: method, first folder, and the query without its values.
fn object(method: &str, uri: &str) -> String {
    let path = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    // Host, bucket, and what is in it.
    let folder = path.split('/').nth(2).unwrap_or_default();
    let mut words = vec![method, folder];
    words.extend(query.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if name == "x-id" { value } else { name }
    }));
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{object, subject};
    use serde_json::json;

    #[test]
    fn calls_that_do_the_same_read_the_same() {
        let beat = json!({
            "Key": { "pk": { "S": "U#ann" }, "sk": { "S": "T#0190" } },
            "UpdateExpression": "SET leaseUntil = :until",
        });
        assert_eq!(subject(&beat), "T SET leaseUntil = :until");
        let read = json!({ "Key": { "pk": { "S": "U#ann" }, "sk": { "S": "W#0190#2" } } });
        assert_eq!(subject(&read), "W 2");
        let both = json!({ "TransactItems": [
            { "Update": { "Key": { "sk": { "S": "ACCOUNT" } } } },
            { "Put": { "Item": { "sk": { "S": "T#0190" } } } },
        ] });
        assert_eq!(subject(&both), "Update ACCOUNT, Put T");
        let sent = json!({ "QueueUrl": "http://localhost:1/0/darkroom-render" });
        assert_eq!(subject(&sent), "darkroom-render");
        let put = "http://127.0.0.1:1/darkroom/outputs/61/a-1.mp4?x-id=UploadPart&partNumber=1";
        assert_eq!(object("PUT", put), "PUT outputs UploadPart partNumber");
        let list = "http://127.0.0.1:1/darkroom/?list-type=2&prefix=fonts%2F";
        assert_eq!(object("GET", list), "GET list-type prefix");
    }
}
