//! The operator's motion graphics, each an object that never changes.

use std::sync::Arc;

use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use darkroom_editor_state::motion_graphics::{MAX_BYTES, MAX_OWN, own_names};
use darkroom_editor_state::{GraphicName, Library, MotionGraphic};
use futures::future::try_join_all;
use serde_json::Value;

use crate::config::Store;
use crate::documents::whole;
use crate::error::StoreError;

const FOLDER: &str = "motion-graphics/";
/// Most motion graphics remembered; each takes a few times its file's 64 KiB at most.
const REMEMBERED: usize = 500;
/// Most pages of a listing, of a thousand each.
const PAGES: usize = 10;

/// What became of a motion graphic that was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is there now.
    New,
    /// The very same was there.
    There,
    /// Another one of this id and version was there, and stays.
    Differs,
}

fn key(name: &GraphicName) -> String {
    format!("{FOLDER}{}/{}.json", name.id, name.version)
}

/// The name that [`key`] makes a key of.
fn named(key: &str) -> Option<GraphicName> {
    let (id, file) = key.strip_prefix(FOLDER)?.split_once('/')?;
    let name = GraphicName::new(id, file.strip_suffix(".json")?.parse().ok()?)?;
    (self::key(&name) == key).then_some(name)
}

impl Store {
    /// Adds a motion graphic, unless there is one of its id and version.
    pub async fn add_motion_graphic(&self, graphic: &MotionGraphic) -> Result<Added, StoreError> {
        let content = graphic.to_json();
        let put = self
            .0
            .s3
            .put_object()
            .bucket(&self.0.bucket)
            .key(key(&graphic.name()))
            .if_none_match("*")
            .content_type("application/json")
            .body(content.clone().into_bytes().into())
            .send()
            .await;
        let Err(error) = put else {
            return Ok(Added::New);
        };
        // Conflict: somebody adds one of this name at this moment.
        let taken = ["PreconditionFailed", "ConditionalRequestConflict"];
        if !error.code().is_some_and(|code| taken.contains(&code)) {
            return Err(StoreError::sdk("PutObject", &error));
        }
        match self.stored_graphic(&graphic.name()).await? {
            Some(stored) if stored == content.as_bytes() => Ok(Added::There),
            Some(_) => Ok(Added::Differs),
            None => Err(StoreError::Busy {
                call: "PutObject",
                cause: "another one of this id and version is being added".to_owned(),
            }),
        }
    }

    /// Id and version of every motion graphic that was added, the first 10,000 in order
    /// of their ids.
    pub async fn list_motion_graphics(&self) -> Result<Vec<GraphicName>, StoreError> {
        let mut names = Vec::new();
        let mut after = None;
        for _ in 0..PAGES {
            let page = self
                .0
                .s3
                .list_objects_v2()
                .bucket(&self.0.bucket)
                .prefix(FOLDER)
                .set_continuation_token(after)
                .send()
                .await
                .map_err(|error| StoreError::sdk("ListObjectsV2", &error))?;
            let keys = page.contents().iter().filter_map(|object| object.key());
            names.extend(keys.filter_map(named));
            after = page.next_continuation_token;
            if after.is_none() {
                break;
            }
        }
        names.sort();
        Ok(names)
    }

    /// A motion graphic that was added; `None` where there is none.
    ///
    /// What was found once is remembered, what was not is looked up again.
    pub async fn motion_graphic(
        &self,
        name: &GraphicName,
    ) -> Result<Option<Arc<MotionGraphic>>, StoreError> {
        if let Ok(known) = self.0.graphics.lock()
            && let Some(graphic) = known.get(name)
        {
            return Ok(Some(Arc::clone(graphic)));
        }
        let Some(stored) = self.stored_graphic(name).await? else {
            return Ok(None);
        };
        let unusable = |cause: String| StoreError::MotionGraphic {
            id: name.id.clone(),
            version: name.version,
            cause,
        };
        let graphic =
            MotionGraphic::from_json(&String::from_utf8_lossy(&stored)).map_err(|faults| {
                unusable(faults.first().map(ToString::to_string).unwrap_or_default())
            })?;
        if graphic.name() != *name {
            return Err(unusable("it is called otherwise".to_owned()));
        }
        let graphic = Arc::new(graphic);
        if let Ok(mut known) = self.0.graphics.lock() {
            if known.len() >= REMEMBERED {
                known.clear();
            }
            known.insert(name.clone(), Arc::clone(&graphic));
        }
        Ok(Some(graphic))
    }

    /// The library for a document: what it names, and where that is not there, the names
    /// of what is. Calls nothing where all is built in or remembered.
    pub async fn library(&self, document: &Value) -> Result<Library, StoreError> {
        let names: Vec<GraphicName> = own_names(document).into_iter().take(MAX_OWN).collect();
        let found = try_join_all(names.iter().map(|name| self.motion_graphic(name))).await?;
        let mut library = Library::default();
        let missing = found.iter().any(Option::is_none);
        for graphic in found.into_iter().flatten() {
            library.add(graphic);
        }
        if missing {
            for name in self.list_motion_graphics().await? {
                if names.contains(&name) && library.get(&name.id, name.version).is_none() {
                    // Added between the two calls.
                    let graphic = self.motion_graphic(&name).await?;
                    library.add(graphic.ok_or_else(|| gone(&name))?);
                } else {
                    library.add_name(name);
                }
            }
        }
        Ok(library)
    }

    async fn stored_graphic(&self, name: &GraphicName) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self
            .0
            .s3
            .get_object()
            .bucket(&self.0.bucket)
            .key(key(name))
            .send()
            .await;
        let found = match found {
            Ok(found) => found,
            // Refused is what S3 calls a key that is not there to those who may not list all.
            Err(error)
                if ["NoSuchKey", "AccessDenied"].contains(&error.code().unwrap_or_default()) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(StoreError::sdk("GetObject", &error)),
        };
        let bytes = found.content_length().unwrap_or_default();
        if usize::try_from(bytes).map_or(true, |bytes| bytes > MAX_BYTES) {
            return Err(StoreError::MotionGraphic {
                id: name.id.clone(),
                version: name.version,
                cause: format!("it has {bytes} bytes, more than {MAX_BYTES}"),
            });
        }
        Ok(Some(whole(found.body).await?))
    }
}

/// Listed, and yet not to be read.
fn gone(name: &GraphicName) -> StoreError {
    StoreError::Refused {
        call: "GetObject",
        cause: format!("{} is listed, but cannot be read", key(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_name_and_other_keys_tell_none() {
        let name = GraphicName::new("big-quote", 12).unwrap();
        assert_eq!(named(&key(&name)), Some(name));
        for key in [
            "big-quote/1",
            "big-quote/01.json",
            "Big/1.json",
            "a/0.json",
            "a/b/1.json",
        ] {
            assert_eq!(named(&format!("{FOLDER}{key}")), None, "{key}");
        }
    }
}
