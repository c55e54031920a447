//! `darkroom validate`: every fault of a document, with its place.

use std::path::PathBuf;

use crate::document::{self, Holder};
use crate::graphics::GraphicsFolder;
use crate::output::Ending;

/// Check a document and list every fault with its place.
///
/// A line a fault: its place in the file, code, JSON Pointer and message; code
/// 1 when there are any. Reads no network and needs no service. What is valid but
/// not drawn (a transition in a direction that it has not) is listed too
/// (`EDITOR_ITEM_UNSUPPORTED`), because an export would be refused for it;
/// --schema-only leaves it out. Of an export's request, which has the document under
/// `editorState`, that document is checked and nothing else; `darkroom exports estimate`
/// checks all of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The document, or a request with one; `-` for standard input.
    #[arg(value_name = "STATE.json")]
    state: PathBuf,
    #[command(flatten)]
    graphics: GraphicsFolder,
    /// Leave out what is valid but not drawn: unknown directions of transitions.
    #[arg(long)]
    schema_only: bool,
    /// One JSON object a fault: code, path, message, line, column.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Ending> {
    let text = document::read_text(&args.state)?;
    let Some(library) = args.graphics.library(args.json)? else {
        return Ok(Ending::Refused);
    };
    match document::read_held(&text, !args.schema_only, &library) {
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
