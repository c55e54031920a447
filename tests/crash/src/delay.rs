//! Messages that SQS is to hold back.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

/// The request with a message that is there at once: what time it is, a test's own clock
/// says, and the message itself from when on it counts.
pub(crate) fn not_held_back(mut request: HttpRequest) -> HttpRequest {
    if request.headers().get("x-amz-target") != Some("AmazonSQS.SendMessage") {
        return request;
    }
    let body = request.body().bytes().unwrap_or_default();
    let mut message: Value = serde_json::from_slice(body).unwrap_or_default();
    let delay = message
        .as_object_mut()
        .and_then(|message| message.remove("DelaySeconds"));
    if delay.is_some() {
        let body = message.to_string();
        let headers = request.headers_mut();
        headers.insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body);
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &'static str, body: &str) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::from(body));
        let headers = request.headers_mut();
        headers.insert("x-amz-target", target);
        headers.insert("content-length", body.len().to_string());
        not_held_back(request)
    }

    fn read(request: &HttpRequest) -> (&str, Value) {
        let length = request.headers().get("content-length").unwrap();
        let body = request.body().bytes().unwrap();
        assert_eq!(length, body.len().to_string());
        (length, serde_json::from_slice(body).unwrap())
    }

    #[test]
    fn a_message_loses_its_delay_and_nothing_else() {
        let body = r#"{"QueueUrl":"q","MessageBody":"m","DelaySeconds":5}"#;
        let sent = request("AmazonSQS.SendMessage", body);
        let (_, message) = read(&sent);
        let wanted = serde_json::json!({ "QueueUrl": "q", "MessageBody": "m" });
        assert_eq!(message, wanted);
        let other = request("AmazonSQS.ReceiveMessage", body);
        assert_eq!(read(&other).1["DelaySeconds"], 5);
    }
}
