//! Which page of a list is asked for, and its answer.

use std::fmt::Display;

use axum::response::Response;
use darkroom_exports::cursor::{self, ASSET_PAGE_SIZE, PAGE_SIZE};
use serde::Serialize;

use crate::query::Query;
use crate::reply::{self, Refusal};

/// Which page of a list.
#[derive(Debug)]
#[cfg_attr(test, derive(utoipa::IntoParams))]
#[cfg_attr(test, into_params(parameter_in = Query))]
pub(crate) struct Paged {
    /// Most entries of the page.
    #[cfg_attr(test, param(rename = "pageSize", value_type = Option<u32>,
        minimum = 1, maximum = 50, default = 20))]
    pub(crate) size: u32,
    /// The page before this one's `meta.nextPageCursor`.
    #[cfg_attr(test, param(rename = "pageCursor"))]
    pub(crate) cursor: Option<String>,
}

impl Paged {
    /// Reads the page, and notes what is wrong with it.
    pub(crate) fn read(query: &mut Query) -> Self {
        Self {
            size: size(query, PAGE_SIZE),
            cursor: query.parameter("pageCursor").map(str::to_owned),
        }
    }
}

/// Which page of a project's assets.
#[derive(Debug)]
#[cfg_attr(test, derive(utoipa::IntoParams))]
#[cfg_attr(test, into_params(parameter_in = Query))]
pub(crate) struct PagedAssets {
    /// Most entries of the page.
    #[cfg_attr(test, param(rename = "pageSize", value_type = Option<u32>,
        minimum = 1, maximum = 100, default = 80))]
    pub(crate) size: u32,
    /// The page before this one's `meta.nextPageCursor`.
    #[cfg_attr(test, param(rename = "pageCursor"))]
    pub(crate) cursor: Option<String>,
}

impl PagedAssets {
    /// Reads the page, and notes what is wrong with it.
    pub(crate) fn read(query: &mut Query) -> Self {
        Self {
            size: size(query, ASSET_PAGE_SIZE),
            cursor: query.parameter("pageCursor").map(str::to_owned),
        }
    }
}

/// The last good `pageSize` of a query; each that is none is a fault.
fn size(query: &mut Query, (least, usual, most): (u32, u32, u32)) -> u32 {
    let given: Vec<_> = query.values("pageSize").map(str::parse::<u32>).collect();
    let mut size = usual;
    for one in given {
        match one {
            Ok(good) if (least..=most).contains(&good) => size = good,
            _ => query.fault(
                "/pageSize",
                format!("must be a whole number from {least} to {most}"),
            ),
        }
    }
    size
}

/// What the page of a cursor stands behind, in a user's list of that name.
///
/// # Errors
/// Every fault of the query, that of the cursor only where there is no other.
pub(crate) fn before<T>(
    mut query: Query,
    given: Option<&str>,
    list: &str,
    user: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    let mut before = None;
    if let (Some(text), true) = (given, query.is_sound()) {
        before = cursor::decode(list, user, text, parse);
        if before.is_none() {
            let message = "is not a cursor of this list; take it from meta.nextPageCursor";
            query.fault("/pageCursor", message.to_owned());
        }
    }
    query.check()?;
    Ok(before)
}

/// A page of a list.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
pub(crate) struct Page<T> {
    data: Vec<T>,
    meta: PageMeta,
}

/// Where the list goes on.
#[derive(Serialize)]
#[cfg_attr(test, derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageMeta {
    /// `pageCursor` of the next page; null behind the last one.
    #[cfg_attr(test, schema(required))]
    next_page_cursor: Option<String>,
}

/// A page, and the cursor behind it.
pub(crate) fn answer(
    shown: &[impl Serialize],
    list: &str,
    user: &str,
    next: Option<impl Display>,
) -> Response {
    let next_page_cursor = next.map(|behind| cursor::encode(list, user, behind));
    reply::ok(&Page {
        data: shown.iter().collect(),
        meta: PageMeta { next_page_cursor },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::parameter;

    #[test]
    fn page_sizes_are_described_as_they_are_read() {
        for (described, (least, usual, most)) in [
            (parameter::<Paged>("pageSize"), PAGE_SIZE),
            (parameter::<PagedAssets>("pageSize"), ASSET_PAGE_SIZE),
        ] {
            assert_eq!(described["minimum"], least);
            assert_eq!(described["default"], usual);
            assert_eq!(described["maximum"], most);
        }
    }

    #[test]
    fn the_last_of_each_parameter_counts_and_every_bad_size_is_a_fault() {
        let query = |text: &str| Query::read(&format!("/?{text}").parse().unwrap());
        let id = |text: &str| (text == "x").then_some(7);
        let good = cursor::encode("list", "ann", "x");

        let mut twice = query(&format!(
            "pageSize=3&pageCursor=a&pageSize=50&pageCursor={good}"
        ));
        let paged = Paged::read(&mut twice);
        assert_eq!((paged.size, paged.cursor.as_deref()), (50, Some(&*good)));
        let behind = before(twice, paged.cursor.as_deref(), "list", "ann", id);
        assert_eq!(behind.unwrap(), Some(7));

        let mut none = query("");
        let paged = PagedAssets::read(&mut none);
        assert_eq!((paged.size, paged.cursor.as_deref()), (80, None));
        assert_eq!(before(none, None, "list", "ann", id).unwrap(), None);

        for (text, faults) in [
            ("pageSize=0&pageSize=2&pageSize=51&pageCursor=a", 2),
            ("pageSize=2&pageCursor=a", 1),
        ] {
            let mut bad = query(text);
            let paged = Paged::read(&mut bad);
            assert_eq!(paged.size, 2);
            let refused = before(bad, paged.cursor.as_deref(), "list", "ann", id);
            assert_eq!(refused.unwrap_err().0.errors.len(), faults, "{text}");
        }
    }
}
