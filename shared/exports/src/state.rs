//! A document as it is kept: normalised, in canonical form, under its hash.

use std::collections::BTreeMap;

use darkroom_editor_state::{Asset, Document, Library, read};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::idempotency::{Identity, canonical};
use crate::problem::Problem;

/// Most bytes of a JSON body, and of a document that a project keeps. Lambda's 6 MB hold a
/// whole event, and a whole answer, in which the body is a JSON string: each of its quotation
/// marks takes a byte more there.
pub const MAX_JSON_BYTES: usize = 4 * 1024 * 1024;
/// Characters of a SHA-256 in hex.
const HASH_CHARS: usize = 64;
/// What the folders of all users' uploaded files lie below.
const UPLOADS: &str = "uploads/";
/// Digits of how many parts a file came in: S3 takes 10,000 of one.
const PARTS_DIGITS: usize = 5;
/// Longest file name ending.
const MAX_ENDING: usize = 8;

/// A valid document with its stored form.
#[derive(Debug, Clone)]
pub struct StateDocument {
    /// The document.
    pub document: Document,
    /// Canonical bytes of its normalised JSON.
    pub bytes: Vec<u8>,
    /// Lower-case SHA-256 of those bytes: the name of the document.
    pub hash: String,
}

impl StateDocument {
    /// Reads a document of either generation, which may name the motion graphics of
    /// `library`.
    ///
    /// # Errors
    /// 422 with every fault, its pointers below `/editorState`.
    pub fn read(value: Value, library: &Library) -> Result<Self, Problem> {
        let document = checked(value, library)?;
        let bytes = canonical(&document.value);
        Ok(Self::kept(document, bytes))
    }

    /// The same of the document that a request of this identity brought. Where reading it
    /// changes nothing, it is kept in the form that it has been recognised by.
    ///
    /// # Errors
    /// Those of [`StateDocument::read`].
    pub fn read_brought(
        brought: &Value,
        identity: &Identity,
        library: &Library,
    ) -> Result<Self, Problem> {
        let document = checked(brought.clone(), library)?;
        let bytes = match &identity.document_bytes {
            Some(bytes) if document.value == *brought => bytes.to_vec(),
            _ => canonical(&document.value),
        };
        Ok(Self::kept(document, bytes))
    }

    fn kept(document: Document, bytes: Vec<u8>) -> Self {
        let hash = hex::encode(Sha256::digest(&bytes));
        Self {
            document,
            bytes,
            hash,
        }
    }

    /// The uploaded files below `folder` (`uploads/.../`) that the document's assets
    /// name, each with the first asset that does. An asset names the file of its
    /// `remoteKey` or, without one, the file whose signed address its `remoteUrl` is.
    pub fn files<'a>(&'a self, folder: &str) -> BTreeMap<&'a str, &'a str> {
        let mut files = BTreeMap::new();
        for asset in self.document.state.assets.values() {
            if let Some(name) = file_name(asset, folder) {
                files.entry(name).or_insert(asset.id.as_str());
            }
        }
        files
    }

    /// The assets that name, as `remoteKey`, a file below another folder of uploads than
    /// `folder` (`uploads/.../`): one of another user.
    pub fn foreign_assets(&self, folder: &str) -> Vec<&str> {
        let assets = self.document.state.assets.values();
        let foreign = assets.filter(|asset| {
            let key = asset.remote_key.as_deref();
            key.is_some_and(|key| !key.starts_with(folder) && is_upload(key))
        });
        foreign.map(|asset| asset.id.as_str()).collect()
    }
}

fn checked(value: Value, library: &Library) -> Result<Document, Problem> {
    read(value, library).map_err(|faults| Problem::from_editor_faults("/editorState", &faults))
}

/// Whether a key lies in some user's folder: below `uploads/` and a user's id in hex.
fn is_upload(key: &str) -> bool {
    let user = key
        .strip_prefix(UPLOADS)
        .and_then(|key| key.split_once('/'));
    user.is_some_and(|(user, _)| !user.is_empty() && user.bytes().all(is_hex_digit))
}

const fn is_hex_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// `<sha256>.<ending>` of a file below the folder, `<sha256>-<parts>.<ending>` of one that
/// came in several ([`CreateUpload::content_name`](crate::bodies::CreateUpload::content_name)).
fn file_name<'a>(asset: &'a Asset, folder: &str) -> Option<&'a str> {
    let name = match (&asset.remote_key, &asset.remote_url) {
        (Some(key), _) => key.strip_prefix(folder)?,
        (None, Some(url)) => {
            let path = url.split(['?', '#']).next()?;
            let (before, name) = path.rsplit_once(folder)?;
            before.ends_with('/').then_some(name)?
        }
        (None, None) => return None,
    };
    let (content, ending) = name.split_once('.')?;
    let (hash, parts) = content.split_once('-').unwrap_or((content, "1"));
    let is_hash = hash.len() == HASH_CHARS && hash.bytes().all(is_hex_digit);
    let is_count = (1..=PARTS_DIGITS).contains(&parts.len())
        && parts.bytes().all(|byte| byte.is_ascii_digit());
    let is_ending = (1..=MAX_ENDING).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_hash && is_count && is_ending).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idempotency::Envelope;
    use serde_json::json;

    #[test]
    fn files_are_named_by_key_or_by_signed_address() {
        let hash = |digit: &str| digit.repeat(64);
        let (a, b) = (hash("a"), hash("b"));
        let asset = |id: &str, url: Value, key: Value| {
            json!({
                "id": id, "type": "image", "filename": "f", "size": 1, "mimeType": "image/png",
                "remoteUrl": url, "remoteKey": key, "width": 1, "height": 1,
            })
        };
        let signed = format!("https://s3.example/bucket/uploads/61/{b}.png?X-Amz-Expires=1");
        let assets = [
            asset("1", json!(null), json!(format!("uploads/61/{a}.png"))),
            asset("2", json!(signed), json!(null)),
            // The key wins, and these name nothing of this user.
            asset("3", json!(signed), json!(format!("uploads/62/{a}.png"))),
            asset(
                "4",
                json!("https://s3.example/uploads/61/x.png"),
                json!(null),
            ),
            asset("5", json!(null), json!(format!("uploads/61/{a}/../x.png"))),
            asset("6", json!(format!("x-uploads/61/{a}.jpg")), json!(null)),
            // In three parts, and in what is no number of them.
            asset("7", json!(null), json!(format!("uploads/61/{a}-3.mp4"))),
            asset("8", json!(signed.replace(".png", "-12.mp4")), json!(null)),
            asset("9", json!(null), json!(format!("uploads/61/{a}-x.mp4"))),
            asset("10", json!(null), json!(format!("uploads/61/{a}-.mp4"))),
            asset("11", json!(null), json!(format!("uploads/61/{a}-3-4.mp4"))),
        ];
        let assets: serde_json::Map<String, Value> = assets
            .into_iter()
            .map(|asset| (asset["id"].as_str().unwrap().to_owned(), asset))
            .collect();
        let document = json!({
            "stateSchemaVersion": "v1", "compositionWidth": 64, "compositionHeight": 64,
            "timebaseTicksPerSecond": 240_000, "assets": assets, "items": {}, "transitions": {},
            "tracks": [{ "id": "t", "items": [], "hidden": false, "muted": false }],
        });
        let state = StateDocument::read(document, &Library::default()).unwrap();
        let named = [
            (format!("{a}.png"), "1"),
            (format!("{b}.png"), "2"),
            (format!("{a}-3.mp4"), "7"),
            (format!("{b}-12.mp4"), "8"),
        ];
        let expected = named.iter().map(|(name, id)| (name.as_str(), *id));
        let expected: BTreeMap<&str, &str> = expected.collect();
        assert_eq!(state.files("uploads/61/"), expected);
        assert!(state.files("uploads/6/").is_empty());
        assert_eq!(state.foreign_assets("uploads/61/"), ["3"]);
        let foreign = state.foreign_assets("uploads/62/");
        let of_61 = ["1", "10", "11", "5", "7", "9"];
        assert_eq!(foreign, of_61, "a signed address opens to whoever has it");
    }

    #[test]
    fn what_a_request_brought_is_kept_as_if_it_were_read_by_itself() {
        let current = json!({
            "stateSchemaVersion": "v1", "compositionWidth": 64.0, "compositionHeight": 6.4e1,
            "timebaseTicksPerSecond": 240_000, "assets": {}, "items": {}, "transitions": {},
            "tracks": [{ "id": "t", "items": [], "hidden": false, "muted": false }],
        });
        let mut older = current.clone();
        older.as_object_mut().unwrap().remove("stateSchemaVersion");
        for (brought, is_changed) in [(current, false), (older, true)] {
            let identity = Envelope::of(&json!({})).with_document(&brought);
            let library = Library::default();
            let kept = StateDocument::read_brought(&brought, &identity, &library).unwrap();
            assert_ne!(kept.document.value == brought, is_changed);
            let hash = identity.document_hash.unwrap();
            assert_eq!(kept.hash != hash, is_changed);
            let read = StateDocument::read(brought, &library).unwrap();
            assert_eq!((kept.bytes, kept.hash), (read.bytes, read.hash));
        }
    }
}
