//! Where the webhooks of an export go: the address and the headers that a request
//! gives, and which addresses a deployment allows.
//!
//! A host name is judged when it is connected to, as only then is it known where
//! it leads; here a literal address and the name `localhost` are.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

use crate::body::Reader;
use crate::problem::{ErrorCode, Fault, Problem};

/// Longest `callbackUrl`, in characters.
const MAX_URL_CHARS: usize = 1024;
/// Most entries of `callbackHeaders`, and bytes of all their names and values.
const MAX_HEADERS: usize = 20;
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

/// Which callback addresses a deployment takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CallbackPolicy {
    /// `https`, on the public internet.
    #[default]
    Https,
    /// `http` too: body and headers can be read on the way.
    Http,
    /// `http`, and receivers on this machine: for development.
    Local,
}

impl CallbackPolicy {
    /// The environment variable that names a deployment's policy.
    pub const VARIABLE: &str = "DARKROOM_CALLBACKS";

    /// `https`, `http` or `local`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
            Self::Local => "local",
        }
    }

    /// Reads the value of [`Self::VARIABLE`]; without one it is `https`.
    ///
    /// # Errors
    /// A sentence with what may be set.
    pub fn parse(value: Option<&str>) -> Result<Self, String> {
        match value {
            None | Some("" | "https") => Ok(Self::Https),
            Some("http") => Ok(Self::Http),
            Some("local") => Ok(Self::Local),
            Some(other) => Err(format!(
                "{} is {other:?}; it must be https, http or local",
                Self::VARIABLE
            )),
        }
    }

    /// Whether a receiver at this address is one of this machine, and allowed.
    /// It may then be connected to without the guard.
    pub fn is_local(self, url: &Url) -> bool {
        self == Self::Local && url.host().is_some_and(|host| is_loopback(&host))
    }

    /// Holds an address against the policy.
    ///
    /// # Errors
    /// Why it cannot be used, as a sentence with the remedy.
    pub fn check(self, url: &Url) -> Result<(), CallbackRefused> {
        match url.scheme() {
            "https" => {}
            "http" if self != Self::Https => {}
            "http" => return Err(CallbackRefused::Http),
            other => return Err(CallbackRefused::Scheme(other.chars().take(40).collect())),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(CallbackRefused::Credentials);
        }
        let Some(host) = url.host() else {
            return Err(CallbackRefused::Scheme(url.scheme().to_owned()));
        };
        if self.is_local(url) {
            return Ok(());
        }
        let public = match &host {
            Host::Ipv4(address) => darkroom_address::is_public((*address).into()),
            Host::Ipv6(address) => darkroom_address::is_public((*address).into()),
            Host::Domain(_) => !is_loopback(&host),
        };
        if public {
            Ok(())
        } else {
            Err(CallbackRefused::Address(host.to_string()))
        }
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

/// Why a callback address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackRefused {
    /// Another scheme than http and https.
    #[error("has the scheme `{0}`; give an https URL")]
    Scheme(String),
    /// The deployment sends over https only.
    #[error("has the scheme `http`, which this deployment does not allow; give an https URL")]
    Http,
    /// A user name or password in the URL.
    #[error(
        "carries a user name or password; leave them out and send an `Authorization` header by \
         `callbackHeaders`"
    )]
    Credentials,
    /// Not on the public internet.
    #[error("has the host {0}, which is not on the public internet; give a public address")]
    Address(String),
}

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
    /// Reads `callbackUrl` and `callbackHeaders`; their form's faults go to the reader.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let url = reader.text("callbackUrl", 1, MAX_URL_CHARS);
        let headers = read_headers(reader);
        let Some(url) = url else {
            if !headers.is_empty() && reader.given("callbackUrl").is_none() {
                let message = "is given without `callbackUrl`; give both or neither";
                reader.fault("callbackHeaders", message.to_owned());
            }
            return None;
        };
        if Url::parse(&url).is_err() {
            let message = "is not a URL; give one like https://example.com/hooks";
            reader.fault("callbackUrl", message.to_owned());
        }
        Some(Self { url, headers })
    }

    /// Holds the address against what the deployment allows.
    pub(crate) fn check(&self, policy: CallbackPolicy) -> Result<(), Problem> {
        let Ok(url) = Url::parse(&self.url) else {
            return Ok(());
        };
        policy.check(&url).map_err(|refused| {
            let code = ErrorCode::CallbackUrlForbidden;
            let fault = Fault::new(code, "/callbackUrl", refused.to_string());
            Problem::from_faults(code, vec![fault])
        })
    }
}

fn read_headers(reader: &mut Reader<'_>) -> BTreeMap<String, String> {
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

    fn refused(policy: CallbackPolicy, url: &str) -> Option<CallbackRefused> {
        policy.check(&Url::parse(url).unwrap()).err()
    }

    #[test]
    fn a_policy_takes_public_https_and_what_it_is_told_to() {
        use CallbackPolicy::{Http, Https, Local};
        for policy in [Https, Http, Local] {
            assert_eq!(refused(policy, "https://example.com:8443/a?b=c"), None);
            assert_eq!(refused(policy, "https://93.184.216.34/"), None);
            for url in [
                "https://10.0.0.1/",
                "https://169.254.169.254/latest",
                "https://[::ffff:10.0.0.1]/",
                "https://0xa9fea9fe/",
                "https://[fd00:ec2::254]/",
                "https://0.0.0.0/",
            ] {
                let found = refused(policy, url);
                assert!(
                    matches!(found, Some(CallbackRefused::Address(_))),
                    "{url} {found:?}"
                );
            }
            let found = refused(policy, "ftp://example.com/");
            assert_eq!(found, Some(CallbackRefused::Scheme("ftp".to_owned())));
            let found = refused(policy, "https://ann:pw@example.com/");
            assert_eq!(found, Some(CallbackRefused::Credentials));
        }
        let plain = "http://example.com/";
        assert_eq!(refused(Https, plain), Some(CallbackRefused::Http));
        assert_eq!(refused(Http, plain), None);
        for url in [
            "http://127.0.0.1:9/x",
            "http://localhost/",
            "http://a.localhost./",
            "http://[::1]/",
            "http://2130706433/",
        ] {
            assert!(
                matches!(refused(Http, url), Some(CallbackRefused::Address(_))),
                "{url}"
            );
            assert_eq!(refused(Local, url), None, "{url}");
        }
        assert_eq!(CallbackPolicy::parse(Some("http")), Ok(Http));
        assert_eq!(CallbackPolicy::parse(None), Ok(Https));
        assert!(CallbackPolicy::parse(Some("HTTPS")).is_err());
    }

    fn faults(body: &Value) -> Vec<(String, String)> {
        let mut reader = Reader::new(body, &["callbackUrl", "callbackHeaders"]).unwrap();
        let read = Callback::read(&mut reader);
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
