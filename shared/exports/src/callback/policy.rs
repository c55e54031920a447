//! Which addresses a deployment sends webhooks to.
//!
//! A host name is judged when it is connected to, as only then is it known where
//! it leads; here a literal address and the name `localhost` are.

use url::{Host, Url};

/// Which callback addresses a deployment takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CallbackPolicy {
    /// `https`, on the public internet.
    #[default]
    Https,
    /// `http` too: body and headers can be read on the way.
    Http,
    /// `http`, and receivers on this machine: for development.
    Local,
}

impl CallbackPolicy {
    /// The environment variable that names a deployment's policy.
    pub const VARIABLE: &str = "DARKROOM_CALLBACKS";

    /// `https`, `http` or `local`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
            Self::Local => "local",
        }
    }

    /// Reads the value of [`Self::VARIABLE`]; without one it is `https`.
    ///
    /// # Errors
    /// A sentence with what may be set.
    pub fn parse(value: Option<&str>) -> Result<Self, String> {
        match value {
            None | Some("" | "https") => Ok(Self::Https),
            Some("http") => Ok(Self::Http),
            Some("local") => Ok(Self::Local),
            Some(other) => Err(format!(
                "{} is {other:?}; it must be https, http or local",
                Self::VARIABLE
            )),
        }
    }

    /// Whether a receiver at this address is one of this machine, and allowed.
    /// It may then be connected to without the guard.
    pub fn is_local(self, url: &Url) -> bool {
        self == Self::Local && url.host().is_some_and(|host| is_loopback(&host))
    }

    /// Holds an address against the policy.
    ///
    /// # Errors
    /// Why it cannot be used, as a sentence with the remedy.
    pub fn check(self, url: &Url) -> Result<(), CallbackRefused> {
        match url.scheme() {
            "https" => {}
            "http" if self != Self::Https => {}
            "http" => return Err(CallbackRefused::Http),
            other => return Err(CallbackRefused::Scheme(other.chars().take(40).collect())),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(CallbackRefused::Credentials);
        }
        let Some(host) = url.host() else {
            return Err(CallbackRefused::Scheme(url.scheme().to_owned()));
        };
        if self.is_local(url) {
            return Ok(());
        }
        let public = match &host {
            Host::Ipv4(address) => darkroom_address::is_public((*address).into()),
            Host::Ipv6(address) => darkroom_address::is_public((*address).into()),
            Host::Domain(_) => !is_loopback(&host),
        };
        if public {
            Ok(())
        } else {
            Err(CallbackRefused::Address(host.to_string()))
        }
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

/// Why a callback address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackRefused {
    /// Another scheme than http and https.
    #[error("has the scheme `{0}`; give an https URL")]
    Scheme(String),
    /// The deployment sends over https only.
    #[error("has the scheme `http`, which this deployment does not allow; give an https URL")]
    Http,
    /// A user name or password in the URL.
    #[error(
        "carries a user name or password; leave them out and send an `Authorization` header by \
         `callbackHeaders`"
    )]
    Credentials,
    /// Not on the public internet.
    #[error("has the host {0}, which is not on the public internet; give a public address")]
    Address(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(policy: CallbackPolicy, url: &str) -> Option<CallbackRefused> {
        policy.check(&Url::parse(url).unwrap()).err()
    }

    #[test]
    fn a_policy_takes_public_https_and_what_it_is_told_to() {
        use CallbackPolicy::{Http, Https, Local};
        for policy in [Https, Http, Local] {
            assert_eq!(refused(policy, "https://example.com:8443/a?b=c"), None);
            assert_eq!(refused(policy, "https://93.184.216.34/"), None);
            for url in [
                "https://10.0.0.1/",
                "https://169.254.169.254/latest",
                "https://[::ffff:10.0.0.1]/",
                "https://0xa9fea9fe/",
                "https://[fd00:ec2::254]/",
                "https://0.0.0.0/",
            ] {
                let found = refused(policy, url);
                assert!(
                    matches!(found, Some(CallbackRefused::Address(_))),
                    "{url} {found:?}"
                );
            }
            let found = refused(policy, "ftp://example.com/");
            assert_eq!(found, Some(CallbackRefused::Scheme("ftp".to_owned())));
            let found = refused(policy, "https://ann:pw@example.com/");
            assert_eq!(found, Some(CallbackRefused::Credentials));
        }
        let plain = "http://example.com/";
        assert_eq!(refused(Https, plain), Some(CallbackRefused::Http));
        assert_eq!(refused(Http, plain), None);
        for url in [
            "http://127.0.0.1:9/x",
            "http://localhost/",
            "http://a.localhost./",
            "http://[::1]/",
            "http://2130706433/",
        ] {
            assert!(
                matches!(refused(Http, url), Some(CallbackRefused::Address(_))),
                "{url}"
            );
            assert_eq!(refused(Local, url), None, "{url}");
        }
        assert_eq!(CallbackPolicy::parse(Some("http")), Ok(Http));
        assert_eq!(CallbackPolicy::parse(None), Ok(Https));
        assert!(CallbackPolicy::parse(Some("HTTPS")).is_err());
    }
}
