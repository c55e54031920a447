//! Addresses that nobody may have us connect to, in every way that a URL can say them.

use std::net::IpAddr;

/// Hosts of URLs that are literal addresses off the public internet.
pub const HOSTS: [&str; 43] = [
    // Loopback, and "this host", which Linux takes for loopback.
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    // The same in the short, decimal, hexadecimal and octal forms that URLs allow.
    "127.1",
    "127.0.1",
    "0",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7F.1",
    "017700000001",
    "0177.0.0.01",
    // With an escape, a final dot, and digits and dots that are mapped to plain ones.
    "%31%32%37.0.0.1",
    "127.0.0.1.",
    "127\u{3002}0\u{3002}0\u{3002}1",
    "\u{2460}\u{2461}\u{2466}.0.0.1",
    // Private networks, carrier NAT, benchmarks, documentation.
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "198.18.0.1",
    "203.0.113.1",
    // Link-local: metadata of instances and credentials of tasks.
    "169.254.169.254",
    "169.254.170.2",
    "0xa9fea9fe",
    "2852039166",
    // Multicast, reserved, broadcast.
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    // IPv6: loopback, unspecified, link-local, unique local, multicast.
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    // IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo.
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[::127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::1]",
    "[2001:0:7f00:1::1]",
];

/// An address that is public by every rule and that nobody was ever given: connecting
/// there fails.
pub const NOWHERE: &str = "3ffe::1";

/// Names, and where they lead. One address that is not public is enough.
pub const NAMES: [(&str, &[&str]); 8] = [
    ("loopback.test", &["127.0.0.1"]),
    ("private.test", &["10.0.0.1"]),
    ("metadata.test", &["169.254.169.254"]),
    ("six.test", &["::1"]),
    ("mapped.test", &["::ffff:127.0.0.1"]),
    ("sixtofour.test", &["2002:7f00:1::1"]),
    ("second.test", &[NOWHERE, "127.0.0.1"]),
    ("first.test", &["127.0.0.1", NOWHERE]),
];

/// The addresses of one of [`NAMES`]; none of any other name.
pub fn addresses_of(name: &str) -> Vec<IpAddr> {
    let known = NAMES.iter().find(|(known, _)| *known == name);
    let addresses = known.map_or(&[][..], |(_, addresses)| *addresses);
    addresses.iter().map(|text| text.parse().unwrap()).collect()
}

/// URLs of other schemes than http and https.
pub const SCHEMES: [&str; 8] = [
    "file:///etc/hostname",
    "ftp://example.com/a",
    "gopher://example.com:70/1",
    "data:image/png;base64,AAAA",
    "blob:https://example.com/1",
    "javascript:alert(1)",
    "ws://example.com/",
    "s3://bucket/key",
];

/// URLs that carry a name or a password, some to look like another host.
pub const CREDENTIALS: [&str; 5] = [
    "https://ann@example.com/",
    "https://ann:secret@example.com/",
    "https://:secret@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1:80@example.com/",
];

/// What looks like a URL and is none.
pub const NOT_URLS: [&str; 6] = [
    "example.com/a.png",
    "//example.com/a.png",
    "http://",
    "http://[::1/",
    "http://[fe80::1%25eth0]/",
    "http://127.0.0.256/",
];
