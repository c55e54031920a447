//! `darkroom fonts`: an operator's own fonts, straight in the bucket.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use darkroom_compositor::{FontFile, is_font_name};
use darkroom_worker::FONT_FILE_BYTES;
use serde_json::json;

use crate::deployment::Deployment;
use crate::output::Ending;

/// Add and list fonts of your own, for the texts of all users.
///
/// They lie under fonts/ of the bucket and count from the next export on. Works on the
/// service running on --data (default .darkroom), or on the deployment of the
/// environment as `darkroom keys` does.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    deployment: Deployment,
    /// Print JSON, one file a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add font files (.ttf, .otf, .ttc, .otc) and print the families they bring. A file of the
    /// same name is replaced.
    Add {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// List the files under fonts/.
    List,
}

impl Args {
    pub(crate) fn json(&self) -> bool {
        self.json
    }
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Ending> {
    match args.action {
        Action::Add { files } => {
            // All are looked at before the first is added.
            let fonts = files.iter().map(|file| read(file));
            let fonts: Vec<Font> = fonts.collect::<anyhow::Result<_>>()?;
            let mut names = BTreeSet::new();
            if let Some(font) = fonts.iter().find(|font| !names.insert(&font.name)) {
                bail!("two files are named {}; rename one of them", font.name);
            }
            let store = args.deployment.store().await?;
            for font in fonts {
                store.put_font(&font.name, font.bytes).await?;
                let (name, families) = (font.name, font.families);
                if args.json {
                    println!("{}", json!({"name": name, "families": families}));
                } else {
                    println!("{name}: {}", families.join(", "));
                }
            }
        }
        Action::List => {
            for font in args.deployment.store().await?.list_fonts().await? {
                let (name, bytes) = (font.name, font.size_bytes);
                if args.json {
                    println!("{}", json!({"name": name, "sizeBytes": bytes}));
                } else {
                    println!("{name}  {bytes} bytes");
                }
            }
        }
    }
    Ok(Ending::Done)
}

struct Font {
    name: String,
    bytes: Vec<u8>,
    families: Vec<String>,
}

/// Reads what the renderer will be able to use.
fn read(file: &Path) -> anyhow::Result<Font> {
    let shown = file.display();
    let cannot = || format!("cannot read {shown}");
    let name = file.file_name().and_then(|name| name.to_str());
    let Some(name) = name.filter(|name| is_font_name(Path::new(name))) else {
        bail!("{shown} is not named like a font: the name must end in .ttf, .otf, .ttc or .otc");
    };
    let size_bytes = std::fs::metadata(file).with_context(cannot)?.len();
    if size_bytes > FONT_FILE_BYTES {
        bail!("{shown} has {size_bytes} bytes; at most {FONT_FILE_BYTES} of a font are used");
    }
    let bytes = std::fs::read(file).with_context(cannot)?;
    let font = FontFile::read(bytes.clone());
    let font = font.with_context(|| format!("{shown} cannot be used"))?;
    Ok(Font {
        name: name.to_owned(),
        families: font.families().into_iter().map(str::to_owned).collect(),
        bytes,
    })
}
