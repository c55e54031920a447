//! Which addresses may be connected to, and a resolver that gives no others.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use darkroom_address::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A name led to an address that is not public.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not on the public internet")]
pub(crate) struct Refused(pub(crate) String);

/// Finds the addresses of a host name: as the system does, unless it is told otherwise.
#[derive(Clone, Default)]
pub struct Lookup(Option<Arc<Find>>);

type Find = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

impl Lookup {
    /// Asks `find` for the addresses of a name, each time one is connected to; a name
    /// without any cannot be reached. A test names hosts with it.
    pub fn new(find: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(find)))
    }

    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        if let Some(find) = &self.0 {
            return Ok(find(name));
        }
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

impl std::fmt::Debug for Lookup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() {
            "Lookup(..)"
        } else {
            "Lookup(system)"
        })
    }
}

/// Refuses a name of which any address is not public. The connection is made to what
/// is answered here, so that a name cannot change its mind between check and use.
#[derive(Debug)]
pub(crate) struct GuardedResolver(pub(crate) Lookup);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.0.clone();
        Box::pin(async move {
            let found = lookup.addresses(name.as_str()).await?;
            if found.iter().any(|address| !is_public(*address)) {
                return Err(Refused(name.as_str().to_owned()).into());
            }
            // The port is the URL's.
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            let addresses: Addrs = Box::new(found);
            Ok(addresses)
        })
    }
}
