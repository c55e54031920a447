//! `darkroom validate`: every fault of a document, with its place.

use std::path::PathBuf;

use crate::document::{self, Holder};
use crate::graphics::GraphicsFolder;
use crate::output::Ending;

/// Check a document and list every fault with its place.
///
/// A line a fault: its place in the file, code, JSON Pointer and message; code
/// 1 when there are any. Reads no network and needs no service. The verdict is the
/// service's; `render` and `frame` also take assets that only their filename leads to. Of an
/// export's request, which has the document under `editorState`, that document is checked
/// and nothing else; `darkroom exports estimate` checks all of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The document, or a request with one; `-` for standard input.
    #[arg(value_name = "STATE.json")]
    state: PathBuf,
    #[command(flatten)]
    graphics: GraphicsFolder,
    /// One JSON object a fault: code, path, message, line, column.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Ending> {
    let text = document::read_text(&args.state)?;
    let Some(library) = args.graphics.library(args.json)? else {
        return Ok(Ending::Refused);
    };
    match document::read_held(&text, &library) {
        Ok((document, holder)) => {
            if !args.json {
                let state = &document.state;
                let what = match holder {
                    Holder::File => "",
                    Holder::Request => "a request, whose /editorState is ",
                };
                println!(
                    "{}: {what}valid, {}x{}, {:.3} s",
                    args.state.display(),
                    state.composition_width,
                    state.composition_height,
                    state.duration().seconds()
                );
            }
            Ok(Ending::Done)
        }
        Err(faults) => {
            document::print_faults(&args.state, &faults, args.json);
            Ok(Ending::Refused)
        }
    }
}
