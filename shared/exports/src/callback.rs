//! Where the webhooks of an export go: the address and the headers that a request
//! gives. Which addresses a deployment allows is in [`policy`].

mod policy;

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::bodies::Reader;
use crate::problem::{ErrorCode, Fault, Problem};

pub use policy::{CallbackPolicy, CallbackRefused};

/// Longest `callbackUrl`, in characters.
const MAX_URL_CHARS: usize = 1024;
/// Most entries of `callbackHeaders`, and bytes of all their names and values.
pub(crate) const MAX_HEADERS: usize = 20;
const MAX_HEADER_BYTES: usize = 4096;

/// Headers that belong to the connection, to the body or to us.
const OUR_HEADERS: [&str; 13] = [
    "connection",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];
/// Prefixes of such headers: of the body, and of both signatures.
const OUR_PREFIXES: [&str; 3] = ["content-", "webhook-", "x-indream-"];

/// Where the webhooks of one export go.
#[derive(Clone, PartialEq, Eq)]
pub struct Callback {
    /// As the caller wrote it, at most 1024 characters.
    pub url: String,
    /// Sent with every webhook: at most 20, of 4096 bytes in all.
    pub headers: BTreeMap<String, String>,
}

/// The values of headers are the caller's secrets.
impl std::fmt::Debug for Callback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.headers.keys().collect();
        f.debug_struct("Callback")
            .field("url", &self.url)
            .field("headers", &names)
            .finish()
    }
}

impl Callback {
    /// Where the two fields of a create lead, if anywhere; the address is held against what
    /// the deployment allows.
    pub(crate) fn of(
        url: Option<&str>,
        headers: &BTreeMap<String, String>,
        policy: CallbackPolicy,
    ) -> Result<Option<Self>, Problem> {
        let Some(url) = url else {
            return Ok(None);
        };
        if let Ok(address) = Url::parse(url) {
            policy.check(&address).map_err(|refused| {
                let code = ErrorCode::CallbackUrlForbidden;
                let fault = Fault::new(code, "/callbackUrl", refused.to_string());
                Problem::from_faults(code, vec![fault])
            })?;
        }
        Ok(Some(Self {
            url: url.to_owned(),
            headers: headers.clone(),
        }))
    }
}

/// Takes `callbackUrl` and `callbackHeaders`; their form's faults go to the reader.
pub(crate) fn read(reader: &mut Reader) -> (Option<String>, BTreeMap<String, String>) {
    let is_given = reader.peek("callbackUrl").is_some_and(|url| !url.is_null());
    let url = reader.text("callbackUrl", 1, MAX_URL_CHARS);
    let headers = read_headers(reader);
    if !is_given && !headers.is_empty() {
        let message = "is given without `callbackUrl`; give both or neither";
        reader.fault("callbackHeaders", message.to_owned());
    }
    if url.as_deref().is_some_and(|url| Url::parse(url).is_err()) {
        let message = "is not a URL; give one like https://example.com/hooks";
        reader.fault("callbackUrl", message.to_owned());
    }
    (url, headers)
}

fn read_headers(reader: &mut Reader) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    let Some(value) = reader.given("callbackHeaders") else {
        return headers;
    };
    let Some(map) = value.as_object() else {
        let message = "must be an object of strings";
        reader.fault("callbackHeaders", message.to_owned());
        return headers;
    };
    if map.len() > MAX_HEADERS {
        let message = format!(
            "has {} entries; at most {MAX_HEADERS} are allowed",
            map.len()
        );
        reader.fault("callbackHeaders", message);
        return headers;
    }
    let mut bytes = 0;
    let mut seen = std::collections::BTreeSet::new();
    for (name, value) in map {
        let text = value.as_str().unwrap_or_default();
        bytes += name.len() + text.len();
        let fault = if !value.is_string() {
            Some("must be a string")
        } else if !seen.insert(name.to_ascii_lowercase()) {
            Some("is given twice, in another case; header names have none")
        } else {
            header_fault(name, text)
        };
        match fault {
            None => {
                headers.insert(name.clone(), text.to_owned());
            }
            Some(fault) => {
                let shown: String = name.chars().take(100).collect();
                reader.fault_in("callbackHeaders", &shown, fault.to_owned());
            }
        }
    }
    if bytes > MAX_HEADER_BYTES {
        let message = format!(
            "has {bytes} bytes of names and values; at most {MAX_HEADER_BYTES} are allowed"
        );
        reader.fault("callbackHeaders", message);
    }
    headers
}

/// The value is never told: it may be a secret.
fn header_fault(name: &str, value: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    if HeaderName::from_bytes(name.as_bytes()).is_err() {
        Some("is not a header name; use letters, digits and `-`")
    } else if OUR_HEADERS.contains(&lower.as_str())
        || OUR_PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
    {
        Some("is set by the service or by the connection; remove it")
    } else if HeaderValue::from_str(value).is_err() {
        Some("has a value with a character that is not visible ASCII; encode it")
    } else {
        None
    }
}

/// Headers with the SHA-256 of each value in its place: they can be compared, and
/// their secrets are not kept where nothing needs them.
pub(crate) fn without_values(headers: &Value) -> Value {
    let Some(map) = headers.as_object() else {
        return headers.clone();
    };
    map.iter()
        .map(|(name, value)| {
            let hash = hex::encode(Sha256::digest(value.to_string().as_bytes()));
            (name.clone(), Value::from(hash))
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(body: &Value) -> Vec<(String, String)> {
        let mut reader = Reader::new(body.clone()).unwrap();
        let read = read(&mut reader);
        match reader.finish(Some(read)) {
            Ok(_) => Vec::new(),
            Err(problem) => {
                let faults = problem.errors.into_iter();
                faults.map(|fault| (fault.path, fault.message)).collect()
            }
        }
    }

    fn paths(body: &Value) -> Vec<String> {
        faults(body).into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn headers_are_the_callers_own_and_bounded() {
        let url = "https://example.com/";
        let of = |headers: Value| json!({ "callbackUrl": url, "callbackHeaders": headers });
        assert_eq!(paths(&of(json!({ "Authorization": "Bearer x" }))), [""; 0]);
        assert_eq!(paths(&json!({ "callbackHeaders": {} })), [""; 0]);
        assert_eq!(
            paths(&json!({ "callbackHeaders": { "a": "b" } })),
            ["/callbackHeaders"]
        );
        assert_eq!(paths(&json!({ "callbackUrl": "no url" })), ["/callbackUrl"]);
        assert_eq!(paths(&json!({ "callbackUrl": "" })), ["/callbackUrl"]);
        let long = format!("https://example.com/{}", "x".repeat(1005));
        assert_eq!(paths(&json!({ "callbackUrl": long })), ["/callbackUrl"]);
        for name in [
            "Host",
            "Content-Type",
            "Content-Length",
            "Transfer-Encoding",
            "Connection",
            "TE",
            "webhook-id",
            "X-Indream-Signature",
            "a b",
            "",
            "ä",
        ] {
            let found = paths(&of(json!({ name: "secret" })));
            assert_eq!(found, [format!("/callbackHeaders/{name}")], "{name}");
        }
        assert_eq!(
            paths(&of(json!({ "a~/b": 1 }))),
            ["/callbackHeaders/a~0~1b"]
        );
        let wrong = faults(&of(json!({ "X-Key": "se\ncret" })));
        assert_eq!(wrong[0].0, "/callbackHeaders/X-Key");
        assert!(!wrong[0].1.contains("cret"), "{wrong:?}");
        assert_eq!(paths(&of(json!({ "a": "1", "A": "2" }))).len(), 1);
        assert_eq!(paths(&of(json!(["a"]))), ["/callbackHeaders"]);
        let many: serde_json::Map<_, _> = (0..21).map(|n| (format!("h{n}"), json!(""))).collect();
        assert_eq!(paths(&of(many.into())), ["/callbackHeaders"]);
        let exact = |bytes: usize| of(json!({ "x": "v".repeat(bytes - 1) }));
        assert_eq!(paths(&exact(4096)), [""; 0]);
        assert_eq!(paths(&exact(4097)), ["/callbackHeaders"]);
    }

    #[test]
    fn values_are_not_shown_and_can_be_compared() {
        let headers = BTreeMap::from([("X-Key".to_owned(), "hidden".to_owned())]);
        let url = "https://example.com/".to_owned();
        let shown = format!("{:?}", Callback { url, headers });
        assert!(
            shown.contains("X-Key") && !shown.contains("hidden"),
            "{shown}"
        );
        let of = |value: &str| without_values(&json!({ "X-Key": value }));
        assert_eq!(of("a"), of("a"));
        assert_ne!(of("a"), of("b"));
        assert!(!of("hidden").to_string().contains("hidden"));
    }
}
