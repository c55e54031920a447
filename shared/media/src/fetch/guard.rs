//! Which addresses may be connected to, and a resolver that gives no others.

use std::net::SocketAddr;

use darkroom_address::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A name led to an address that is not public.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not on the public internet")]
pub(crate) struct Refused(pub(crate) String);

/// Resolves as the system does, and refuses a name of which any address is
/// not public. The connection is made to what is answered here, so that a
/// name cannot change its mind between check and use.
#[derive(Debug)]
pub(crate) struct GuardedResolver;

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Vec<SocketAddr> = found.collect();
            if addresses.iter().any(|address| !is_public(address.ip())) {
                return Err(Refused(name.as_str().to_owned()).into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}
