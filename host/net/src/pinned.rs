//! From looked up to pinned: what is connected to is what was judged.

use std::{
    error::Error,
    fmt,
    net::{IpAddr, SocketAddr},
};

use cofferdam_base::{Class, Diagnostic, text};

use crate::{AddressKind, NetError, Target};

/// A target with every address that its look-up gave. Nothing can be sent to it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "it has to be judged: `public`"]
pub struct Resolved {
    target: Target,
    /// At least one.
    addresses: Vec<IpAddr>,
}

/// A target of which some address is not public. An error where nobody grants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotPublic(Resolved);

/// A target with the addresses that it may be asked for at, and no others. Made for one request: who asks again looks up again.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "nothing was sent yet: `Client::send`"]
pub struct Pinned {
    target: Target,
    addresses: Vec<SocketAddr>,
}

impl Resolved {
    pub(crate) fn new(target: Target, addresses: Vec<IpAddr>) -> Self {
        Self { target, addresses }
    }

    /// The target.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Pins the addresses where every one of them is public. One that is not among others that are is what a name gives whose owner
    /// wants to be let in by the others.
    ///
    /// # Errors
    /// [`NotPublic`], with everything that policy needs to grant it.
    pub fn public(self) -> Result<Pinned, NotPublic> {
        if self.addresses.iter().all(|address| AddressKind::of(*address) == AddressKind::Public) {
            Ok(self.pin())
        } else {
            Err(NotPublic(self))
        }
    }

    fn pin(self) -> Pinned {
        let port = self.target.port();
        Pinned { addresses: self.addresses.into_iter().map(|address| (address, port).into()).collect(), target: self.target }
    }
}

impl NotPublic {
    /// The target.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.0.target
    }

    /// Every address that is not public, with what it is. Policy has to grant each.
    pub fn addresses(&self) -> impl Iterator<Item = (IpAddr, AddressKind)> {
        let of = |address: &IpAddr| (*address, AddressKind::of(*address));
        self.0.addresses.iter().map(of).filter(|(_, kind)| *kind != AddressKind::Public)
    }

    /// Pins the addresses all the same. For the gate, after policy granted every one of [`NotPublic::addresses`].
    pub fn granted(self) -> Pinned {
        self.0.pin()
    }
}

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is at", text::inline(&self.0.target.host(), 120))?;
        let mut between = " ";
        for (address, kind) in self.addresses().take(3) {
            write!(f, "{between}{address} ({kind})")?;
            between = ", ";
        }
        f.write_str(", which is not the public internet")
    }
}

impl Error for NotPublic {}

impl Diagnostic for NotPublic {
    fn code(&self) -> &'static str {
        "net.not-public"
    }

    fn class(&self) -> Class {
        Class::Denied
    }

    fn hint(&self) -> Option<String> {
        Some("a rule of yours can grant it; `cofferdam policy explain` says which one would have to".to_owned())
    }
}

impl Pinned {
    /// The target.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Every address that it may be asked for at, with the target's port.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The address that answered, which is one of those that were pinned.
    ///
    /// # Errors
    /// [`NetError::Unpinned`]: it is another one, or nobody knows which.
    pub(crate) fn verify_peer(&self, peer: Option<SocketAddr>) -> Result<SocketAddr, NetError> {
        let plain = |address: &SocketAddr| (address.ip().to_canonical(), address.port());
        match peer {
            Some(peer) if self.addresses.iter().any(|pinned| plain(pinned) == plain(&peer)) => Ok(peer),
            Some(_) | None => Err(NetError::Unpinned { host: self.target.host(), peer }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(addresses: &[&str]) -> Resolved {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        Resolved::new(Target::parse("https://h.test:444/").unwrap(), addresses)
    }

    #[test]
    fn public_addresses_are_pinned_with_the_targets_port() {
        let pinned = resolved(&["8.8.8.8", "2a00:1450:4001::200e"]).public().unwrap();
        assert_eq!(pinned.addresses(), ["8.8.8.8:444".parse().unwrap(), "[2a00:1450:4001::200e]:444".parse().unwrap()]);
    }

    #[test]
    fn dns_rebinding_by_a_mixed_answer_is_not_public() {
        for mixed in
            [["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"], ["8.8.8.8", "64:ff9b::a00:1"], ["2a00:1450:4001::200e", "::ffff:10.0.0.1"]]
        {
            let refused = resolved(&mixed).public().unwrap_err();
            assert_eq!((refused.code(), refused.addresses().count()), ("net.not-public", 1), "{refused}");
            let (address, kind) = refused.addresses().next().unwrap();
            assert_eq!(kind, AddressKind::Private, "{address}");
            assert!(refused.to_string().contains("private") && !refused.to_string().contains("8.8.8.8"), "{refused}");
            assert_eq!(refused.granted().addresses().len(), 2);
        }
    }

    #[test]
    fn an_answer_from_an_address_that_was_not_pinned_is_none() {
        let pinned = resolved(&["8.8.8.8", "::ffff:8.8.4.4"]).public().unwrap_err().granted();
        for good in ["8.8.8.8:444", "8.8.4.4:444", "[::ffff:8.8.8.8]:444"] {
            assert!(pinned.verify_peer(Some(good.parse().unwrap())).is_ok(), "{good}");
        }
        for bad in [Some("8.8.8.8:443"), Some("1.1.1.1:444"), None] {
            let error = pinned.verify_peer(bad.map(|peer| peer.parse().unwrap())).unwrap_err();
            assert_eq!(error.code(), "net.unpinned", "{bad:?}");
        }
    }
}
