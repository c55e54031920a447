//! One try over HTTP.

use darkroom_exports::webhook;
use darkroom_exports::webhook::schedule::{Answer, retry_after};
use darkroom_media::{Unanswered, unanswered};
use darkroom_store::{Delivery, StoreError};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use url::Url;

use crate::config::Sender;

/// Sends a delivery; `Err` is a fault of ours, any of the receiver's is an answer.
pub(crate) async fn send(sender: &Sender, delivery: &Delivery) -> Result<Answer, StoreError> {
    let task = delivery.event.task(delivery.task.clone());
    let task = sender.store().export_task(&task).await?;
    let body = webhook::body(delivery.event, delivery.occurred_at, task);
    let headers = headers(sender, delivery, &body);
    let url = match Url::parse(&delivery.url) {
        Ok(url) => url,
        Err(error) => return Ok(Answer::Nothing(format!("the callback is no URL: {error}"))),
    };
    let policy = sender.config().policy;
    if let Err(refused) = policy.check(&url) {
        return Ok(Answer::Nothing(format!("the callback {refused}")));
    }
    let local = policy.is_local(&url);
    let request = sender.client(local).post(url).headers(headers).body(body);
    Ok(match request.send().await {
        // The rest of the answer is not read.
        Ok(answer) => Answer::Status {
            code: answer.status().as_u16(),
            retry_after: answer
                .headers()
                .get(RETRY_AFTER)
                .and_then(|value| value.to_str().ok())
                .and_then(|value| retry_after(value, sender.now())),
        },
        // The address is the caller's secret as a whole: its query may open a door.
        Err(error) => Answer::Nothing(sentence(&unanswered(&error.without_url()), sender)),
    })
}

/// The caller's own, then ours, which win.
fn headers(sender: &Sender, delivery: &Delivery, body: &str) -> HeaderMap {
    let id = delivery.id.to_string();
    let own = delivery.headers.0.iter();
    let own = own.map(|(name, value)| (name.as_str(), value.as_str()));
    let signed = delivery.secrets.sign(&id, sender.now(), body);
    let signed = signed.iter().map(|(name, value)| (*name, value.as_str()));
    let mut headers = HeaderMap::new();
    for (name, value) in own.chain(signed) {
        // They were valid when the export was created.
        if let (Ok(name), Ok(mut value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers
}

fn sentence(why: &Unanswered, sender: &Sender) -> String {
    match why {
        Unanswered::Refused(host) => {
            format!("the callback's host {host} leads to an address that is not public")
        }
        Unanswered::TooSlow => {
            let limit = sender.config().timeout.as_secs_f64();
            format!("the receiver did not answer within {limit} s")
        }
        Unanswered::Unreachable(cause) => format!("the receiver cannot be reached: {cause}"),
    }
}
