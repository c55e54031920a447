//! Reading one item, and a page of a list.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::config::Store;
use crate::error::StoreError;
use crate::item::{Item, s, text, user_pk};

/// Most queries of a megabyte each for one page of a list.
const READS: u32 = 4;

/// Which items of a user a page is of.
#[derive(Debug, Clone)]
pub(crate) struct List<'a> {
    pub(crate) user: &'a str,
    /// What their sort keys begin with; ids follow.
    pub(crate) prefix: &'a str,
    /// The id that the page stands behind.
    pub(crate) before: Option<String>,
    /// Most entries of the page.
    pub(crate) size: u32,
    /// An attribute that must have this value.
    pub(crate) only: Option<(&'static str, AttributeValue)>,
}

/// Takes the item of a key out of some.
pub(crate) fn take_item(items: &mut Vec<Item>, key: &Item) -> Option<Item> {
    let is_it = |item: &Item| {
        ["pk", "sk"]
            .iter()
            .all(|name| item.get(*name) == key.get(*name))
    };
    let at = items.iter().position(is_it)?;
    Some(items.swap_remove(at))
}

impl Store {
    /// One item, read consistently.
    pub(crate) async fn get_item(&self, key: Item) -> Result<Option<Item>, StoreError> {
        let found = self
            .0
            .db
            .get_item()
            .table_name(&self.0.table)
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::sdk("GetItem", &error))?;
        Ok(found.item)
    }

    /// A page in descending order of ids, and the id that the next one stands behind.
    /// A page may be short, even empty, with more behind it: no more than four
    /// megabytes are read for one.
    pub(crate) async fn page(
        &self,
        list: &List<'_>,
    ) -> Result<(Vec<Item>, Option<String>), StoreError> {
        let (prefix, size) = (list.prefix, list.size as usize);
        let mut items: Vec<Item> = Vec::new();
        let sk = |id: &str| format!("{prefix}{id}");
        let bound = list.before.as_deref().map(sk);
        // Behind every id in byte order, so that no bound is needed on the first page.
        let mut upper = bound.clone().unwrap_or_else(|| sk("~"));
        let mut behind = None;
        for _ in 0..READS {
            let mut query = self
                .0
                .db
                .query()
                .table_name(&self.0.table)
                .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
                .expression_attribute_values(":pk", user_pk(list.user))
                .expression_attribute_values(":low", s(prefix))
                .expression_attribute_values(":high", s(&upper))
                .scan_index_forward(false);
            query = match &list.only {
                // The limit counts what the filter drops: read by the megabyte.
                Some((name, value)) => query
                    .filter_expression("#only = :only")
                    .expression_attribute_names("#only", *name)
                    .expression_attribute_values(":only", value.clone()),
                None => query.limit(list.size as i32 + 2),
            };
            let found = query
                .send()
                .await
                .map_err(|error| StoreError::sdk("Query", &error))?;
            for item in found.items.unwrap_or_default() {
                let at = text(&item, "sk");
                let last = items.last().and_then(|item| text(item, "sk"));
                // BETWEEN takes in the bound itself: the cursor's or the last read's own entry.
                if at != bound && (last.is_none() || at < last) {
                    items.push(item);
                }
            }
            behind = found.last_evaluated_key.and_then(|key| text(&key, "sk"));
            match &behind {
                Some(end) if items.len() <= size => upper.clone_from(end),
                _ => break,
            }
        }
        if items.len() > size {
            items.truncate(size);
            behind = items.last().and_then(|item| text(item, "sk"));
        }
        let next = behind.and_then(|sk| Some(sk.strip_prefix(prefix)?.to_owned()));
        Ok((items, next))
    }
}
