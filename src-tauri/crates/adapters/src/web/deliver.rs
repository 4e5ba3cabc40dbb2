//! Handing something over at an address a tenant chose. Stricter than the way to parties: a tenant is not the one who runs this machine, so
//! nothing of its private networks is gone to unless whoever does run it allows that.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use purser_service::providers::{Parcel, Receipt, Refusal};
use reqwest::{Client, Url, header};

use super::{Reach, client, refusal, spelled};

/// A receiver has so long to take something.
const LONGEST: Duration = Duration::from_secs(15);
/// So much of an answer is kept.
const EXCERPT: usize = 2_048;

/// The way to receivers.
pub(super) struct Courier {
    client: Client,
    reach: Reach,
}

impl Courier {
    pub(super) fn new(reach: Reach) -> Result<Self, String> {
        Ok(Self { client: client(reach, LONGEST)?, reach })
    }

    /// The address, if something may be handed over there as far as its text tells.
    pub(super) fn check(&self, url: &str) -> Result<Url, Refusal> {
        spelled(url, self.reach)
    }

    pub(super) async fn deliver(&self, parcel: Parcel) -> Result<Receipt, Refusal> {
        let url = self.check(&parcel.url)?;
        let mut request = self.client.post(url).header(header::CONTENT_TYPE, "application/json").body(parcel.body);
        for (name, value) in parcel.headers {
            request = request.header(name, value);
        }
        let mut response = request.send().await.map_err(|error| refusal(&error))?;
        let (status, mut body) = (response.status().as_u16(), Vec::new());
        // What is behind that is nobody's to read; a receiver that never ends its answer is cut off by the time.
        while body.len() < EXCERPT {
            match response.chunk().await {
                Ok(Some(part)) => body.extend_from_slice(&part),
                Ok(None) | Err(_) => break,
            }
        }
        body.truncate(EXCERPT);
        let excerpt = String::from_utf8_lossy(&body).replace('\0', "");
        Ok(Receipt { status, excerpt })
    }
}

/// Whether this address is within a network nobody else sees.
pub(super) fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    // Beside the private ones: of carriers, of protocols, of examples, of measurements.
    let reserved = (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 198 && (b == 18 || b == 19 || (b == 51 && c == 100)))
        || (a == 203 && b == 0 && c == 113);
    ip.is_private() || ip.is_loopback() || reserved
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    if let Some(ip) = super::address::embedded(ip) {
        return is_private_v4(ip);
    }
    let first = ip.segments()[0];
    let (unique_local, site_local) = (first & 0xfe00 == 0xfc00, first & 0xffc0 == 0xfec0);
    // Old forms an IPv4 address hides in, examples, and what is local to a machine or a translator.
    let hidden = ip.to_ipv4().is_some() || first == 0x2001 && ip.segments()[1] == 0 || ip.segments()[..2] == [0x2001, 0xdb8];
    let translator = ip.segments()[..3] == [0x64, 0xff9b, 1];
    ip.is_loopback() || unique_local || site_local || hidden || translator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_networks_are_told_from_the_rest() {
        for public in ["93.184.216.34", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:2800::1", "2a00:1450::1"] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
        for private in [
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.9",
            "127.0.0.1",
            "100.64.0.1",
            "198.18.0.1",
            "192.0.0.8",
            "::1",
            "fd12::1",
            "fec0::1",
            "::ffff:10.0.0.1",
            "::10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::1",
            "64:ff9b:1::a00:1",
            "2001:db8::1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn an_address_inside_is_refused_unless_it_is_allowed() {
        let (outside, inside) =
            (Courier::new(Reach { here: false, private: false }).unwrap(), Courier::new(Reach { here: true, private: true }).unwrap());
        for bad in [
            "https://10.0.0.8/hook",
            "https://192.168.1.1/",
            "https://[fd00::1]/",
            "https://127.0.0.1/",
            "http://localhost:9/",
            "http://hooks.example/",
        ] {
            assert!(outside.check(bad).is_err(), "{bad}");
        }
        for good in ["https://hooks.example/a?b=c", "https://93.184.216.34:8443/"] {
            assert!(outside.check(good).is_ok() && inside.check(good).is_ok(), "{good}");
        }
        assert!(inside.check("https://10.0.0.8/hook").is_ok() && inside.check("http://127.0.0.1:9/").is_ok());
        assert!(inside.check("http://10.0.0.8/hook").is_err() && inside.check("https://169.254.169.254/").is_err());
    }
}
