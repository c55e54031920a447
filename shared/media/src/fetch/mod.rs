//! Fetches what a document names by URL, and trusts none of it.
//!
//! http and https alone; every address that a name resolves to is checked
//! when the connection is made ([`guard`]); redirects are followed by hand and
//! checked again; size and time are bounded. What comes is only ever written
//! to a file.

mod guard;

use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use darkroom_address::is_public;
use reqwest::header::LOCATION;
use tokio::io::AsyncWriteExt as _;
use url::{Host, Url};

use guard::GuardedResolver;
pub use guard::Lookup;

/// Redirects followed at most.
const REDIRECTS: usize = 5;

/// What one fetch may cost.
#[derive(Debug, Clone)]
pub struct FetchLimits {
    /// To connect.
    pub connect: Duration,
    /// Without a byte.
    pub idle: Duration,
    /// In all.
    pub total: Duration,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(20),
            total: Duration::from_mins(5),
        }
    }
}

/// Why something was not fetched; the sentence is the caller's to read.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Not a URL.
    #[error("`{0}` is not a URL")]
    NotAUrl(String),
    /// Another scheme than http and https.
    #[error("its URL has the scheme `{0}`; only http and https are fetched")]
    Scheme(String),
    /// The URL carries a name or password.
    #[error("its URL carries a user name or password, which is not supported")]
    Credentials,
    /// The address is not on the public internet.
    #[error("its host {0} is not on the public internet")]
    Forbidden(String),
    /// Too many redirects.
    #[error("its URL redirects more than {REDIRECTS} times")]
    Redirects,
    /// The server answered with something else than success.
    #[error("its server answered {0}")]
    Status(u16),
    /// More bytes than allowed.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The server was too slow in all.
    #[error("its server is too slow: not complete within {0} s")]
    TooSlow(u64),
    /// The server could not be connected to in time, or fell silent.
    #[error(
        "its server is too slow: no connection within {connect:?}, or nothing came for {idle:?}"
    )]
    Silent {
        /// How long a connection may take.
        connect: Duration,
        /// How long nothing may come.
        idle: Duration,
    },
    /// No connection, or it broke off.
    #[error("its server cannot be reached, or broke off: {0}")]
    Unreachable(String),
    /// The file could not be written: this machine's fault.
    #[error("it cannot be written to scratch space: {0}")]
    Disk(#[from] std::io::Error),
    /// The client could not be made: this machine's fault.
    #[error("no HTTPS client can be made: {0}")]
    Client(String),
}

impl FetchError {
    /// Whether the URL or its server is at fault rather than this machine.
    pub fn is_callers_fault(&self) -> bool {
        !matches!(self, Self::Disk(_) | Self::Client(_))
    }
}

/// A client that reaches public addresses only; cheap to clone.
#[derive(Debug, Clone)]
pub struct Fetcher {
    guarded: reqwest::Client,
    open: reqwest::Client,
    /// `host:port` that may be private: tests and private deployments.
    allowed: Arc<[String]>,
    limits: FetchLimits,
}

impl Fetcher {
    /// A fetcher; `allowed` lists `host:port` pairs exempt from the address check, and
    /// `lookup` resolves the names of all other hosts.
    pub fn new(
        allowed: &[String],
        limits: FetchLimits,
        lookup: &Lookup,
    ) -> Result<Self, FetchError> {
        let client = |guard: Option<&Lookup>| {
            careful_client(guard)
                .map_err(|error| FetchError::Client(error.to_string()))?
                .connect_timeout(limits.connect)
                .read_timeout(limits.idle)
                .build()
                .map_err(|error| FetchError::Client(error.to_string()))
        };
        Ok(Self {
            guarded: client(Some(lookup))?,
            open: client(None)?,
            allowed: allowed.into(),
            limits,
        })
    }

    /// As `DARKROOM_FETCH_ALLOW` (comma-separated `host:port`) says.
    pub fn from_env() -> Result<Self, FetchError> {
        let allowed = std::env::var("DARKROOM_FETCH_ALLOW").unwrap_or_default();
        let allowed: Vec<String> = allowed
            .split(',')
            .map(str::trim)
            .filter(|pair| !pair.is_empty())
            .map(str::to_owned)
            .collect();
        Self::new(&allowed, FetchLimits::default(), &Lookup::default())
    }

    /// Streams `url` into the file `into`, at most `limit_bytes`; answers its size.
    pub async fn fetch(&self, url: &str, into: &Path, limit_bytes: u64) -> Result<u64, FetchError> {
        let started = self.fetch_untimed(url, into, limit_bytes);
        tokio::time::timeout(self.limits.total, started)
            .await
            .unwrap_or(Err(FetchError::TooSlow(self.limits.total.as_secs())))
    }

    async fn fetch_untimed(&self, url: &str, into: &Path, limit: u64) -> Result<u64, FetchError> {
        let mut answer = self.open_url(url).await?;
        if answer.content_length().is_some_and(|length| length > limit) {
            return Err(FetchError::TooLarge { limit });
        }
        let mut file = tokio::fs::File::create(into).await?;
        let mut size = 0;
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.failed(&error))? {
            size += chunk.len() as u64;
            if size > limit {
                return Err(FetchError::TooLarge { limit });
            }
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        Ok(size)
    }

    async fn open_url(&self, url: &str) -> Result<reqwest::Response, FetchError> {
        let mut url = Url::parse(url).map_err(|_| FetchError::NotAUrl(shortened(url)))?;
        for _ in 0..=REDIRECTS {
            let client = self.client_for(&url)?;
            let answer = client
                .get(url.clone())
                .send()
                .await
                .map_err(|error| self.failed(&error))?;
            let status = answer.status();
            if status.is_success() {
                return Ok(answer);
            }
            let target = answer
                .headers()
                .get(LOCATION)
                .filter(|_| status.is_redirection());
            let Some(target) = target.and_then(|target| target.to_str().ok()) else {
                return Err(FetchError::Status(status.as_u16()));
            };
            url = url
                .join(target)
                .map_err(|_| FetchError::NotAUrl(shortened(target)))?;
        }
        Err(FetchError::Redirects)
    }

    /// Checks a URL, the first as every one that follows it.
    fn client_for(&self, url: &Url) -> Result<&reqwest::Client, FetchError> {
        if !["http", "https"].contains(&url.scheme()) {
            return Err(FetchError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Credentials);
        }
        let Some(host) = url.host() else {
            return Err(FetchError::NotAUrl(shortened(url.as_str())));
        };
        let pair = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
        if self.allowed.contains(&pair) {
            return Ok(&self.open);
        }
        // A literal address never meets the resolver.
        let public = match host {
            Host::Ipv4(address) => is_public(address.into()),
            Host::Ipv6(address) => is_public(address.into()),
            Host::Domain(_) => true,
        };
        if public {
            Ok(&self.guarded)
        } else {
            Err(FetchError::Forbidden(host.to_string()))
        }
    }

    fn failed(&self, error: &reqwest::Error) -> FetchError {
        match unanswered(error) {
            Unanswered::Refused(host) => FetchError::Forbidden(host),
            Unanswered::TooSlow => FetchError::Silent {
                connect: self.limits.connect,
                idle: self.limits.idle,
            },
            Unanswered::Unreachable(why) => FetchError::Unreachable(why),
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Why a request got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswered {
    /// Its host, named here, leads to an address that is not public.
    Refused(String),
    /// A time-out of the client.
    TooSlow,
    /// No connection, or it broke off; the innermost cause, without the URL.
    Unreachable(String),
}

/// Sorts the failure of a request that a [`careful_client`] sent.
pub fn unanswered(error: &reqwest::Error) -> Unanswered {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    let mut last = String::new();
    while let Some(error) = cause {
        if let Some(guard::Refused(host)) = error.downcast_ref() {
            return Unanswered::Refused(host.clone());
        }
        last = error.to_string();
        cause = error.source();
    }
    if error.is_timeout() {
        Unanswered::TooSlow
    } else {
        Unanswered::Unreachable(last)
    }
}

/// A builder of a client for URLs that callers name: no redirects, no proxy and no
/// connection kept; with a lookup as its guard it connects to no name that leads there to
/// an address which is not public. A literal address never meets the guard: the caller
/// checks those.
pub fn careful_client(guard: Option<&Lookup>) -> Result<reqwest::ClientBuilder, rustls::Error> {
    let builder = http_client()?
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0);
    Ok(match guard {
        Some(lookup) => builder.dns_resolver(Arc::new(GuardedResolver(lookup.clone()))),
        None => builder,
    })
}

/// The system's roots, read once: every one of them is a file.
static ROOTS: LazyLock<Arc<rustls::RootCertStore>> = LazyLock::new(|| {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    Arc::new(roots)
});

/// A reqwest builder whose TLS is ring and whose roots are the system's, as they were when
/// the first one was asked for.
pub fn http_client() -> Result<reqwest::ClientBuilder, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(Arc::clone(&ROOTS))
        .with_no_client_auth();
    Ok(reqwest::Client::builder().tls_backend_preconfigured(tls))
}
