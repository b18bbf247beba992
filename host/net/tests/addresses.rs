//! The kinds of addresses against Python's `ipaddress`, which shares nothing with them but the registries.
#![expect(clippy::unwrap_used, reason = "tests stop where something fails")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use cofferdam_net::AddressKind;
use proptest::prelude::*;

/// Made by `fixtures/addresses/make.py`.
const TABLE: &str = include_str!("fixtures/addresses/addresses.txt");

/// Where Python says global and we do not, as first and last address, with why. Nowhere is it the other way round.
const STRICTER: &[(&str, &str, &str)] = &[
    ("168.63.129.16", "168.63.129.16", "the host of a virtual machine in Azure, which the registries do not know"),
    ("192.0.0.8", "192.0.0.255", "IETF protocol assignments: Python 3.11 knows the parts that RFC 6890 listed first"),
    ("192.88.99.0", "192.88.99.255", "relays of 6to4, deprecated by RFC 7526"),
    ("224.0.0.0", "239.255.255.255", "multicast: Python means that groups can be global"),
    ("::2", "::ffff:ffff", "IPv4-compatible addresses are deprecated by RFC 4291"),
    ("::1:0:0", "::fffe:ffff:ffff", "never given to anybody (::/8)"),
    ("::ffff:0:0", "::ffff:ffff:ffff", "IPv4-mapped addresses are no addresses on a wire: the registry says not global"),
    ("::1:0:0:0", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "never given to anybody (::/8)"),
    ("64:ff9b::e000:0", "64:ff9b::efff:ffff", "multicast of IPv4, in NAT64"),
    ("64:ff9b::1:0:0", "ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "NAT64 of one's own network (RFC 8215), and never given to anybody (::/8)"),
    ("100:0:0:1::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "the dummy prefix (RFC 9780), and never given to anybody"),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "6to4: the registry does not call it global"),
    ("2600::200:5efe:e000:0", "2600::200:5efe:efff:ffff", "multicast of IPv4, in ISATAP"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "documentation (RFC 9637), newer than Python 3.11"),
    ("4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "never given to anybody, and 5f00::/16 of segment routing (RFC 9602)"),
    ("fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "never given to anybody"),
    ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "site-local, deprecated by RFC 3879"),
    ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast: Python means that groups can be global"),
];

fn rows() -> impl Iterator<Item = (IpAddr, &'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut words = line.split(' ');
        (words.next().unwrap().parse().unwrap(), words.next().unwrap(), words.next().unwrap())
    })
}

fn difference(address: IpAddr) -> Option<usize> {
    let end = |text: &str| text.parse::<IpAddr>().unwrap();
    STRICTER.iter().position(|(first, last, _)| address.is_ipv4() == end(first).is_ipv4() && (end(first)..=end(last)).contains(&address))
}

#[test]
fn nothing_is_public_that_python_does_not_call_global_and_each_difference_has_a_reason() {
    let mut found = vec![0; STRICTER.len()];
    for (address, answer, _) in rows() {
        match (AddressKind::of(address), answer) {
            (AddressKind::Public, "global") => assert_eq!(difference(address), None, "{address}: no difference, though it is listed"),
            (AddressKind::Public, _) => panic!("{address} is not global"),
            (_, "special") => {}
            (kind, _) => match difference(address) {
                Some(row) => found[row] += 1,
                None => panic!("{address} is {kind} here and global there, for no reason that is listed"),
            },
        }
    }
    assert!(found.iter().all(|count| *count > 0), "a reason without a difference: {found:?}");
}

#[test]
fn kinds_that_python_knows_have_its_names() {
    for (address, _, flags) in rows().filter(|(_, _, flags)| *flags != "-") {
        // An address of IPv4 within one of IPv6 gives its kind, which Python 3.11 does not look for.
        assert!(flags.split(',').any(|flag| flag == AddressKind::of(address).as_str()), "{address}: {flags}");
    }
}

#[test]
fn ssrf_by_addresses_in_another_form_is_not_public() {
    for (address, kind) in [
        ("169.254.169.254", "link-local"),
        ("100.100.100.200", "carrier-nat"),
        ("168.63.129.16", "cloud-host"),
        ("fd00:ec2::254", "unique-local"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("255.255.255.255", "broadcast"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:169.254.169.254", "link-local"),
        ("::ffff:8.8.8.8", "translated"),
        ("::127.0.0.1", "loopback"),
        ("64:ff9b::7f00:1", "loopback"),
        ("64:ff9b::a9fe:a9fe", "link-local"),
        ("64:ff9b:1::808:808", "translated"),
        ("2002:7f00:1::", "loopback"),
        ("2002:808:808::", "6to4"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "teredo"),
        ("2a00:1450:4001::5efe:a00:1", "private"),
        ("2a00:1450:4001::200:5efe:7f00:1", "loopback"),
        ("fe80::1", "link-local"),
        ("fec0::1", "site-local"),
        ("2001:db8::1", "documentation"),
        ("198.18.0.1", "benchmarking"),
        ("2001:2::1", "benchmarking"),
        ("240.0.0.1", "reserved"),
        ("8.8.8.8", "public"),
        ("64:ff9b::808:808", "public"),
        ("2a00:1450:4001::200e", "public"),
    ] {
        assert_eq!(AddressKind::of(address.parse().unwrap()).as_str(), kind, "{address}");
    }
}

proptest! {
    /// Whatever form carries an IPv4 address that is not public, the form is not public either, and has the same kind.
    #[test]
    fn an_ipv4_address_that_is_not_public_is_not_in_any_form_of_ipv6(
        v4 in any::<u32>().prop_map(Ipv4Addr::from_bits), subnet: u16, interface: u64
    ) {
        let kind = AddressKind::of(v4.into());
        let bits = u128::from(v4.to_bits());
        let forms = [
            v4.to_ipv6_mapped(),
            Ipv6Addr::from_bits(0x0064_ff9b << 96 | bits),
            Ipv6Addr::from_bits(0x2002 << 112 | bits << 80 | u128::from(subnet) << 64 | u128::from(interface)),
            Ipv6Addr::from_bits(0x2a00 << 112 | u128::from(subnet) << 64 | 0x0200_5efe << 32 | bits),
        ];
        for form in forms {
            let of_form = AddressKind::of(form.into());
            prop_assert!(kind == AddressKind::Public || of_form == kind, "{form}: {of_form}, and {v4} is {kind}");
        }
    }
}
