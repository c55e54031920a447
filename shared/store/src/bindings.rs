//! Which assets are bound to a project: a list that editors show, and no use of
//! the files (see [`crate::files`]). A deleted asset is in no list.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem};
use darkroom_exports::{AssetId, ProjectId};

use crate::assets::{AssetRecord, NOT_DELETED, asset_key, read, read_id};
use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, key, s, text, user_pk};
use crate::keys::ApiKey;
use crate::projects::project_key;
use crate::read::List;
use crate::tasks::Page;
use crate::transact::{Part, Parts, Sent, built, delete_part, put_part};

/// Most bindings of deleted assets that are removed by one reader.
const FORGOTTEN_AT_ONCE: usize = 25;

/// What binding or unbinding came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// It is written.
    Done,
    /// The user has no such project.
    ProjectMissing,
    /// The user has no such asset, or it is not bound.
    AssetMissing,
    /// The key was revoked meanwhile.
    KeyRevoked,
}

fn binding_key(user: &str, project: ProjectId, asset: &str) -> Item {
    key(user_pk(user), s(format!("B#{project}#{asset}")))
}

impl Store {
    /// Binds an asset to a project; bound already, it stays so.
    pub async fn bind_asset(
        &self,
        key: &ApiKey,
        project: ProjectId,
        asset: AssetId,
    ) -> Result<Bound, StoreError> {
        let user = &key.user;
        let parts = vec![
            (Part::Key, self.key_is_valid(key)?),
            (Part::Project, self.project_exists(user, project)?),
            (
                Part::Asset,
                self.check(asset_key(user, &asset.to_string()), NOT_DELETED)?,
            ),
            (
                Part::Binding,
                self.binding_part(user, project, &asset.to_string())?,
            ),
        ];
        self.bound(key, parts).await
    }

    /// Removes a binding; the asset stays.
    pub async fn unbind_asset(
        &self,
        key: &ApiKey,
        project: ProjectId,
        asset: AssetId,
    ) -> Result<Bound, StoreError> {
        let user = &key.user;
        let delete = Delete::builder()
            .table_name(&self.0.table)
            .set_key(Some(binding_key(user, project, &asset.to_string())))
            .condition_expression("attribute_exists(pk)");
        let parts = vec![
            (Part::Key, self.key_is_valid(key)?),
            (Part::Project, self.project_exists(user, project)?),
            (Part::Binding, delete_part(delete)?),
        ];
        self.bound(key, parts).await
    }

    async fn bound(&self, key: &ApiKey, parts: Parts) -> Result<Bound, StoreError> {
        Ok(match self.transact(key, parts).await? {
            Sent::Done => Bound::Done,
            Sent::KeyRevoked => Bound::KeyRevoked,
            Sent::Refused(Part::Project, _) => Bound::ProjectMissing,
            Sent::Refused(..) => Bound::AssetMissing,
        })
    }

    fn check(&self, key: Item, condition: &str) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.0.table)
            .set_key(Some(key))
            .condition_expression(condition);
        let check = built(check.build())?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    /// The part of a transaction that holds only while a project is there.
    pub(crate) fn project_exists(
        &self,
        user: &str,
        project: ProjectId,
    ) -> Result<TransactWriteItem, StoreError> {
        self.check(project_key(user, project), "attribute_exists(pk)")
    }

    pub(crate) fn binding_part(
        &self,
        user: &str,
        project: ProjectId,
        asset: &str,
    ) -> Result<TransactWriteItem, StoreError> {
        let item = binding_key(user, project, asset);
        put_part(
            Put::builder()
                .table_name(&self.0.table)
                .set_item(Some(item)),
        )
    }

    /// The assets bound to a project, newest asset first: at most `size`, older than
    /// `before`. `None` where the user has no such project. A page may be short, as
    /// deleted assets are left out.
    pub async fn list_bound_assets(
        &self,
        user: &str,
        project: ProjectId,
        size: u32,
        before: Option<AssetId>,
    ) -> Result<Option<Page<AssetRecord, AssetId>>, StoreError> {
        if self.get_item(project_key(user, project)).await?.is_none() {
            return Ok(None);
        }
        let prefix = format!("B#{project}#");
        let list = List {
            user,
            prefix: &prefix,
            before: before.map(|id| id.to_string()),
            size,
            only: None,
        };
        let (bindings, next) = self.page(&list).await?;
        let id = |item: &Item| Some(text(item, "sk")?.strip_prefix(&prefix)?.to_owned());
        let mut bound: Vec<String> = bindings.iter().filter_map(id).collect();
        let keys = bound.iter().map(|id| asset_key(user, id)).collect();
        let mut found = self.get_items(keys).await?;
        found.retain(|item| !item.contains_key("deletedAt"));
        let is_there = |id: &String| found.iter().any(|item| read_id(item).as_ref() == Some(id));
        bound.retain(|id| !is_there(id));
        self.forget_bindings(user, project, &bound).await;
        found.sort_by_key(|item| std::cmp::Reverse(read_id(item)));
        Ok(Some(Page {
            entries: found.iter().map(read).collect::<Result<_, _>>()?,
            next: next.as_deref().and_then(AssetId::parse),
        }))
    }

    /// Removes bindings of assets that are deleted, which stay deleted, so that a list is not
    /// of empty pages. What is left is found by the next reader.
    async fn forget_bindings(&self, user: &str, project: ProjectId, assets: &[String]) {
        if assets.is_empty() {
            return;
        }
        let part = |asset: &String| {
            let delete = Delete::builder()
                .table_name(&self.0.table)
                .set_key(Some(binding_key(user, project, asset)));
            delete_part(delete).map(|part| (Part::Binding, part))
        };
        let parts = assets.iter().take(FORGOTTEN_AT_ONCE).map(part);
        let parts: Result<Parts, StoreError> = parts.collect();
        let sent = match parts {
            Ok(parts) => Box::pin(self.send_parts(parts)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            tracing::warn!("bindings of deleted assets stay: {error}");
        }
    }
}
