//! Whatever a tool asks for has one spelling, which rules, look-ups and the wire share; and no form hides an address.
#![no_main]

// The files themselves: their crate would bring the whole network stack into the instrumented build.
#[allow(dead_code, reason = "the target uses a part of it")]
#[path = "../../../host/net/src/address.rs"]
mod address;
#[allow(dead_code, reason = "the target uses a part of it")]
#[path = "../../../host/net/src/audience.rs"]
mod audience;
#[path = "../../../host/net/src/escape.rs"]
mod escape;
#[allow(dead_code, reason = "the target uses a part of it")]
#[path = "../../../host/net/src/limits.rs"]
mod limits;
#[allow(dead_code, reason = "the target uses a part of it")]
#[path = "../../../host/net/src/target.rs"]
mod target;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use address::AddressKind;
use audience::Audience;
use cofferdam_policy::Host;
use target::Target;

libfuzzer_sys::fuzz_target!(|input: (String, u128)| {
    let (text, number) = input;
    // Most texts are no URL; with a scheme before them more of them are.
    for target in [Target::parse(&text), Target::parse(&format!("http://{text}"))].into_iter().flatten() {
        assert_eq!(Target::parse(target.as_str()).as_ref(), Ok(&target), "it reads back");
        assert_eq!(format!("{}{}", target.audience(), target.path_and_query()), target.as_str());
        assert!(target.as_str().bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'));
        assert!(target.path().split('/').all(|segment| segment != "." && segment != ".."));
        // Not every host is one to policies, and then nothing is asked of it.
        if let Ok(host) = Host::parse(target.host_name()) {
            let bare = target.host_name().trim_matches(['[', ']']);
            // An address that carries one of IPv4 has two spellings of its last half, and rules know one of them.
            match bare.parse::<Ipv6Addr>() {
                Ok(address) => assert_eq!(host.as_str().parse(), Ok(address)),
                Err(_) => assert_eq!(host.as_str(), bare),
            }
        }
    }

    let address = Ipv6Addr::from_bits(number);
    let carried = Ipv4Addr::from_bits(number as u32);
    let of_carried = AddressKind::of(carried.into());
    for form in [carried.to_ipv6_mapped(), Ipv6Addr::from_bits(0x64_ff9b << 96 | u128::from(carried.to_bits()))] {
        assert!(of_carried == AddressKind::Public || AddressKind::of(form.into()) == of_carried, "{form}");
    }
    // Where the standard library is certain, we are.
    for known in [IpAddr::from(address), carried.into()] {
        let special = known.is_loopback() || known.is_multicast() || known.is_unspecified();
        assert!(!special || AddressKind::of(known) != AddressKind::Public, "{known}");
    }
});
