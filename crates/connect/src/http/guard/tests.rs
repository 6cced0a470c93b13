//! Addresses inside and outside, and the ways to write them.

use super::*;

const CLOSED: &[&str] = &[
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:c0a8:101",
    "::ffff:0:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
];

const OPEN: &[&str] = &[
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450::1",
];

#[test]
fn only_the_public_internet_is_reached() {
    for closed in CLOSED {
        assert!(!is_public(closed.parse().unwrap()), "{closed}");
    }
    for open in OPEN {
        assert!(is_public(open.parse().unwrap()), "{open}");
    }
}

#[test]
fn every_way_to_write_an_address_is_seen_through() {
    for host in [
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.1",
        "127.0.0.1.",
        "0",
        "127.0.0.1%2e",
        "%31%32%37.0.0.1",
        "①②⑦.0.0.1",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "user:word@127.0.0.1",
        "example.com@127.0.0.1",
    ] {
        let url: Url = format!("http://{host}/").parse().unwrap();
        assert!(Guard::default().check_url(&url).is_err(), "{host}");
    }
}

#[test]
fn what_is_allowed_may_be_reached_and_nothing_beside_it() {
    let guard: Guard = " 127.0.0.1/32, 10.0.0.0/8,fd00::/8".parse().unwrap();
    for open in ["127.0.0.1", "::ffff:127.0.0.1", "10.2.3.4", "fd00::1", "8.8.8.8"] {
        assert!(guard.allows(open.parse().unwrap()), "{open}");
    }
    for closed in ["127.0.0.2", "::1", "192.168.0.1", "fe80::1"] {
        assert!(!guard.allows(closed.parse().unwrap()), "{closed}");
    }
    assert_eq!("".parse(), Ok(Guard::default()));
    assert!("10.0.0.0/8,home".parse::<Guard>().unwrap_err().contains("`home`"));
}

#[test]
fn the_first_bits_of_a_range_decide() {
    for (written, inside, outside) in [
        ("10.1.2.3/8", "10.255.255.255", "172.16.0.1"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
        ("fd00::/8", "fdff::1", "fe00::1"),
        ("0.0.0.0/0", "10.255.255.255", "::1"),
        ("::/0", "::1", "10.0.0.1"),
    ] {
        let guard: Guard = written.parse().unwrap();
        let covers = |ip: &str| guard.allow[0].contains(&ip.parse::<IpAddr>().unwrap());
        assert!(covers(inside) && !covers(outside), "{written} {inside} {outside}");
    }
    for wrong in ["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0/8", "example.com", "10.0.0.0/-1"] {
        assert!(wrong.parse::<Guard>().unwrap_err().contains("like 10.0.0.0/8"), "{wrong}");
    }
}

#[test]
fn a_name_is_reached_by_its_open_addresses_only() {
    let addresses = ["127.0.0.1:0", "8.8.8.8:0"].map(|address| address.parse::<SocketAddr>().unwrap());
    let guard = Guard::default();
    assert_eq!(guard.filter("both.example", addresses.into_iter()), Ok(vec![addresses[1]]));
    let refused = guard.filter("inner.example", addresses.into_iter().take(1)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "inner.example (127.0.0.1) is not called because it is not on the public internet; if it is \
         meant, allow it with `--outbound-allow 127.0.0.1/32`"
    );
}
