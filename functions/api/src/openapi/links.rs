//! Links: which answer names what another operation takes.

use serde_json::{Map, Value, json};

use super::conventions::operations;

const TASK: (&str, &str) = ("taskId", "$response.body#/data/taskId");
const PROJECT: (&str, &str) = ("projectId", "$response.body#/data/projectId");
const ASSET: (&str, &str) = ("assetId", "$response.body#/data/assetId");
const UPLOAD: (&str, &str) = ("uploadId", "$response.body#/data/uploadId");
/// The project that the request was about.
const SAME_PROJECT: (&str, &str) = ("projectId", "$request.path.projectId");
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
    ("cancelExport", 200, "getExport", &[TASK]),
    ("listExports", 200, "listExports", &[NEXT]),
    ("createProject", 201, "getProject", &[PROJECT]),
    ("createProject", 201, "patchProject", &[PROJECT]),
    ("createProject", 201, "syncProject", &[PROJECT]),
    ("createProject", 201, "createProjectExport", &[PROJECT]),
    ("createProject", 201, "addProjectAsset", &[PROJECT]),
    ("createProject", 201, "listProjectAssets", &[PROJECT]),
    ("createProject", 201, "deleteProject", &[PROJECT]),
    ("syncProject", 200, "createProjectExport", &[PROJECT]),
    ("syncProject", 200, "getProject", &[PROJECT]),
    ("listProjects", 200, "listProjects", &[NEXT]),
    (
        "listProjectAssets",
        200,
        "listProjectAssets",
        &[SAME_PROJECT, NEXT],
    ),
    (
        "addProjectAsset",
        201,
        "deleteProjectAsset",
        &[PROJECT, ASSET],
    ),
    ("addProjectAsset", 201, "listProjectAssets", &[PROJECT]),
    ("uploadAsset", 201, "getAsset", &[ASSET]),
    ("uploadAsset", 201, "deleteAsset", &[ASSET]),
    ("createUpload", 201, "getUpload", &[UPLOAD]),
    ("createUpload", 201, "signUploadParts", &[UPLOAD]),
    ("createUpload", 201, "completeUpload", &[UPLOAD]),
    ("createUpload", 201, "abortUpload", &[UPLOAD]),
    ("completeUpload", 201, "getAsset", &[ASSET]),
];

/// The upload whose asset another request binds by its body.
const BINDS: (&str, u16, &str) = ("uploadAsset", 201, "addProjectAsset");

pub(super) fn add(document: &mut Value) {
    for (from, status, to, parameters) in LINKS {
        let parameters: Map<String, Value> = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
            .collect();
        let link = json!({ "operationId": to, "parameters": parameters });
        insert(document, (from, *status, to), link);
    }
    let (_, _, to) = BINDS;
    let body = json!({ "assetId": ASSET.1 });
    insert(
        document,
        BINDS,
        json!({ "operationId": to, "requestBody": body }),
    );
}

fn insert(document: &mut Value, (from, status, to): (&str, u16, &str), link: Value) {
    let is_there = operations(document).any(|one| one["operationId"] == to);
    let place = operations(document)
        .find(|one| one["operationId"] == from)
        .and_then(|one| one["responses"].get_mut(status.to_string()));
    match place {
        Some(place) if is_there => place["links"][to] = link,
        _ => panic!("{from}, its {status} or {to} is not there"),
    }
}
