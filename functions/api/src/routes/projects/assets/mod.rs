//! `/v1/projects/{projectId}/assets`

pub(in crate::routes) mod add;
pub(in crate::routes) mod list;
pub(in crate::routes) mod remove;

use darkroom_store::Bound;

use super::not_found;
use crate::auth::unknown_key;
use crate::reply::Refusal;
use crate::routes::assets;

fn done(bound: Bound) -> Result<(), Refusal> {
    match bound {
        Bound::Done => Ok(()),
        Bound::ProjectMissing => Err(not_found()),
        Bound::AssetMissing => Err(assets::not_found()),
        Bound::KeyRevoked => Err(unknown_key()),
    }
}
