//! Addresses that an asset may not have: none of them is connected to, and each is
//! refused with a sentence. The receivers of webhooks have the same table.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use darkroom_media::{FetchError, FetchLimits, Fetcher, Lookup};
use darkroom_test_stack::hostile::{
    CREDENTIALS, HOSTS, NAMES, NOT_URLS, NOWHERE, SCHEMES, addresses_of,
};
use darkroom_test_stack::web::{Page, Web};

/// Most bytes that are fetched here.
const LIMIT_BYTES: u64 = 1000;

fn fetcher(allowed: &[String], lookup: &Lookup) -> Fetcher {
    let limits = FetchLimits {
        connect: Duration::from_millis(300),
        idle: Duration::from_millis(300),
        total: Duration::from_secs(5),
    };
    Fetcher::new(allowed, limits, lookup).unwrap()
}

/// What fetching gives, and the bytes that were written.
async fn fetch(fetcher: &Fetcher, url: &str) -> (Result<u64, FetchError>, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let into = dir.path().join("asset");
    let fetched = fetcher.fetch(url, &into, LIMIT_BYTES).await;
    (fetched, std::fs::read(&into).unwrap_or_default())
}

async fn refused(fetcher: &Fetcher, url: &str) -> FetchError {
    let (fetched, written) = fetch(fetcher, url).await;
    let error = fetched.expect_err(url);
    assert!(error.is_callers_fault(), "{url}: {error}");
    assert!(written.is_empty(), "{url}");
    error
}

/// A server that must not be reached, on the port that the tables' hosts are given.
async fn trap() -> Web {
    Web::start(|_| HashMap::new()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_off_the_public_internet_are_not_connected_to() {
    let trap = trap().await;
    let named = Lookup::new(addresses_of);
    let guarded = fetcher(&[], &named);
    let names = NAMES.iter().map(|(name, _)| *name);
    for host in HOSTS.iter().copied().chain(names) {
        let url = format!("http://{host}:{}/", trap.port);
        let error = refused(&guarded, &url).await;
        assert!(matches!(error, FetchError::Forbidden(_)), "{host}: {error}");
    }
    // By the system's own resolver, and what is permitted on one port alone.
    let other = fetcher(&["127.0.0.1:9".to_owned()], &Lookup::default());
    for host in ["localhost", "127.0.0.1"] {
        let error = refused(&other, &format!("http://{host}:{}/", trap.port)).await;
        assert!(matches!(error, FetchError::Forbidden(_)), "{host}: {error}");
    }
    assert_eq!(trap.came(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_schemes_credentials_and_what_is_no_url_are_refused() {
    let guarded = fetcher(&[], &Lookup::new(addresses_of));
    for url in SCHEMES {
        let error = refused(&guarded, url).await;
        assert!(matches!(error, FetchError::Scheme(_)), "{url}: {error}");
    }
    for url in CREDENTIALS {
        let error = refused(&guarded, url).await;
        assert!(matches!(error, FetchError::Credentials), "{url}: {error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    for url in NOT_URLS {
        let error = refused(&guarded, url).await;
        assert!(matches!(error, FetchError::NotAUrl(_)), "{url}: {error}");
    }
    let error = refused(&guarded, "https://unknown.test/").await;
    assert!(matches!(error, FetchError::Unreachable(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_looked_up_once_and_connected_to_where_it_led() {
    let trap = trap().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    // Public for whoever checks it, and this machine for whoever asks again.
    let changes = Lookup::new(move |_| {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        let address = if first { NOWHERE } else { "127.0.0.1" };
        vec![address.parse().unwrap()]
    });
    let guarded = fetcher(&[], &changes);
    let url = format!("http://changes.test:{}/", trap.port);
    let error = refused(&guarded, &url).await;
    let nowhere = matches!(
        error,
        FetchError::Unreachable(_) | FetchError::Silent { .. }
    );
    assert!(nowhere, "{error}");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let error = refused(&guarded, &url).await;
    assert!(matches!(error, FetchError::Forbidden(_)), "{error}");
    assert_eq!(trap.came(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_lead_nowhere_that_an_address_may_not() {
    let trap = trap().await;
    let targets: [(&str, String); 11] = [
        ("/literal", format!("http://127.0.0.1:{}/", trap.port)),
        ("/short", format!("http://2130706433:{}/", trap.port)),
        ("/six", format!("http://[::ffff:127.0.0.1]:{}/", trap.port)),
        ("/relative", format!("//127.0.0.1:{}/", trap.port)),
        ("/name", format!("http://loopback.test:{}/", trap.port)),
        ("/metadata", "http://169.254.169.254/latest/".to_owned()),
        ("/file", "file:///etc/hostname".to_owned()),
        ("/ftp", "ftp://example.com/".to_owned()),
        ("/ann", "https://ann:secret@example.com/".to_owned()),
        ("/none", "http://".to_owned()),
        ("/round", "/round".to_owned()),
    ];
    let permitted = Web::start(|_| {
        let pages = targets.iter();
        let redirects = pages.map(|(path, to)| (*path, Page::Redirect(to.clone())));
        let good = ("/good", Page::Bytes(b"good".to_vec()));
        let moved = ("/moved", Page::Redirect("/good".to_owned()));
        redirects.chain([good, moved]).collect()
    })
    .await;
    let fetcher = fetcher(&[permitted.host()], &Lookup::new(addresses_of));
    for (path, _) in &targets {
        let error = refused(&fetcher, &permitted.url(path)).await;
        let fits = match *path {
            "/file" | "/ftp" => matches!(error, FetchError::Scheme(_)),
            "/ann" => matches!(error, FetchError::Credentials),
            "/none" => matches!(error, FetchError::NotAUrl(_)),
            "/round" => matches!(error, FetchError::Redirects),
            _ => matches!(error, FetchError::Forbidden(_)),
        };
        assert!(fits, "{path}: {error}");
    }
    assert_eq!(trap.came(), [""; 0]);

    permitted.came();
    for path in ["/good", "/moved"] {
        let (fetched, written) = fetch(&fetcher, &permitted.url(path)).await;
        assert_eq!((fetched.unwrap(), &*written), (4, &b"good"[..]), "{path}");
    }
    assert_eq!(permitted.came(), ["/good", "/moved", "/good"]);
}
