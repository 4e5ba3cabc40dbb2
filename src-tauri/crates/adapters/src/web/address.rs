//! Which addresses are gone to. Parties may be within one's own network; what never is one is a link's, a cloud's own, or nobody's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether this address is gone to; `here`: whether this machine is.
pub(super) fn allowed(ip: IpAddr, here: bool) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => allowed_v4(ip, here),
        IpAddr::V6(ip) => match embedded(ip) {
            Some(ip) => allowed_v4(ip, here),
            None => allowed_v6(ip, here),
        },
    }
}

fn allowed_v4(ip: Ipv4Addr, here: bool) -> bool {
    if ip.is_loopback() {
        return here;
    }
    // The last is where one cloud keeps its machines' credentials; the others' is link-local.
    let nobodys = ip.octets()[0] == 0 || ip.is_broadcast() || ip.is_multicast() || ip.octets()[0] >= 240;
    !(nobodys || ip.is_link_local() || ip == Ipv4Addr::new(100, 100, 100, 200))
}

fn allowed_v6(ip: Ipv6Addr, here: bool) -> bool {
    if ip.is_loopback() {
        return here;
    }
    let first = ip.segments()[0];
    let link_local = first & 0xffc0 == 0xfe80;
    let cloud = ip == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    !(ip.is_unspecified() || ip.is_multicast() || link_local || cloud)
}

/// The IPv4 address within one that is translated on its way (NAT64, 6to4).
pub(super) fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let ([0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..]) = ip.segments() else { return None };
    Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nobodys_party_is_not_gone_to() {
        for good in ["93.184.216.34", "10.1.2.3", "192.168.0.9", "2606:2800::1", "fd12::1"] {
            assert!(allowed(good.parse().unwrap(), false), "{good}");
        }
        for bad in [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "100.100.100.200",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "fe80::1",
            "ff02::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
        ] {
            assert!(!allowed(bad.parse().unwrap(), true), "{bad}");
        }
        for here in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"] {
            assert!(allowed(here.parse().unwrap(), true) && !allowed(here.parse().unwrap(), false), "{here}");
        }
    }
}
