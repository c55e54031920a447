//! The id by which one export is followed: from the request that asks for it, through
//! its task and the messages of both queues, to the webhooks that tell of it.

use std::fmt;

/// Most characters of an id; a trace id of W3C Trace Context has 32.
const MAX_CHARS: usize = 64;
/// Characters of a `traceparent` of version 00; later versions may only append to it.
const TRACEPARENT_CHARS: usize = 55;

/// Id of a trace: 1 to 64 characters of the two base64 alphabets, so that it may stand in
/// a log, an item and a message attribute as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TraceId(String);

impl TraceId {
    /// Takes an id as it is; `None` where it is empty, too long, or has a character that
    /// no id has.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+/=".contains(&byte);
        let fits = (1..=MAX_CHARS).contains(&text.len());
        (fits && text.bytes().all(allowed)).then(|| Self(text.to_owned()))
    }

    /// The trace id of a `traceparent` header (W3C Trace Context, section 3.2); `None`
    /// where the header is not valid, which is then as if it were not there.
    pub fn from_traceparent(header: &str) -> Option<Self> {
        let known = header.get(..TRACEPARENT_CHARS)?;
        let rest = header.get(TRACEPARENT_CHARS..)?;
        let mut fields = known.split('-');
        let (version, trace) = (fields.next()?, fields.next()?);
        let (parent, flags) = (fields.next()?, fields.next()?);
        let valid = fields.next().is_none()
            && is_hex(version, 2)
            && is_hex(trace, 32)
            && is_hex(parent, 16)
            && is_hex(flags, 2)
            && version != "ff"
            && !is_zero(trace)
            && !is_zero(parent);
        let ends = rest.is_empty() || (version != "00" && rest.starts_with('-'));
        (valid && ends).then(|| Self(trace.to_owned()))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_hex(text: &str, digits: usize) -> bool {
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == digits && text.bytes().all(lower)
}

fn is_zero(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "80e1afed08e019fc1110464cfa66635c";

    fn read(header: &str) -> Option<String> {
        TraceId::from_traceparent(header).map(|id| id.to_string())
    }

    #[test]
    fn a_traceparent_is_read_as_the_standard_has_it() {
        let parent = "7a085853722dc6d2";
        for good in [
            format!("00-{TRACE}-{parent}-01"),
            format!("00-{TRACE}-{parent}-00"),
            format!("01-{TRACE}-{parent}-01"),
            format!("cc-{TRACE}-{parent}-01-what-comes-later"),
        ] {
            assert_eq!(read(&good).as_deref(), Some(TRACE), "{good}");
        }
        let zeros = "0".repeat(32);
        for bad in [
            String::new(),
            format!("00-{TRACE}-{parent}-0"),
            format!("00-{TRACE}-{parent}-01-more"),
            format!("cc-{TRACE}-{parent}-01.more"),
            format!("ff-{TRACE}-{parent}-01"),
            format!("00-{zeros}-{parent}-01"),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{}-{parent}-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-{parent}x-1"),
            format!("00-{TRACE}{parent}--01-"),
            format!("00_{TRACE}_{parent}_01"),
            "ä".repeat(40),
        ] {
            assert_eq!(read(&bad), None, "{bad}");
        }
    }

    #[test]
    fn an_id_is_short_and_harmless() {
        for good in ["JKJaXmPLvHcESHA=", TRACE, "a", &"z".repeat(64)] {
            assert_eq!(TraceId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a\n", "\"", "ä", &"z".repeat(65)] {
            assert_eq!(TraceId::parse(bad), None, "{bad:?}");
        }
    }
}
