//! Rows of the matrix that no plain export has: calls for a document that names more, and
//! those that are made only after something else went wrong.

use darkroom_test_crash::Point;

use crate::cell::Flow;
use crate::matrix::{Column, FAULTS, Plan, assert_tried, matrix_beside};

/// What goes wrong in a flow before anything else does.
pub fn own_fault(flow: Flow) -> Option<(Point, Column)> {
    let (call, column) = match flow {
        Flow::BrokenOff => ("PUT outputs UploadPart partNumber uploadId", Column::Fails),
        Flow::Late => ("POST outputs uploadId", Column::Cancel),
        _ => return None,
    };
    let point = Point {
        process: "worker",
        call: call.to_owned(),
        nth: 1,
    };
    Some((point, column))
}

/// Has every call of these processes fail that a plain export does not make, of which nobody
/// is told either; among them are those that begin so.
async fn have_fail(flow: Flow, processes: &[&str], wanted: &[&str]) {
    let others: Vec<(Flow, &str)> = processes
        .iter()
        .map(|process| (Flow::Quiet, *process))
        .collect();
    let calls = matrix_beside(flow, &others, &[(processes, &FAULTS)]).await;
    assert_tried(&calls, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_for_what_a_document_names_may_fail() {
    let wanted = ["GET uploads", "GET fonts", "GET motion-graphics"];
    have_fail(Flow::Rich, &["create", "worker"], &wanted).await;
}

/// Not before it ends, whether the worker has read it by then or not.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_an_export_shows_is_not_deleted_at_any_call_of_its_worker() {
    let plan: Plan<'_> = &[(&["worker"], &[Column::DeleteAsset])];
    let calls = matrix_beside(Flow::Rich, &[], plan).await;
    assert_tried(
        &calls,
        &["GET uploads", "TransactWriteItems", "DeleteMessage"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_create_that_comes_again_may_fail() {
    let wanted = ["UpdateItem T SET dueAt = :later", "SendMessage"];
    have_fail(Flow::Twice, &["again"], &wanted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_create_that_is_known_by_its_clients_id_may_fail() {
    have_fail(Flow::Named, &["create"], &["TransactWriteItems"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_create_beyond_the_limit_may_fail() {
    let wanted = ["UpdateItem ACCOUNT SET dueShard"];
    have_fail(Flow::Full, &["create"], &wanted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_for_what_nobody_has_added_may_fail() {
    have_fail(Flow::Unheard, &["create"], &["GET list-type prefix"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_after_an_output_that_breaks_off_may_fail() {
    let wanted = ["DELETE outputs AbortMultipartUpload"];
    have_fail(Flow::BrokenOff, &["worker"], &wanted).await;
}

/// Of whose start somebody is told once all the same.
#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_worker_that_is_closed_may_fail() {
    let plan: Plan<'_> = &[(&["worker"], &FAULTS)];
    let calls = matrix_beside(Flow::Closed, &[], plan).await;
    assert_tried(&calls, &["UpdateItem T SET leaseUntil = :before"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_after_a_cancel_that_comes_late_may_fail() {
    let wanted = ["DELETE outputs DeleteObject"];
    have_fail(Flow::Late, &["worker"], &wanted).await;
}
