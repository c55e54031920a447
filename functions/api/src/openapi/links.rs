//! Links: which answer names what another operation takes.

use serde_json::{Map, Value, json};

use super::conventions::operations;

const TASK: (&str, &str) = ("taskId", "$response.body#/data/taskId");
const PROJECT: (&str, &str) = ("projectId", "$response.body#/data/projectId");
const ASSET: (&str, &str) = ("assetId", "$response.body#/data/assetId");
const UPLOAD: (&str, &str) = ("uploadId", "$response.body#/data/uploadId");
/// The project that an uploaded file shall be bound to.
const FOR_PROJECT: (&str, &str) = ("x-project-id", "$response.body#/data/projectId");
/// The newest of a list.
const FIRST_TASK: (&str, &str) = ("taskId", "$response.body#/data/0/taskId");
const FIRST_PROJECT: (&str, &str) = ("projectId", "$response.body#/data/0/projectId");
const FIRST_ASSET: (&str, &str) = ("assetId", "$response.body#/data/0/assetId");
/// The project that the request was about.
const SAME_PROJECT: (&str, &str) = ("projectId", "$request.path.projectId");
/// The project that the uploaded file was for.
const ITS_PROJECT: (&str, &str) = ("projectId", "$request.header.x-project-id");
/// Exports of the same key.
const SAME_KEY: (&str, &str) = (
    "createdByApiKeyId",
    "$response.body#/data/createdByApiKeyId",
);
/// The document that the request was about.
const SAME_STATE: (&str, &str) = ("editorState", "$request.body#/editorState");
const NEXT: (&str, &str) = ("pageCursor", "$response.body#/meta/nextPageCursor");

/// An operation and its status, the operation that goes on from there, and the parameters
/// that this one gets.
type Link = (
    &'static str,
    u16,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const LINKS: &[Link] = &[
    ("createExport", 201, "getExport", &[TASK]),
    ("createExport", 201, "cancelExport", &[TASK]),
    ("createProjectExport", 201, "getExport", &[TASK]),
    ("createProjectExport", 201, "cancelExport", &[TASK]),
    ("getExport", 200, "cancelExport", &[TASK]),
    ("getExport", 200, "listExports", &[SAME_KEY]),
    ("cancelExport", 200, "getExport", &[TASK]),
    ("listExports", 200, "listExports", &[NEXT]),
    ("listExports", 200, "getExport", &[FIRST_TASK]),
    ("createProject", 201, "getProject", &[PROJECT]),
    ("createProject", 201, "patchProject", &[PROJECT]),
    ("createProject", 201, "syncProject", &[PROJECT]),
    ("createProject", 201, "createProjectExport", &[PROJECT]),
    ("createProject", 201, "uploadAsset", &[FOR_PROJECT]),
    ("createProject", 201, "addProjectAsset", &[PROJECT]),
    ("createProject", 201, "listProjectAssets", &[PROJECT]),
    ("createProject", 201, "deleteProject", &[PROJECT]),
    ("getProject", 200, "patchProject", &[PROJECT]),
    ("getProject", 200, "syncProject", &[PROJECT]),
    ("patchProject", 200, "getProject", &[PROJECT]),
    ("syncProject", 200, "createProjectExport", &[PROJECT]),
    ("syncProject", 200, "getProject", &[PROJECT]),
    ("listProjects", 200, "listProjects", &[NEXT]),
    ("listProjects", 200, "getProject", &[FIRST_PROJECT]),
    (
        "listProjectAssets",
        200,
        "listProjectAssets",
        &[SAME_PROJECT, NEXT],
    ),
    ("listProjectAssets", 200, "getAsset", &[FIRST_ASSET]),
    (
        "addProjectAsset",
        201,
        "deleteProjectAsset",
        &[PROJECT, ASSET],
    ),
    ("addProjectAsset", 201, "listProjectAssets", &[PROJECT]),
    ("uploadAsset", 201, "getAsset", &[ASSET]),
    ("uploadAsset", 201, "deleteAsset", &[ASSET]),
    ("uploadAsset", 201, "listProjectAssets", &[ITS_PROJECT]),
    (
        "uploadAsset",
        201,
        "deleteProjectAsset",
        &[ITS_PROJECT, ASSET],
    ),
    ("getAsset", 200, "deleteAsset", &[ASSET]),
    ("createUpload", 201, "getUpload", &[UPLOAD]),
    ("createUpload", 201, "signUploadParts", &[UPLOAD]),
    ("createUpload", 201, "completeUpload", &[UPLOAD]),
    ("createUpload", 201, "abortUpload", &[UPLOAD]),
    ("signUploadParts", 200, "completeUpload", &[UPLOAD]),
    ("signUploadParts", 200, "abortUpload", &[UPLOAD]),
    ("getUpload", 200, "signUploadParts", &[UPLOAD]),
    ("completeUpload", 201, "getAsset", &[ASSET]),
    ("completeUpload", 201, "deleteAsset", &[ASSET]),
];

/// Links that give a field of a body, too: from where, where to, the parameters, and the
/// field with its value.
type Fill = (Link, (&'static str, &'static str));

const FILLS: &[Fill] = &[
    // The upload whose asset is bound to the project that it came for, if it came for one.
    (
        ("uploadAsset", 201, "addProjectAsset", &[ITS_PROJECT]),
        ASSET,
    ),
    (("createProject", 201, "createUpload", &[]), PROJECT),
    (
        ("validateEditorState", 200, "createExport", &[]),
        SAME_STATE,
    ),
    (
        ("validateEditorState", 200, "estimateExport", &[]),
        SAME_STATE,
    ),
    (("estimateExport", 200, "createExport", &[]), SAME_STATE),
];

pub(super) fn add(document: &mut Value) {
    for link in LINKS {
        insert(document, link, None);
    }
    for (link, (field, value)) in FILLS {
        insert(document, link, Some(json!({ (*field): value })));
    }
}

fn insert(document: &mut Value, (from, status, to, parameters): &Link, body: Option<Value>) {
    let mut link = json!({ "operationId": to });
    if !parameters.is_empty() {
        let parameters = parameters.iter();
        let parameters = parameters.map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
        link["parameters"] = parameters.collect::<Map<_, _>>().into();
    }
    if let Some(body) = body {
        link["requestBody"] = body;
    }
    let is_there = operations(document).any(|one| one["operationId"] == *to);
    let place = operations(document)
        .find(|one| one["operationId"] == *from)
        .and_then(|one| one["responses"].get_mut(status.to_string()));
    match place {
        Some(place) if is_there => place["links"][*to] = link,
        _ => panic!("{from}, its {status} or {to} is not there"),
    }
}
