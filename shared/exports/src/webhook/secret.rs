//! Secrets of an account, and the signatures made with them.
//!
//! Both signatures are HMAC-SHA256 with one key: the bytes of the secret as it is
//! written, `whs_...`. The official client's verifier takes the secret so; a Standard
//! Webhooks library decodes its secret from base64, so it takes the same bytes as
//! `whsec_` and their base64 ([`WebhookSecret::standard`]).
//!
//! While a secret is being replaced there are two. `webhook-signature` then carries one
//! signature of each, the newer first. `X-Indream-Signature` has room for one, and is
//! the old secret's until that ends: a receiver that was not told yet goes on to work,
//! and one that was checks both.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::timestamp::Timestamp;

/// Header names, in the order of [`Secrets::sign`].
pub const HEADERS: [&str; 5] = [
    "x-indream-timestamp",
    "x-indream-signature",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
];

/// A secret that webhooks are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(String);

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(..)")
    }
}

impl WebhookSecret {
    /// A secret of 256 random bits: `whs_` and 43 characters.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(format!("whs_{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Reads a secret as [`Self::as_str`] gave it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// `whs_...`, for the official client's verifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `whsec_...`: the same key, as Standard Webhooks libraries take it.
    pub fn standard(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }

    fn hmac(&self, signed: &str) -> Vec<u8> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("any length");
        mac.update(signed.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// 64 lower-case hex digits over timestamp, `.` and body.
    fn indream(&self, timestamp: i64, body: &str) -> String {
        hex::encode(self.hmac(&format!("{timestamp}.{body}")))
    }

    /// `v1,` and the base64 over id, `.`, timestamp, `.` and body.
    fn standard_signature(&self, id: &str, timestamp: i64, body: &str) -> String {
        let hmac = self.hmac(&format!("{id}.{timestamp}.{body}"));
        format!("v1,{}", STANDARD.encode(hmac))
    }
}

/// The secrets of an account that are valid now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The newest.
    pub current: WebhookSecret,
    /// The one that it replaces, until that ends.
    pub previous: Option<WebhookSecret>,
}

impl Secrets {
    /// The headers that prove a body, sent now: name in lower case, and value.
    pub fn sign(&self, id: &str, now: Timestamp, body: &str) -> [(&'static str, String); 5] {
        let timestamp = now.unix_seconds();
        let oldest = self.previous.as_ref().unwrap_or(&self.current);
        let mut signatures = self.current.standard_signature(id, timestamp, body);
        if let Some(previous) = &self.previous {
            signatures.push(' ');
            signatures.push_str(&previous.standard_signature(id, timestamp, body));
        }
        let values = [
            timestamp.to_string(),
            oldest.indream(timestamp, body),
            id.to_owned(),
            timestamp.to_string(),
            signatures,
        ];
        let mut headers = HEADERS.map(|name| (name, String::new()));
        for (header, value) in headers.iter_mut().zip(values) {
            header.1 = value;
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> WebhookSecret {
        WebhookSecret::new("whs_indream_test_secret")
    }

    /// The contract's own vector.
    #[test]
    fn the_test_vector_is_signed_as_it_says() {
        let body = r#"{"eventType":"EXPORT_COMPLETED","task":{"taskId":"638ad4d9-51e5-42ec-bb50-0db761bba304"}}"#;
        let secrets = Secrets {
            current: secret(),
            previous: None,
        };
        let headers = secrets.sign("id", Timestamp(1_710_307_200_999), body);
        assert_eq!(
            headers[..2],
            [
                ("x-indream-timestamp", "1710307200".to_owned()),
                (
                    "x-indream-signature",
                    "0967e30ab5a11ccd298ad131166419d2384b54f38390e6ab52db71a01ad6161a".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn two_secrets_sign_while_one_replaces_the_other() {
        let new = WebhookSecret::from_random([7; 32]);
        let at = Timestamp(1_710_307_200_000);
        let only = |secret: &WebhookSecret| Secrets {
            current: secret.clone(),
            previous: None,
        };
        let (old, fresh) = (
            only(&secret()).sign("id", at, "{}"),
            only(&new).sign("id", at, "{}"),
        );
        let both = Secrets {
            current: new,
            previous: Some(secret()),
        };
        let both = both.sign("id", at, "{}");
        assert_eq!(both[1], old[1], "one signature: the old secret's");
        assert_eq!(both[4].1, format!("{} {}", fresh[4].1, old[4].1));
        assert_eq!(both[2], ("webhook-id", "id".to_owned()));
        assert_eq!(both[3].1, "1710307200");
    }

    #[test]
    fn a_secret_has_two_forms_and_shows_neither() {
        let made = WebhookSecret::from_random([0xff; 32]);
        assert_eq!(made.as_str().len(), 47);
        assert!(made.as_str().starts_with("whs_"));
        assert_eq!(
            secret().standard(),
            "whsec_d2hzX2luZHJlYW1fdGVzdF9zZWNyZXQ="
        );
        assert_eq!(format!("{made:?}"), "WebhookSecret(..)");
    }
}
