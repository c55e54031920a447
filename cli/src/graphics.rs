//! Motion graphics of files, before they are added to a deployment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use darkroom_editor_state::{Library, MotionGraphic};

use crate::document;

/// Motion graphics to try out.
#[derive(Debug, clap::Args)]
pub(crate) struct GraphicsFolder {
    /// Folder of motion graphics (*.json) that the document may name beside the built-in ones.
    #[arg(long = "motion-graphics", value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl GraphicsFolder {
    /// The built-in motion graphics and those of the folder; `None` when one of those has
    /// faults, which are printed.
    pub(crate) fn library(&self, json: bool) -> anyhow::Result<Option<Library>> {
        let mut library = Library::default();
        let Some(folder) = &self.folder else {
            return Ok(Some(library));
        };
        let Some(graphics) = read_all(&json_files(folder)?, json)? else {
            return Ok(None);
        };
        for graphic in graphics {
            if library.get(&graphic.id, graphic.version).is_some() {
                bail!(
                    "{} holds {} version {} twice; remove one of the two",
                    folder.display(),
                    graphic.id,
                    graphic.version
                );
            }
            library.add(Arc::new(graphic));
        }
        Ok(Some(library))
    }
}

fn json_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let unreadable = || format!("cannot read the folder {}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads files of motion graphics; `None` when one has faults. Prints those of all.
pub(crate) fn read_all(
    files: &[PathBuf],
    json: bool,
) -> anyhow::Result<Option<Vec<MotionGraphic>>> {
    let mut graphics = Vec::new();
    for file in files {
        let text = document::read_text(file)?;
        let read = document::parse(&text).and_then(|_| {
            MotionGraphic::from_json(&text).map_err(|faults| document::place(&text, faults))
        });
        match read {
            Ok(graphic) => graphics.push(graphic),
            Err(faults) => document::print_faults(file, &faults, json),
        }
    }
    Ok((graphics.len() == files.len()).then_some(graphics))
}
