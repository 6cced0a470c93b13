//! Which addresses an outgoing request may reach.
//!
//! Without this, anyone who may edit a workflow could make the server call its own network: the database, the
//! cloud's metadata service, the router. The ranges follow IANA's registries of special addresses.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use url::{Host, Url};

const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits))
}

const fn v6([a, b, c, d]: [u16; 4], bits: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), bits))
}

const CLOSED_V4: &[IpNet] = &[
    v4([0, 0, 0, 0], 8),       // This network; Linux takes 0.0.0.0 for the machine itself.
    v4([10, 0, 0, 0], 8),      // Private.
    v4([100, 64, 0, 0], 10),   // Shared by the customers of a carrier.
    v4([127, 0, 0, 0], 8),     // Loopback.
    v4([169, 254, 0, 0], 16),  // Link-local, and the metadata service of most clouds.
    v4([172, 16, 0, 0], 12),   // Private.
    v4([192, 0, 0, 0], 24),    // Protocol assignments.
    v4([192, 0, 2, 0], 24),    // Documentation.
    v4([192, 88, 99, 0], 24),  // Relays from 6to4, given up.
    v4([192, 168, 0, 0], 16),  // Private.
    v4([198, 18, 0, 0], 15),   // Benchmarking.
    v4([198, 51, 100, 0], 24), // Documentation.
    v4([203, 0, 113, 0], 24),  // Documentation.
    v4([224, 0, 0, 0], 4),     // Multicast.
    v4([240, 0, 0, 0], 4),     // Reserved, and broadcast at its end.
];

/// All that is allocated as global unicast. Loopback, link-local, site-local, unique local, multicast and the
/// IPv4-compatible addresses are outside.
const GLOBAL_V6: IpNet = v6([0x2000, 0, 0, 0], 3);

const CLOSED_V6: &[IpNet] = &[
    v6([0x2001, 0, 0, 0], 23),     // Protocol assignments: Teredo, benchmarking, ORCHID.
    v6([0x2001, 0xdb8, 0, 0], 32), // Documentation.
    v6([0x2002, 0, 0, 0], 16),     // 6to4, which carries an IPv4 address and has been given up.
    v6([0x3fff, 0, 0, 0], 20),     // Documentation.
];

/// The well-known prefix by which a network without IPv4 reaches the IPv4 internet.
const NAT64: IpNet = v6([0x64, 0xff9b, 0, 0], 96);

/// Whether an address is on the public internet. An IPv4 address inside an IPv6 address is judged by
/// itself where packets to it would go there (mapped, NAT64); the other ways to wrap one are refused.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(_) => !CLOSED_V4.iter().any(|range| range.contains(&ip)),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped().or_else(|| behind_nat64(v6)) {
            Some(inner) => is_public(IpAddr::V4(inner)),
            None => GLOBAL_V6.contains(&ip) && !CLOSED_V6.iter().any(|range| range.contains(&ip)),
        },
    }
}

fn behind_nat64(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., a, b, c, d] = ip.octets();
    NAT64.contains(&IpAddr::V6(ip)).then(|| Ipv4Addr::new(a, b, c, d))
}

/// Decides which addresses may be reached: the public ones, and those that the operator allows.
///
/// Read from text like `127.0.0.1/32,10.0.0.0/8`; an empty text allows nothing beyond the public internet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Guard {
    /// The private ranges that may be reached.
    pub allow: Vec<IpNet>,
}

impl Guard {
    /// Whether a request may reach the address.
    #[must_use]
    pub fn allows(&self, ip: IpAddr) -> bool {
        let plain = ip.to_canonical();
        is_public(ip) || self.allow.iter().any(|range| range.contains(&plain))
    }

    /// Checks an IP address in the URL itself. A name is checked once it is resolved.
    ///
    /// # Errors
    /// [`Refused`] where the host is an address that may not be reached.
    pub fn check_url(&self, url: &Url) -> Result<(), Refused> {
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if self.allows(ip) { Ok(()) } else { Err(Refused { host: ip.to_string(), ip }) }
    }

    /// The addresses of a resolved name that may be reached.
    ///
    /// # Errors
    /// [`Refused`] where there are addresses but none of them may be reached.
    pub fn filter(
        &self,
        host: &str,
        addresses: impl Iterator<Item = SocketAddr>,
    ) -> Result<Vec<SocketAddr>, Refused> {
        let (open, closed): (Vec<_>, Vec<_>) = addresses.partition(|address| self.allows(address.ip()));
        match closed.first() {
            Some(address) if open.is_empty() => Err(Refused { host: host.to_owned(), ip: address.ip() }),
            _ => Ok(open),
        }
    }
}

impl FromStr for Guard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ranges = text.split(',').map(str::trim).filter(|range| !range.is_empty());
        Ok(Self { allow: ranges.map(range).collect::<Result<_, _>>()? })
    }
}

/// Reads `address/bits`, or an address alone for just this one.
fn range(text: &str) -> Result<IpNet, String> {
    let one = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| one()).map_err(|_| {
        format!("`{text}` is not a range of addresses; write it like 10.0.0.0/8 or 127.0.0.1/32")
    })
}

/// A request that is not sent because of where it would go.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{} is not called because it is not on the public internet; if it is meant, allow it with \
     `--outbound-allow {}/{}`",
    self.called(), .ip.to_canonical(), if .ip.to_canonical().is_ipv4() { 32 } else { 128 }
)]
pub struct Refused {
    /// The host as the URL has it.
    pub host: String,
    /// The address that it leads to.
    pub ip: IpAddr,
}

impl Refused {
    fn called(&self) -> String {
        let ip = self.ip.to_string();
        if self.host == ip { ip } else { format!("{} ({ip})", self.host) }
    }
}

#[cfg(test)]
mod tests;
