//! The contract's own tables of refusals. What they have is in `openapi.json`, every case of
//! which is produced ([`crate::coverage`]); what this service never answers stands here, with
//! what it answers in its place.

use darkroom_editor_state::FaultCode;

use crate::common::{Service, answer};
use crate::described::{Document, Operation, document};
use crate::world::{User, parameters, path_with};

/// Statuses of each operation ("Operations", last column).
const OPERATIONS: [(&str, &[u16]); 20] = [
    ("createExport", &[400, 401, 403, 409, 422]),
    ("listExports", &[400, 401, 403]),
    ("getExport", &[400, 401, 403, 404]),
    ("cancelExport", &[400, 401, 403, 404, 409]),
    ("createProject", &[400, 401, 403, 409, 422]),
    ("listProjects", &[400, 401, 403]),
    ("getProject", &[400, 401, 403, 404, 422]),
    ("patchProject", &[400, 401, 403, 404, 422]),
    ("deleteProject", &[400, 401, 403, 404, 422]),
    ("syncProject", &[400, 401, 403, 404, 422, 429]),
    ("createProjectExport", &[400, 401, 403, 404, 409, 422]),
    ("listProjectAssets", &[400, 401, 403, 404, 422]),
    ("addProjectAsset", &[400, 401, 403, 404, 422]),
    ("deleteProjectAsset", &[400, 401, 403, 404, 422]),
    ("uploadAsset", &[400, 401, 403, 422]),
    ("getAsset", &[400, 401, 403, 404]),
    ("deleteAsset", &[400, 401, 403, 404, 409]),
    ("getEditorCapabilities", &[401]),
    ("validateEditorState", &[400, 401]),
    ("searchIllustrations", &[400, 401, 403]),
];

/// Operations that have nothing but an id, which may be any text: one that is malformed is
/// the id of nothing, which is 404. The contract says so of tasks.
const NO_400: [&str; 6] = [
    "cancelExport",
    "getProject",
    "deleteProject",
    "deleteProjectAsset",
    "getAsset",
    "deleteAsset",
];
/// Operations without a document or a file that could be refused: what else is wrong with
/// their bodies and queries is 400.
const NO_422: [&str; 6] = [
    "getProject",
    "patchProject",
    "deleteProject",
    "listProjectAssets",
    "addProjectAsset",
    "deleteProjectAsset",
];

const CREATES: &[&str] = &["createExport", "createProjectExport"];
const KEYED: &[&str] = &["createExport", "createProject", "createProjectExport"];
const STATES: &[&str] = &["createExport", "createProject", "syncProject"];
const PROJECTS: &[&str] = &[
    "getProject",
    "patchProject",
    "deleteProject",
    "syncProject",
    "createProjectExport",
    "listProjectAssets",
    "addProjectAsset",
    "deleteProjectAsset",
];
const ASSETS: &[&str] = &[
    "getAsset",
    "deleteAsset",
    "addProjectAsset",
    "deleteProjectAsset",
];
const READERS: &[&str] = &[
    "createExport",
    "listExports",
    "getExport",
    "createProject",
    "listProjects",
    "patchProject",
    "syncProject",
    "createProjectExport",
    "listProjectAssets",
    "addProjectAsset",
    "uploadAsset",
    "validateEditorState",
    "searchIllustrations",
];

/// Codes and statuses ("Error codes"), with the operations that they are of. Those of every
/// operation, and of documents, are not here. `EDITOR_ITEM_UNSUPPORTED` is gone: whatever
/// validates is drawn.
const CODES: [(&str, u16, &[&str]); 19] = [
    ("OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED", 422, CREATES),
    (
        "OPEN_API_EXPORT_STANDARD_SECOND_LIMIT_EXCEEDED",
        429,
        CREATES,
    ),
    ("OPEN_API_PROJECT_SYNC_RATE_LIMITED", 429, &["syncProject"]),
    ("TASK_NOT_CANCELABLE", 409, &["cancelExport"]),
    ("ASSET_REFERENCED", 409, &["deleteAsset"]),
    ("STATE_SCHEMA_VERSION_UNSUPPORTED", 422, STATES),
    ("REQUEST_INVALID", 400, READERS),
    ("IDEMPOTENCY_KEY_INVALID", 400, KEYED),
    ("IDEMPOTENCY_KEY_REUSED", 409, KEYED),
    ("CLIENT_TASK_ID_REUSED", 409, CREATES),
    ("OPEN_API_CREDITS_INSUFFICIENT", 422, CREATES),
    ("WEBHOOK_SECRET_MISSING", 422, CREATES),
    ("CALLBACK_URL_FORBIDDEN", 422, CREATES),
    ("EXPORT_OUTPUT_TOO_LARGE", 422, CREATES),
    ("EXPORT_TOO_LONG", 422, CREATES),
    ("TASK_NOT_FOUND", 404, &["getExport", "cancelExport"]),
    ("PROJECT_NOT_FOUND", 404, PROJECTS),
    ("ASSET_NOT_FOUND", 404, ASSETS),
    ("UPLOAD_INVALID", 422, &["uploadAsset"]),
];

fn operation(id: &str) -> &'static Operation {
    let mut all = document().operations.iter();
    all.find(|one| one.id == id)
        .unwrap_or_else(|| panic!("{id} is not in openapi.json"))
}

fn assert_case(id: &str, status: u16, code: &str) {
    let cases = Document::cases(operation(id));
    let is_there = cases.contains(&(status, code));
    assert!(is_there, "{id} {status} {code} is not in openapi.json");
}

#[test]
fn every_status_of_the_contract_is_described_or_has_one_in_its_place() {
    for (id, statuses) in OPERATIONS {
        let cases = Document::cases(operation(id));
        for status in statuses {
            let is_described = cases.iter().any(|(one, _)| one == status);
            let is_never_answered = match status {
                400 => NO_400.contains(&id),
                422 => NO_422.contains(&id),
                _ => false,
            };
            assert_ne!(is_described, is_never_answered, "{id} {status}");
        }
    }
}

#[test]
fn every_code_of_the_contract_is_described_where_it_belongs() {
    for (code, status, ids) in CODES {
        for id in ids {
            assert_case(id, status, code);
        }
    }
    for (id, _) in OPERATIONS {
        assert_case(id, 401, "OPEN_API_KEY_INVALID");
        assert_case(id, 429, "OPEN_API_REQUEST_LIMIT_EXCEEDED");
        if !["getEditorCapabilities", "validateEditorState"].contains(&id) {
            assert_case(id, 403, "OPEN_API_RUNTIME_ACCESS_FORBIDDEN");
        }
    }
    let of_files = FaultCode::MotionGraphicInvalid;
    for code in FaultCode::ALL.iter().filter(|code| **code != of_files) {
        for id in STATES {
            assert_case(id, 422, code.as_str());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_none_is_the_id_of_nothing() {
    let service = Service::start().await;
    let user = User::new(&service, "ann").await;
    for id in NO_400 {
        let operation = operation(id);
        for wrong in parameters(operation) {
            for odd in ["x", "%ff", "0198c0de-0000-7000-8000-00000000000g", "%20"] {
                let path = path_with(operation, |name| {
                    let id = if name == wrong { odd } else { user.id(name) };
                    id.to_owned()
                });
                let request = service.to(operation.method.clone(), &path);
                let refused = answer(request.bearer_auth(&user.secret)).await;
                assert_eq!(refused.status, 404, "{id} of {odd}: {}", refused.text);
            }
        }
    }
}
