//! Which addresses belong to everybody, and what the others are.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use AddressKind::{
    Benchmarking, Broadcast, CarrierNat, CloudHost, Documentation, LinkLocal, Loopback, Multicast, Private, Public, Reserved, SiteLocal,
    SixToFour, Teredo, Translated, UniqueLocal, Unspecified,
};

/// What an address is for. Everything that is not certainly reached over the public internet has a kind of its own, or is
/// [`AddressKind::Reserved`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressKind {
    /// Reached over the public internet, and by everybody the same.
    Public,
    /// `0.0.0.0/8` and `::`: this machine, to most systems (RFC 1122, section 3.2.1.3).
    Unspecified,
    /// This machine (`127.0.0.0/8`, `::1`).
    Loopback,
    /// A private network (RFC 1918).
    Private,
    /// Behind a carrier's address translation (`100.64.0.0/10`, RFC 6598).
    CarrierNat,
    /// This link (`169.254.0.0/16`, `fe80::/10`), where clouds serve their machines' metadata and credentials.
    LinkLocal,
    /// The host of a virtual machine in Azure (`168.63.129.16`), whose number is public and whose service is not.
    CloudHost,
    /// A private network (`fc00::/7`, RFC 4193).
    UniqueLocal,
    /// A private network, as it was once (`fec0::/10`, RFC 3879).
    SiteLocal,
    /// Many machines at once.
    Multicast,
    /// Every machine of the link.
    Broadcast,
    /// For documentation only.
    Documentation,
    /// For measurements of devices only (RFC 2544, RFC 5180).
    Benchmarking,
    /// An IPv4 network behind relays (`2002::/16`, `192.88.99.0/24`, RFC 7526).
    SixToFour,
    /// A tunnel through an address translation (`2001::/32`, RFC 4380); whom it reaches is hidden in it.
    Teredo,
    /// A public IPv4 address in a form that only a local translation or none at all understands.
    Translated,
    /// Anything else that no registry gives to the public internet.
    Reserved,
}

/// The beginning of the well-known prefix of NAT64 (RFC 6052, section 2.1).
const NAT64: (u16, u16) = (0x64, 0xff9b);
/// The beginning of an ISATAP interface identifier (RFC 5214, section 6.1), behind any prefix.
const ISATAP: (u16, u16) = (0, 0x5efe);
/// The bit that says that the IPv4 address in it is a global one.
const ISATAP_GLOBAL: u16 = 0x0200;

/// IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast (RFC 5771) and what clouds add. The first row that holds is the
/// kind; without one an address is public. The anycast services `192.31.196.0/24`, `192.52.193.0/24` and `192.175.48.0/24` are
/// global by the registry.
const V4: &[([u8; 4], u32, AddressKind)] = &[
    ([0, 0, 0, 0], 8, Unspecified),
    ([10, 0, 0, 0], 8, Private),
    ([100, 64, 0, 0], 10, CarrierNat),
    ([127, 0, 0, 0], 8, Loopback),
    ([168, 63, 129, 16], 32, CloudHost),
    ([169, 254, 0, 0], 16, LinkLocal),
    ([172, 16, 0, 0], 12, Private),
    // All of it: its two global addresses are services of the nearest network.
    ([192, 0, 0, 0], 24, Reserved),
    ([192, 0, 2, 0], 24, Documentation),
    ([192, 88, 99, 0], 24, SixToFour),
    ([192, 168, 0, 0], 16, Private),
    ([198, 18, 0, 0], 15, Benchmarking),
    ([198, 51, 100, 0], 24, Documentation),
    ([203, 0, 113, 0], 24, Documentation),
    ([224, 0, 0, 0], 4, Multicast),
    ([255, 255, 255, 255], 32, Broadcast),
    ([240, 0, 0, 0], 4, Reserved),
];

/// IANA IPv6 Special-Purpose Address Registry (RFC 6890) and Address Space. The first row that holds is the kind; without one an
/// address is reserved.
const V6: &[([u16; 8], u32, AddressKind)] = &[
    ([0, 0, 0, 0, 0, 0, 0, 0], 128, Unspecified),
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, Loopback),
    // IPv4-compatible (RFC 4291, section 2.5.5.1) and IPv4-mapped (2.5.5.2).
    ([0, 0, 0, 0, 0, 0, 0, 0], 96, Translated),
    ([0, 0, 0, 0, 0, 0xffff, 0, 0], 96, Translated),
    // NAT64: the well-known prefix stands for the whole of IPv4 (RFC 6052), the other for a network's own translation (RFC 8215).
    ([NAT64.0, NAT64.1, 0, 0, 0, 0, 0, 0], 96, Public),
    ([NAT64.0, NAT64.1, 1, 0, 0, 0, 0, 0], 48, Translated),
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, Teredo),
    ([0x2001, 2, 0, 0, 0, 0, 0, 0], 48, Benchmarking),
    // All of it: what is global of it are services of the nearest network and identifiers that nothing routes.
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, Reserved),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, Documentation),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, SixToFour),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, Documentation),
    ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3, Public),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, UniqueLocal),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, LinkLocal),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, SiteLocal),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, Multicast),
];

impl AddressKind {
    /// The kind of an address. One that carries an IPv4 address is public only if that one is as well, and else has its kind.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }

    /// The name, for people and policies.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Public => "public",
            Unspecified => "unspecified",
            Loopback => "loopback",
            Private => "private",
            CarrierNat => "carrier-nat",
            LinkLocal => "link-local",
            CloudHost => "cloud-host",
            UniqueLocal => "unique-local",
            SiteLocal => "site-local",
            Multicast => "multicast",
            Broadcast => "broadcast",
            Documentation => "documentation",
            Benchmarking => "benchmarking",
            SixToFour => "6to4",
            Teredo => "teredo",
            Translated => "translated",
            Reserved => "reserved",
        }
    }
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn of_v4(address: Ipv4Addr) -> AddressKind {
    let number = address.to_bits();
    let within = |&&(network, length, _): &&([u8; 4], u32, _)| (number ^ Ipv4Addr::from(network).to_bits()).leading_zeros() >= length;
    V4.iter().find(within).map_or(Public, |(_, _, kind)| *kind)
}

fn of_v6(address: Ipv6Addr) -> AddressKind {
    let number = address.to_bits();
    let within = |&&(network, length, _): &&([u16; 8], u32, _)| (number ^ Ipv6Addr::from(network).to_bits()).leading_zeros() >= length;
    let kind = V6.iter().find(within).map_or(Reserved, |(_, _, kind)| *kind);
    match carried(address, kind).map(of_v4) {
        Some(carried) if carried != Public => carried,
        Some(_) | None => kind,
    }
}

/// The IPv4 address that an IPv6 address of a kind carries, if it does.
fn carried(address: Ipv6Addr, kind: AddressKind) -> Option<Ipv4Addr> {
    let [first, second, third, _, fifth, sixth, seventh, eighth] = address.segments();
    let joined = |high: u16, low: u16| Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    if kind == SixToFour {
        joined(second, third)
    } else if kind == Translated || (first, second) == NAT64 || (fifth & !ISATAP_GLOBAL, sixth) == ISATAP {
        joined(seventh, eighth)
    } else {
        None
    }
}
