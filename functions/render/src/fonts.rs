//! An operator's own fonts, from `fonts/` of the bucket: listed before every task, so that
//! a font counts from the next export on; what is listed as before is not read again.
//!
//! They are kept in memory. What is too much, or no font, is left out with a line in the
//! log; texts that name it fall back as those of any font that is not installed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use darkroom_compositor::{FontFault, FontFile, Fonts, is_font_name};
use darkroom_store::{FontObject, Store, StoreError};
use tokio::sync::Mutex;

/// Most font files that are used, the first by name.
const MOST_FILES: usize = 200;
/// Most bytes of one font file in the bucket; a larger one is not used.
pub const FONT_FILE_BYTES: u64 = 32 * 1024 * 1024;
/// Most bytes of all.
const ALL_BYTES: u64 = 128 * 1024 * 1024;
/// Longest wait for all of them.
const LONGEST: Duration = Duration::from_secs(60);

/// The installed fonts, and what was last found in the bucket.
pub(crate) struct BucketFonts {
    installed: Fonts,
    known: Mutex<Known>,
}

struct Known {
    listed: Vec<FontObject>,
    /// What of it is within the limits; without its font where it is none.
    files: BTreeMap<FontObject, Option<FontFile>>,
    /// All of them, and the installed ones.
    fonts: Fonts,
}

impl BucketFonts {
    pub(crate) fn new(installed: Fonts) -> Self {
        let known = Known {
            listed: Vec::new(),
            files: BTreeMap::new(),
            fonts: installed.clone(),
        };
        Self {
            installed,
            known: Mutex::new(known),
        }
    }

    /// The fonts there are now.
    ///
    /// # Errors
    /// Where the bucket is out of reach for the moment. Where it refuses, the fonts that
    /// are known are used.
    pub(crate) async fn current(&self, store: &Store) -> Result<Fonts, StoreError> {
        let looked = tokio::time::timeout(LONGEST, self.look(store)).await;
        let late = |_| StoreError::Busy {
            call: "reading fonts/",
            cause: format!("not done after {} s", LONGEST.as_secs()),
        };
        looked.map_err(late)?
    }

    async fn look(&self, store: &Store) -> Result<Fonts, StoreError> {
        // Held to the end: whoever comes second finds the fonts read.
        let mut known = self.known.lock().await;
        let listed = match store.list_fonts().await {
            Ok(listed) => listed,
            Err(error) if error.may_retry() => return Err(error),
            Err(error) => {
                tracing::error!("the fonts of the bucket cannot be listed: {error}");
                return Ok(known.fonts.clone());
            }
        };
        if listed == known.listed {
            return Ok(known.fonts.clone());
        }
        let mut files = BTreeMap::new();
        for object in within_limits(listed.clone()) {
            let file = match known.files.get(&object) {
                Some(file) => file.clone(),
                None => read(store, &object).await?,
            };
            // What is read stays read, should the rest be late or fail.
            known.files.insert(object.clone(), file.clone());
            files.insert(object, file);
        }
        let fonts: Vec<FontFile> = files.values().flatten().cloned().collect();
        let fonts = self.installed.with(&fonts);
        *known = Known {
            listed,
            files,
            fonts,
        };
        Ok(known.fonts.clone())
    }
}

/// The font files of a listing, in its order, as many as are taken.
fn within_limits(mut listed: Vec<FontObject>) -> Vec<FontObject> {
    listed.sort();
    listed.retain(|object| is_font_name(Path::new(&object.name)));
    let (mut count, mut bytes) = (0, 0);
    listed.retain(|object| {
        let fits = count < MOST_FILES
            && object.size_bytes <= FONT_FILE_BYTES
            && bytes + object.size_bytes <= ALL_BYTES;
        if fits {
            count += 1;
            bytes += object.size_bytes;
        } else {
            tracing::warn!(
                name = object.name,
                size_bytes = object.size_bytes,
                "a font is left out: at most {MOST_FILES} files are used, of {FONT_FILE_BYTES} bytes \
                 each and {ALL_BYTES} in all"
            );
        }
        fits
    });
    listed
}

/// A font, or `None` where it cannot be used.
async fn read(store: &Store, object: &FontObject) -> Result<Option<FontFile>, StoreError> {
    let name = &object.name;
    let bytes = match store.get_font(name, FONT_FILE_BYTES).await {
        Ok(bytes) => bytes,
        Err(error) if error.may_retry() => return Err(error),
        Err(error) => {
            tracing::warn!(name, "a font is left out: {error}");
            return Ok(None);
        }
    };
    // A file that its reader trips over ends its own thread.
    let read = tokio::task::spawn_blocking(move || FontFile::read(bytes)).await;
    match read.unwrap_or(Err(FontFault::NoFont)) {
        Ok(file) => {
            tracing::info!(name, families = ?file.families(), "a font was read");
            Ok(Some(file))
        }
        Err(fault) => {
            tracing::warn!(name, "a font is left out: {fault}");
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests;
