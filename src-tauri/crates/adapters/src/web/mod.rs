//! The way out to other parties: `https`, no redirects, bounded time and size, and no address that belongs to nobody's parties.

mod address;
mod deliver;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use purser_service::providers::{Answer, Ask, Parcel, Receipt, Refusal, Web};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Method, Url, header, redirect};

/// A whole question with its answer takes at most this long.
const LONGEST: Duration = Duration::from_secs(10);
/// Until there is a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Largest answer.
const LARGEST: usize = 1 << 20;

/// Which addresses are gone to beside the public ones.
#[derive(Clone, Copy, Debug)]
struct Reach {
    /// This machine.
    here: bool,
    /// Private networks.
    private: bool,
}

impl Reach {
    fn allows(self, ip: IpAddr) -> bool {
        address::allowed(ip, self.here) && (self.private || !deliver::is_private(ip) || (self.here && ip.to_canonical().is_loopback()))
    }
}

/// The network.
pub struct Outside {
    client: Client,
    courier: deliver::Courier,
    here: bool,
}

/// A client that goes nowhere else than it is sent, and only where `reach` says.
fn client(reach: Reach, longest: Duration) -> Result<Client, String> {
    Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(longest)
        .referer(false)
        // A proxy would look names up itself, past what is refused here.
        .no_proxy()
        .tls_version_min(reqwest::tls::Version::TLS_1_2)
        .dns_resolver(Arc::new(Names { reach }))
        .user_agent(concat!("Purser/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| error.to_string())
}

/// The address, if it may be gone to as far as its text tells; names are judged by what they lead to.
fn spelled(url: &str, reach: Reach) -> Result<Url, Refusal> {
    let bad = |why: &str| Refusal::Address(why.to_owned());
    let url = Url::parse(url).map_err(|_| bad("This is no address."))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("Leave name and password out of the address."));
    }
    let ip: Option<IpAddr> = match url.host() {
        Some(url::Host::Ipv4(ip)) => Some(ip.into()),
        Some(url::Host::Ipv6(ip)) => Some(ip.into()),
        Some(url::Host::Domain(_)) => None,
        None => return Err(bad("The address names no machine.")),
    };
    if ip.is_some_and(|ip| !reach.allows(ip)) {
        return Err(bad("This address is not gone to."));
    }
    let loopback = ip.is_some_and(|ip| ip.is_loopback()) || url.host_str() == Some("localhost");
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback && reach.here => Ok(url),
        _ => Err(bad("The address has to begin with https.")),
    }
}

impl Outside {
    /// The way out; `here`: this machine may be asked as well, and without TLS.
    pub fn new(here: bool) -> Result<Self, String> {
        let courier = deliver::Courier::new(Reach { here, private: false })?;
        Ok(Self { client: client(Reach { here, private: true }, LONGEST)?, courier, here })
    }

    /// The same, handing over in private networks and on this machine as well.
    pub fn delivering_inside(self) -> Result<Self, String> {
        Ok(Self { courier: deliver::Courier::new(Reach { here: true, private: true })?, ..self })
    }

    fn check(&self, url: &str) -> Result<Url, Refusal> {
        spelled(url, Reach { here: self.here, private: true })
    }

    async fn send(&self, ask: Ask, url: Url) -> Result<Answer, Refusal> {
        let method = if ask.form.is_some() { Method::POST } else { Method::GET };
        let mut request = self.client.request(method, url).header(header::ACCEPT, "application/json");
        if let Some(authorization) = ask.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        if let Some(form) = ask.form {
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        }
        let mut response = request.send().await.map_err(|error| refusal(&error))?;
        let (status, mut body) = (response.status().as_u16(), Vec::new());
        while let Some(part) = response.chunk().await.map_err(|error| refusal(&error))? {
            if body.len() + part.len() > LARGEST {
                return Err(Refusal::TooLarge);
            }
            body.extend_from_slice(&part);
        }
        Ok(Answer { status, body })
    }
}

#[async_trait]
impl Web for Outside {
    async fn ask(&self, ask: Ask) -> Result<Answer, Refusal> {
        let url = self.check(&ask.url)?;
        self.send(ask, url).await
    }

    async fn reach(&self, url: &str) -> Result<String, Refusal> {
        let url = self.check(url)?;
        let name = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        let found = tokio::time::timeout(CONNECT, tokio::net::lookup_host((name.trim_matches(['[', ']']), port))).await;
        let away = || Refusal::Away(format!("The name {name} is not known."));
        let found: Vec<_> = found.map_err(|_| away())?.map_err(|_| away())?.collect();
        match found.iter().find(|at| address::allowed(at.ip(), self.here)) {
            Some(_) => Ok(format!("{name} is known.")),
            None if found.is_empty() => Err(away()),
            None => Err(Refusal::Address(format!("{name} leads to an address that is not gone to."))),
        }
    }

    fn delivers_to(&self, url: &str) -> Result<(), Refusal> {
        self.courier.check(url).map(drop)
    }

    async fn deliver(&self, parcel: Parcel) -> Result<Receipt, Refusal> {
        self.courier.deliver(parcel).await
    }
}

/// Names, without the addresses that are not gone to. What is answered here is what is connected to: nothing looks the name up again.
struct Names {
    reach: Reach,
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let unknown = found.is_empty();
            let good: Vec<_> = found.into_iter().filter(|at| reach.allows(at.ip())).collect();
            if good.is_empty() && !unknown {
                return Err(NotGoneTo.into());
            }
            let good: Addrs = Box::new(good.into_iter());
            Ok(good)
        })
    }
}

#[derive(Debug)]
struct NotGoneTo;

impl std::fmt::Display for NotGoneTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("this name leads to an address that is not gone to")
    }
}

impl std::error::Error for NotGoneTo {}

fn refusal(error: &reqwest::Error) -> Refusal {
    let host = error.url().and_then(Url::host_str).unwrap_or("it").to_owned();
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(at) = cause {
        if at.is::<NotGoneTo>() {
            return Refusal::Address(format!("{host} leads to an address that is not gone to."));
        }
        if at.to_string().contains("certificate") {
            return Refusal::Certificate(format!("The certificate of {host} can not be trusted."));
        }
        cause = at.source();
    }
    let why = if error.is_timeout() { "did not answer in time" } else { "can not be reached" };
    Refusal::Away(format!("{host} {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_and_only_parties() {
        let (outside, inside) = (Outside::new(false).unwrap(), Outside::new(true).unwrap());
        for good in ["https://id.example", "https://192.0.2.7:8443/x", "https://10.0.0.8/realms/a"] {
            assert!(outside.check(good).is_ok(), "{good}");
        }
        for bad in
            ["http://id.example", "ftp://id.example", "https://a:b@id.example", "nonsense", "file:///etc/passwd", "https://169.254.169.254/latest"]
        {
            assert!(outside.check(bad).is_err() && inside.check(bad).is_err(), "{bad}");
        }
        for here in ["http://127.0.0.1:9/", "http://localhost:9/", "https://127.0.0.1/", "http://[::1]:9/"] {
            assert!(inside.check(here).is_ok(), "{here}");
            assert!(outside.check(here).is_err() || here.contains("localhost"), "{here}");
        }
        assert!(outside.check("http://localhost:9/").is_err());
    }
}
