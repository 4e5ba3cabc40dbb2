//! Where in the world an address is, without asking anybody: the country its network is registered in, from a list that lies in memory.
//! Coarse by nature: a network may be used elsewhere than it is registered, and whoever goes through somebody else's network is seen there.

mod distance;
mod list;
mod names;

pub use distance::kilometres;
pub use list::build;
pub use names::name;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use list::List;

/// The place of an address of this machine.
pub const HERE: &str = "here";
/// The place of an address of a network of one's own.
pub const PRIVATE: &str = "private";

/// Tells the country of an address.
#[derive(Clone)]
pub struct Places(Arc<List>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(List::shipped()))
    }
}

impl Places {
    /// By the list in this file instead of the shipped one.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Self(Arc::new(List::read(std::fs::read(path)?.into())?)))
    }

    /// The two letters of a country, [`HERE`], [`PRIVATE`], or nothing where nobody knows.
    pub fn of(&self, ip: &str) -> Option<String> {
        let ip = ip.parse::<IpAddr>().ok()?.to_canonical();
        if ip.is_loopback() {
            return Some(HERE.to_owned());
        }
        if is_private(ip) {
            return Some(PRIVATE.to_owned());
        }
        self.0.find(ip)
    }
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        // The last: shared by customers of one provider, never seen outside of it.
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local() || (ip.octets()[0] == 100 && (64..128).contains(&ip.octets()[1])),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// The net an address is in, as far as one customer is usually given: people move within it all the time. None of this machine's own.
pub fn network(ip: &str) -> Option<String> {
    match ip.parse::<IpAddr>().ok()?.to_canonical() {
        ip if ip.is_loopback() => None,
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            Some(format!("{a}.{b}.{c}.0/24"))
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            Some(format!("{a:x}:{b:x}:{c:x}::/48"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_both_families_and_ones_own_are_told_apart() {
        let places = Places::default();
        let of = |ip: &str| places.of(ip).unwrap_or_default();
        for (ip, place) in [
            ("127.0.0.1", HERE),
            ("::1", HERE),
            ("::ffff:127.0.0.1", HERE),
            ("10.1.2.3", PRIVATE),
            ("192.168.0.7", PRIVATE),
            ("100.64.0.1", PRIVATE),
            ("fd00::1", PRIVATE),
            ("fe80::1", PRIVATE),
            // Universities: Oslo, Vienna, Tokyo, and Oslo once more in the other family.
            ("129.240.2.3", "NO"),
            ("::ffff:129.240.2.3", "NO"),
            ("131.130.1.1", "AT"),
            ("130.69.1.1", "JP"),
            ("2001:700:100::1", "NO"),
            // For documents: nobody's.
            ("192.0.2.1", ""),
            ("2001:db8::1", ""),
            ("0.0.0.0", ""),
            ("255.255.255.255", ""),
            ("not an address", ""),
        ] {
            assert_eq!(of(ip), place, "{ip}");
        }
    }

    #[test]
    fn a_network_is_what_a_customer_is_given() {
        assert_eq!(network("198.51.100.7").as_deref(), Some("198.51.100.0/24"));
        assert_eq!(network("::ffff:198.51.100.7").as_deref(), Some("198.51.100.0/24"));
        assert_eq!(network("2001:db8:1:2::3").as_deref(), Some("2001:db8:1::/48"));
        assert_eq!((network("127.0.0.1"), network("local")), (None, None));
    }
}
