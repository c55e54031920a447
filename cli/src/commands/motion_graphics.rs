//! `darkroom motion-graphics`: the operator's own, straight in the bucket.

use std::path::PathBuf;

use clap::Subcommand;
use darkroom_editor_state::MotionGraphic;
use darkroom_editor_state::motion_graphics::{Prop, built_in};
use darkroom_store::{Added, Store, StoreError};
use futures::StreamExt as _;
use serde_json::json;

use crate::deployment::Deployment;
use crate::graphics::read_all;
use crate::output::{Ending, report_error};

/// Add motion graphics of your own and list those there are.
///
/// A motion graphic is a JSON file: an id, a version, props, slots and items; the module
/// docs of shared/editor-state/src/motion_graphics.rs say how one is written, and
/// shared/editor-state/motion-graphics holds the built-in ones. Documents of every user
/// name it by motionGraphicId and motionGraphicVersion. Try one out before with
/// `darkroom frame --motion-graphics DIR`.
///
/// Works on the service running on --data (default .darkroom). With
/// `DARKROOM_TABLE`, `DARKROOM_BUCKET`, `DARKROOM_RENDER_QUEUE_URL` and
/// `DARKROOM_WEBHOOK_QUEUE_URL` set it works on that deployment instead, with the AWS
/// credentials of the environment.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    deployment: Deployment,
    /// Print JSON, one motion graphic or fault a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check files and add them for all users, at once and for good.
    ///
    /// Every fault of every file is listed, and then nothing is added. A version never
    /// changes once it is added: to change a motion graphic, raise its version and add it
    /// again; documents that name the old one go on to look as they did. Adding the same
    /// file twice does no harm.
    Add {
        /// Files of motion graphics, `-` for standard input.
        #[arg(value_name = "FILE.json", required = true)]
        files: Vec<PathBuf>,
    },
    /// List the built-in ones and your own: id, version, props with type and default, slots.
    List,
}

impl Args {
    pub(crate) fn json(&self) -> bool {
        self.json
    }
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Ending> {
    match &args.action {
        Action::Add { files } => {
            let Some(graphics) = read_all(files, args.json)? else {
                return Ok(Ending::Refused);
            };
            add(&args.deployment.store().await?, &graphics, args.json).await
        }
        Action::List => list(&args.deployment.store().await?, args.json).await,
    }
}

async fn add(store: &Store, graphics: &[MotionGraphic], json: bool) -> anyhow::Result<Ending> {
    let mut ending = Ending::Done;
    for graphic in graphics {
        let (id, version) = (&graphic.id, graphic.version);
        let done = match store.add_motion_graphic(graphic).await? {
            Added::New => "added",
            Added::There => "already there",
            Added::Differs => {
                let error = anyhow::anyhow!(
                    "{id} version {version} is there already and is another one; raise version \
                     in the file and add it again"
                );
                report_error(&error, json);
                ending = Ending::Refused;
                continue;
            }
        };
        if json {
            let added = done == "added";
            println!("{}", json!({"id": id, "version": version, "added": added}));
        } else {
            println!("{id} {version}: {done}");
        }
    }
    Ok(ending)
}

/// Motion graphics read from the bucket at the same time.
const AT_ONCE: usize = 8;

async fn list(store: &Store, json: bool) -> anyhow::Result<Ending> {
    for graphic in built_in() {
        show(graphic, true, json);
    }
    let names = futures::stream::iter(store.list_motion_graphics().await?);
    let mut own = names
        .map(|name| async move { (store.motion_graphic(&name).await, name) })
        .buffered(AT_ONCE);
    let mut ending = Ending::Done;
    while let Some((found, name)) = own.next().await {
        match found {
            Ok(Some(graphic)) => show(&graphic, false, json),
            // Somebody removed it past this program.
            Ok(None) => {}
            Err(StoreError::MotionGraphic { cause, .. }) => {
                let error = anyhow::anyhow!("{} {} cannot be used: {cause}", name.id, name.version);
                report_error(&error, json);
                ending = Ending::Failed;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(ending)
}

fn show(graphic: &MotionGraphic, built_in: bool, json: bool) {
    let MotionGraphic {
        id,
        version,
        label,
        width,
        height,
        props,
        slots,
        ..
    } = graphic;
    if json {
        let line = json!({
            "id": id, "version": version, "label": label, "builtIn": built_in,
            "width": width, "height": height, "props": props, "slots": slots,
        });
        println!("{line}");
        return;
    }
    let whose = if built_in { "built in" } else { "own" };
    println!("{id} {version}  {label} ({whose}, {width}x{height})");
    for (name, prop) in props {
        println!("  {name}: {}", words(prop));
    }
    for (name, slot) in slots {
        println!("  slot {name}: {}", slot.asset_type);
    }
}

/// `string = "a"`
fn words(prop: &Prop) -> String {
    let kind = prop.kind();
    match prop.default() {
        Some(default) => format!("{kind} = {default}"),
        None => format!("{kind}, required"),
    }
}
