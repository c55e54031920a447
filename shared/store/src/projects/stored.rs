//! A project as its item has it.

use darkroom_exports::{Project, ProjectId, Timestamp};

use crate::error::StoreError;
use crate::files::Named;
use crate::item::{Item, key, n, number, s, text, user_pk};

pub(crate) fn project_key(user: &str, id: ProjectId) -> Item {
    key(user_pk(user), s(format!("P#{id}")))
}

pub(super) fn to_item(user: &str, project: &Project, named: &Named<'_>) -> Item {
    let mut item = project_key(user, project.id);
    let mut put = |name: &str, value| item.insert(name.to_owned(), value);
    put("title", s(&project.title));
    put("createdAt", n(project.created_at.0));
    put("updatedAt", n(project.updated_at.0));
    put("documentHash", s(&project.document_hash));
    put("version", n(1));
    if let Some(description) = &project.description {
        put("description", s(description));
    }
    if let Some(hash) = named.set_hash() {
        put("filesHash", s(hash));
    }
    item
}

pub(super) fn read(item: &Item) -> Result<Project, StoreError> {
    let read = || {
        Some(Project {
            id: ProjectId::parse(text(item, "sk")?.strip_prefix("P#")?)?,
            title: text(item, "title")?,
            description: text(item, "description"),
            created_at: Timestamp(number(item, "createdAt")?),
            updated_at: Timestamp(number(item, "updatedAt")?),
            document_hash: text(item, "documentHash")?,
        })
    };
    read().ok_or(StoreError::Corrupt("project"))
}
