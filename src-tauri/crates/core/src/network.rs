//! Networks: an address, or all that begin with the same bits.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// `203.0.113.0/24`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

/// A text that is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANetwork;

/// The address as a number whose first bit is the first of 128.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl Network {
    /// A network nobody calls from: the one address that belongs to no machine.
    pub const NOWHERE: Self = Self { address: IpAddr::V6(Ipv6Addr::UNSPECIFIED), bits: 128 };

    /// Whether `other` is in it. An IPv4 address is the same however it is written.
    pub fn holds(self, other: IpAddr) -> bool {
        let other = other.to_canonical();
        self.address.is_ipv4() == other.is_ipv4() && (number(self.address) ^ number(other)).leading_zeros() >= self.bits
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.trim().parse().map_err(|_| NotANetwork)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(longest), str::parse).map_err(|_| NotANetwork)?;
        // A network of everybody would be no network.
        if (1..=longest).contains(&bits) { Ok(Self { address, bits }) } else { Err(NotANetwork) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = if self.address.is_ipv4() { 32 } else { 128 };
        if self.bits == longest { write!(f, "{}", self.address) } else { write!(f, "{}/{}", self.address, self.bits) }
    }
}

#[cfg(test)]
mod tests {
    use super::Network;

    #[test]
    fn who_is_in_it() {
        let holds = |network: &str, ip: &str| network.parse::<Network>().unwrap().holds(ip.parse().unwrap());
        assert!(holds("203.0.113.0/24", "203.0.113.255") && !holds("203.0.113.0/24", "203.0.114.0"));
        assert!(holds("203.0.113.7", "203.0.113.7") && !holds("203.0.113.7", "203.0.113.8"));
        assert!(holds("203.0.113.7", "::ffff:203.0.113.7"), "the same address written at length");
        assert!(holds("2001:db8::/32", "2001:db8:1::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(!holds("203.0.113.0/24", "2001:db8::1") && !Network::NOWHERE.holds("127.0.0.1".parse().unwrap()));
        for text in ["203.0.113.0/24", "203.0.113.7", "2001:db8::/32"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
        for bad in ["", "0.0.0.0/0", "203.0.113.0/33", "harbour.example", "203.0.113.0/-1", "203.0.113.0/"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }
}
