//! One message, from claim to verdict.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lambda_events::event::sqs::SqsMessage;
use darkroom_exports::repair::GAVE_UP;
use darkroom_exports::{DeliveryId, ExportPhase, Settings, Step, TaskId, TraceId};
use darkroom_render::{ExportSpec, Phase, Progress, RenderError};
use darkroom_store::{Claim, ClaimOutcome, Finish, RenderMessage, StoreError, TRACE_ATTRIBUTE};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::assets::TaskAssets;
use crate::config::Worker;
use crate::control::{Control, Deadline, Stop};
use crate::heartbeat::Heart;
use crate::metrics::{self, Cause};
use crate::scratch;
use crate::verdict::Verdict;

/// Why a task could not be finished by this worker.
#[derive(Debug)]
enum Trouble {
    /// The caller's fault: a plain sentence for the task.
    Caller(String),
    /// Ours: logged, tried again.
    Ours(String),
    Stopped(Stop),
}

pub(crate) async fn process(worker: &Worker, message: &SqsMessage, deadline: Deadline) -> Verdict {
    let body = message.body.as_deref().unwrap_or_default();
    let named: RenderMessage = match serde_json::from_str(body) {
        Ok(named) => named,
        Err(error) => {
            // What serde says of it would quote it.
            tracing::error!(
                message_id = ?message.message_id,
                line = error.line(),
                column = error.column(),
                bytes = body.len(),
                "a message names no task"
            );
            let verdict = Verdict::retry(worker);
            verdict.hide(worker, message).await;
            return verdict;
        }
    };
    let span = tracing::error_span!(
        "task",
        user = named.user,
        task_id = %named.task,
        attempt = Empty,
        generation = Empty,
        trace_id = trace(message).as_ref().map(TraceId::as_str),
    );
    let look = async {
        let verdict = look_at(worker, message, &named, deadline).await;
        verdict.hide(worker, message).await;
        verdict
    };
    // Boxed: with a caller's spans around it, it is deeper than the compiler looks.
    Box::pin(look).instrument(span).await
}

/// The trace that a message says it belongs to.
fn trace(message: &SqsMessage) -> Option<TraceId> {
    let attribute = message.message_attributes.get(TRACE_ATTRIBUTE)?;
    TraceId::parse(attribute.string_value.as_deref()?)
}

async fn look_at(
    worker: &Worker,
    message: &SqsMessage,
    named: &RenderMessage,
    deadline: Deadline,
) -> Verdict {
    let began = Instant::now();
    let store = worker.store();
    let claimed = store.claim(named, worker.owner(), worker.config().lease);
    match claimed.await {
        Ok(ClaimOutcome::Claimed(claim)) => {
            let span = Span::current();
            span.record("attempt", claim.attempt());
            span.record("generation", claim.generation());
            // Not every message says it, but the task does.
            span.record("trace_id", claim.trace().map(TraceId::as_str));
            metrics::started(worker, &claim, message);
            let receipt = message.receipt_handle.clone();
            let verdict = work_on(worker, &claim, receipt, deadline).await;
            metrics::spent(worker, &claim, began.elapsed());
            verdict
        }
        Ok(ClaimOutcome::Held) => Verdict::standby(worker),
        Ok(ClaimOutcome::Ended) => ended_before(worker, named).await,
        Ok(ClaimOutcome::Paused) => Verdict::Done,
        Ok(ClaimOutcome::Missing) => {
            tracing::warn!("a message names a task that is not there");
            Verdict::Done
        }
        Err(error) => {
            tracing::error!("a task cannot be claimed: {error}");
            Verdict::retry(worker)
        }
    }
}

/// Whoever ended the task may have died before its webhook was sent.
async fn ended_before(worker: &Worker, message: &RenderMessage) -> Verdict {
    match TaskId::parse(&message.task) {
        Some(task) => announced(worker, &message.user, task, Step::Ended).await,
        None => Verdict::Done,
    }
}

/// Sends the webhook that a transaction has committed. Where that fails, the message
/// comes again, finds the task as it is, and sends it then.
async fn announced(worker: &Worker, user: &str, task: TaskId, step: Step) -> Verdict {
    match worker
        .store()
        .announce(user, DeliveryId { task, step })
        .await
    {
        Ok(_) => Verdict::Done,
        Err(error) => {
            tracing::error!("a webhook is committed but not sent: {error}");
            Verdict::retry(worker)
        }
    }
}

/// The same, for a task with a callback whose claim is ours.
async fn told(worker: &Worker, claim: &Claim, step: Step) -> Verdict {
    if claim.has_callback() {
        announced(worker, claim.user_id(), claim.task_id(), step).await
    } else {
        Verdict::Done
    }
}

async fn work_on(
    worker: &Worker,
    claim: &Claim,
    receipt: Option<String>,
    deadline: Deadline,
) -> Verdict {
    if claim.attempt() > worker.config().max_attempts {
        return fail(worker, claim, GAVE_UP, Cause::Service).await;
    }
    tracing::info!("claimed");
    let control = Arc::new(Control::new());
    let heart = Heart::start(
        worker,
        claim.clone(),
        receipt,
        Arc::clone(&control),
        deadline,
    );
    // A failed send is left to the next claim, the task's end or the due index. The
    // lease is kept up meanwhile.
    told(worker, claim, Step::Started).await;
    let made = make(worker, claim, &control).await;
    let verdict = match made {
        Ok(output) => publish(worker, claim, output, heart).await,
        Err(trouble) => {
            drop(heart);
            settle(worker, claim, trouble).await
        }
    };
    tracing::info!(?verdict, "left");
    verdict
}

/// A finished output in the bucket, not yet named by the task.
struct Output {
    key: String,
    size_bytes: u64,
    warnings: Vec<String>,
    /// How long it took to fetch, draw and encode.
    rendered: Duration,
}

async fn make(worker: &Worker, claim: &Claim, control: &Arc<Control>) -> Result<Output, Trouble> {
    let scratch = scratch::make(&worker.config().scratch).map_err(|error| no_scratch(&error))?;
    let began = Instant::now();
    let (file, warnings) = render(worker, claim, control, scratch.path()).await?;
    let rendered = began.elapsed();
    control.set_phase(ExportPhase::Saving);
    let upload = worker.store().upload_output(claim, &file);
    let key = tokio::select! {
        key = upload => key.map_err(|error| ours(&error))?,
        // What was begun is removed by the bucket's rule.
        why = control.out_of_time() => return Err(Trouble::Stopped(why)),
    };
    // Not earlier: an upload left alone may still complete behind our back.
    if let Some(why) = control.stopping() {
        remove(worker, &key).await;
        return Err(Trouble::Stopped(why));
    }
    control.set_phase(ExportPhase::Finishing);
    let size_bytes = tokio::fs::metadata(&file)
        .await
        .map_or(0, |meta| meta.len());
    Ok(Output {
        key,
        size_bytes,
        warnings,
        rendered,
    })
}

async fn render(
    worker: &Worker,
    claim: &Claim,
    control: &Arc<Control>,
    scratch: &Path,
) -> Result<(PathBuf, Vec<String>), Trouble> {
    let store = worker.store();
    let value = store.get_document(claim.document()).await;
    let value = value.map_err(|error| ours(&error))?;
    let library = store.library(&value).await;
    let library = library.map_err(|error| ours(&error))?;
    // It was valid when the task was created; if it is not now, that is our doing.
    let document = darkroom_editor_state::read(value, &library).map_err(|faults| {
        Trouble::Ours(format!("the stored document has {} faults", faults.len()))
    })?;
    let spec = export_spec(claim.settings());
    let assets = TaskAssets::new(worker, claim.user_id(), scratch, Arc::clone(control))
        .map_err(|error| no_scratch(&error))?;
    let env = tokio::select! {
        env = worker.render_env() => env.map_err(|error| ours(&error))?,
        why = control.stopped() => return Err(Trouble::Stopped(why)),
    };
    let env = env.with_scratch(scratch);
    let file = scratch.join(format!("output.{}", spec.format.as_str()));
    let watcher = Watcher(Arc::clone(control));
    let export = darkroom_render::export(&document.state, &spec, &assets, &env, &file, &watcher);
    match export.await {
        Ok(report) => Ok((file, report.warnings)),
        Err(error) => Err(trouble(&error, control)),
    }
}

fn trouble(error: &RenderError, control: &Control) -> Trouble {
    if let Some(why) = control.stopping() {
        Trouble::Stopped(why)
    } else if error.is_callers_fault() {
        Trouble::Caller(error.to_string())
    } else {
        Trouble::Ours(error.to_string())
    }
}

fn no_scratch(error: &std::io::Error) -> Trouble {
    Trouble::Ours(format!("no scratch space: {error}"))
}

fn ours(error: &StoreError) -> Trouble {
    Trouble::Ours(error.to_string())
}

/// The commit: the task names the output, or the output goes.
async fn publish(worker: &Worker, claim: &Claim, output: Output, heart: Heart) -> Verdict {
    // Beats on until here, so that the lease covers a slow upload.
    drop(heart);
    match worker
        .store()
        .finish_completed(claim, &output.key, output.size_bytes, &output.warnings)
        .await
    {
        Ok(Finish::Done) => {
            metrics::completed(worker, claim, output.rendered);
            told(worker, claim, Step::Ended).await
        }
        Ok(Finish::Refused) => {
            tracing::info!("no longer ours; removing what was uploaded");
            remove(worker, &output.key).await;
            Verdict::Done
        }
        // The write may have arrived: the output stays, the next claim will tell.
        Err(error) => settle(worker, claim, ours(&error)).await,
    }
}

async fn remove(worker: &Worker, key: &str) {
    if let Err(error) = worker.store().delete_output(key).await {
        tracing::warn!("an abandoned output stays until the bucket's rule removes it: {error}");
    }
}

async fn settle(worker: &Worker, claim: &Claim, trouble: Trouble) -> Verdict {
    match trouble {
        Trouble::Caller(sentence) => {
            // The sentence is its owner's: it may hold an address of theirs.
            tracing::info!("refused; the task's `error` says why");
            fail(worker, claim, &sentence, Cause::Caller).await
        }
        Trouble::Stopped(Stop::Canceled) => Verdict::Done,
        Trouble::Stopped(Stop::Lost) => Verdict::standby(worker),
        Trouble::Stopped(Stop::OutOfTime) => fault(worker, claim, "out of time").await,
        Trouble::Stopped(Stop::Closing) => give_back_unspent(worker, claim).await,
        Trouble::Ours(what) => fault(worker, claim, &what).await,
    }
}

/// A fault of ours: the task is tried again, or ends where that was its last attempt.
async fn fault(worker: &Worker, claim: &Claim, what: &str) -> Verdict {
    tracing::error!("failed: {what}");
    if claim.attempt() >= worker.config().max_attempts {
        fail(worker, claim, GAVE_UP, Cause::Service).await
    } else {
        give_back(worker, claim, what).await
    }
}

async fn give_back(worker: &Worker, claim: &Claim, why: &str) -> Verdict {
    if let Err(error) = worker.store().release(claim).await {
        tracing::warn!("the lease runs out by itself ({why}): {error}");
    }
    Verdict::retry(worker)
}

/// The same where whoever runs this process ends it in good order: no attempt is spent, or
/// a few restarts would end the task FAILED.
async fn give_back_unspent(worker: &Worker, claim: &Claim) -> Verdict {
    if let Err(error) = worker.store().release_unspent(claim).await {
        tracing::warn!("the lease runs out by itself, and an attempt is spent: {error}");
    }
    Verdict::retry(worker)
}

/// Ends a task FAILED, unless it is not ours any more.
async fn fail(worker: &Worker, claim: &Claim, sentence: &str, cause: Cause) -> Verdict {
    match worker.store().finish_failed(claim, sentence).await {
        Ok(Finish::Done) => {
            metrics::failed(worker, claim, cause);
            told(worker, claim, Step::Ended).await
        }
        Ok(Finish::Refused) => Verdict::Done,
        Err(error) => {
            tracing::error!("the failure could not be written: {error}");
            Verdict::retry(worker)
        }
    }
}

/// What the renderer is asked for, by the settings of a task.
pub fn export_spec(settings: &Settings) -> ExportSpec {
    ExportSpec {
        format: match settings.format {
            darkroom_exports::Format::Mp4 => darkroom_render::Format::Mp4,
            darkroom_exports::Format::Webm => darkroom_render::Format::Webm,
        },
        fps: settings.fps,
        ratio: settings.ratio,
        scale: settings.scale,
        composition: settings.composition,
    }
}

/// What the renderer reports to, and asks whether to go on.
struct Watcher(Arc<Control>);

impl Progress for Watcher {
    fn phase(&self, _phase: Phase) {}

    fn frame(&self, done: u64, total: u64) {
        self.0.set_frames(done, total);
    }

    fn canceled(&self) -> bool {
        self.0.stopping().is_some()
    }
}
