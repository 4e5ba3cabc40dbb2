//! Proxies in front of a door that the operator vouches for: only what they say of a caller's address is believed.

use std::net::IpAddr;

use axum::http::HeaderMap;
use purser_core::network::Network;

const FORWARDED: &str = "x-forwarded-for";

/// The addresses of proxies; empty unless the settings name any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

impl Proxies {
    /// Addresses and nets, separated by commas: `10.0.0.7, 192.168.4.0/24`. The error is the one that is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let one = |text: &str| text.parse().map_err(|_| text.to_owned());
        text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(one).collect::<Result<_, _>>().map(Self)
    }

    fn hold(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.holds(address))
    }

    /// Who is really calling, when the connection comes from `peer`: the last address in `X-Forwarded-For` that is not one of these proxies.
    /// Whatever stands before it was written by the caller.
    pub(crate) fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.hold(peer) {
            return peer;
        }
        let lines = headers.get_all(FORWARDED).iter().filter_map(|line| line.to_str().ok());
        let named: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        let mut caller = peer;
        for text in named.iter().rev() {
            // What is no address ends what can be believed.
            let Ok(address) = text.parse::<IpAddr>() else { return caller };
            caller = address.to_canonical();
            if !self.hold(caller) {
                return caller;
            }
        }
        caller
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(proxies: &str, peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        Proxies::parse(proxies).unwrap().caller(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_proxies_that_are_vouched_for_are_believed() {
        for (proxies, peer, forwarded, wanted) in [
            ("", "10.0.0.7", &["203.0.113.9"][..], "10.0.0.7"),
            ("10.0.0.8", "10.0.0.7", &["203.0.113.9"], "10.0.0.7"),
            ("10.0.0.7", "10.0.0.7", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.7", "10.0.0.7", &[], "10.0.0.7"),
            // The caller wrote the first one.
            ("10.0.0.7", "10.0.0.7", &["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.0/8", "10.0.0.7", &["198.51.100.1, 203.0.113.9", "10.1.2.3"], "203.0.113.9"),
            ("10.0.0.0/8", "10.0.0.7", &["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
            ("10.0.0.7", "10.0.0.7", &["203.0.113.9, nonsense"], "10.0.0.7"),
            ("2001:db8::/32", "2001:db8::1", &["2001:db9::5"], "2001:db9::5"),
            ("::ffff:0:0/96", "10.0.0.7", &["203.0.113.9"], "10.0.0.7"),
        ] {
            assert_eq!(caller(proxies, peer, forwarded), wanted, "{proxies} {peer} {forwarded:?}");
        }
    }

    #[test]
    fn what_is_no_net_is_named() {
        assert!(Proxies::parse("10.0.0.7, 192.168.0.0/16,::1").is_ok());
        for bad in ["10.0.0.0/0", "10.0.0.0/33", "proxy.example", "10.0.0.7/", "*"] {
            assert_eq!(Proxies::parse(bad).unwrap_err(), bad);
        }
    }
}
