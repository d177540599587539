//! What it costs to find out who calls, and whether the time of a refusal tells a guesser anything: a token whose id
//! nobody has, beside a wrong secret of one that somebody has, beside the right one, call by call in turn.
//!
//! After sixty wrong tokens of a kind in a minute an address is refused without a look, so many addresses call.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use okr_bench::login;
use okr_proto::v1;
use okr_proto::v1::identity_client::IdentityClient;
use rand::seq::SliceRandom as _;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request};

use crate::figures::{Figures, milliseconds, percentile, ratio};
use crate::target::{Data, Target};

/// Addresses that call, each over a connection of its own.
const ADDRESSES: u8 = 50;
/// Calls of each kind from an address: one less than are refused without a look.
const CALLS: usize = 59;
/// Calls from an address that are not measured, with the right token.
const WARM_UP: usize = 20;

/// What a call shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// No token at all: refused before anything is looked up.
    Nothing,
    /// A token whose id nobody has.
    Unknown,
    /// The id of a token, with another secret.
    WrongSecret,
    /// The token.
    Right,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Nothing, Self::Unknown, Self::WrongSecret, Self::Right];

    const fn words(self) -> &'static str {
        match self {
            Self::Nothing => "no token",
            Self::Unknown => "a token that nobody has",
            Self::WrongSecret => "a wrong secret",
            Self::Right => "the right token",
        }
    }

    /// Returns what the call shows in place of the right token.
    fn token(self, right: &str) -> Result<Option<String>> {
        Ok(match self {
            Self::Nothing => None,
            Self::Unknown => {
                let id = format!("{:032x}", rand::random::<u128>());
                Some(with_part(right, 1, &id)?)
            }
            Self::WrongSecret => {
                let secret = part(right, 2)?;
                // The last characters of 43 are not free; the first is.
                let first = if secret.starts_with('A') { "B" } else { "A" };
                Some(with_part(right, 2, &format!("{first}{}", &secret[1..]))?)
            }
            Self::Right => Some(right.to_owned()),
        })
    }
}

/// Returns a part of a token: prefix, id, secret.
fn part(token: &str, number: usize) -> Result<&str> {
    // A secret may have underscores; a checksum stands after the last one.
    let (body, _) = token.rsplit_once('_').context("a token has a checksum")?;
    let part = body.splitn(3, '_').nth(number);
    part.context("a token has three parts")
}

/// Exchanges a part of a token, and its checksum.
fn with_part(token: &str, number: usize, new: &str) -> Result<String> {
    let mut parts = [part(token, 0)?, part(token, 1)?, part(token, 2)?];
    parts[number] = new;
    let body = parts.join("_");
    Ok(format!("{body}_{:08x}", crc32c::crc32c(body.as_bytes())))
}

/// Connects from one of the addresses of this machine.
async fn connect(url: &str, from: u8) -> Result<IdentityClient<Channel>> {
    let from = IpAddr::from(Ipv4Addr::new(127, 0, 1, from));
    let endpoint = Endpoint::from_shared(url.to_owned())?
        .tcp_nodelay(true)
        .local_address(Some(from));
    Ok(IdentityClient::new(endpoint.connect().await?))
}

/// Asks who the caller is, and returns how long the answer took.
async fn call(
    client: &mut IdentityClient<Channel>,
    kind: Kind,
    token: Option<&str>,
) -> Result<Duration> {
    let mut request = Request::new(v1::WhoAmIRequest {});
    let metadata = request.metadata_mut();
    let version = okr_proto::PROTOCOL_VERSION.to_string();
    metadata.insert(okr_proto::PROTOCOL_METADATA_KEY, version.parse()?);
    if let Some(token) = token {
        let bearer = format!("{}{token}", okr_proto::BEARER_PREFIX);
        metadata.insert(okr_proto::AUTHORIZATION_METADATA_KEY, bearer.parse()?);
    }
    let at = Instant::now();
    let answer = client.who_am_i(request).await;
    let took = at.elapsed();
    let code = answer.map_or_else(|status| status.code(), |_| Code::Ok);
    let expected = match kind {
        Kind::Right => Code::Ok,
        Kind::Nothing | Kind::Unknown | Kind::WrongSecret => Code::Unauthenticated,
    };
    ensure!(code == expected, "{}: {code:?}", kind.words());
    Ok(took)
}

/// Prints how long a call takes with each kind of token.
pub(crate) fn measure(programs: &Path, figures: &mut Figures) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let data = Data::init(programs)?;
    let okrd = Target::okrd(programs, &data.path())?;
    let times = runtime.block_on(async {
        let token = login(&okrd.url, &data.code).await?.token;
        let mut times = Kind::ALL.map(|_| Vec::new());
        for from in 1..=ADDRESSES {
            let mut client = connect(&okrd.url, from).await?;
            for _ in 0..WARM_UP {
                call(&mut client, Kind::Right, Some(&token)).await?;
            }
            for _ in 0..CALLS {
                // What a call leaves behind, such as a line of a log, is met by each kind as often.
                let mut turns = [0, 1, 2, 3];
                turns.shuffle(&mut rand::rng());
                for place in turns {
                    let kind = Kind::ALL[place];
                    let shown = kind.token(&token)?;
                    times[place].push(call(&mut client, kind, shown.as_deref()).await?);
                }
            }
        }
        anyhow::Ok(times)
    })?;
    print(times, figures)
}

fn print(mut times: [Vec<Duration>; 4], figures: &mut Figures) -> Result<()> {
    for times in &mut times {
        times.sort_unstable();
    }
    let [nothing, unknown, wrong, right] = times.each_ref();
    let beside = |times: &[Duration], other: &[Duration], permille: usize| {
        let nanos = |times: &[Duration]| u64::try_from(percentile(times, permille).as_nanos());
        anyhow::Ok(ratio(nanos(times)?, nanos(other)?))
    };
    for (kind, times) in Kind::ALL.into_iter().zip(&times) {
        let name = format!("a call with {}, p50 of {}", kind.words(), times.len());
        let p90 = milliseconds(percentile(times, 900));
        let figure = milliseconds(percentile(times, 500));
        figures.print(&name, &figure, &format!("p90 {p90}"));
    }
    for (name, one, other) in [
        ("wrong secret beside unknown id", wrong, unknown),
        ("right token beside wrong secret", right, wrong),
        ("right token beside no token", right, nothing),
    ] {
        let (p50, p90) = (beside(one, other, 500)?, beside(one, other, 900)?);
        figures.print(name, &format!("{p50} x"), &format!("p90 {p90} x"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_tokens_differ_in_one_part_and_are_tokens() {
        let body = "okr_00112233445566778899aabbccddeeff_Zm9v_YmFy";
        let token = format!("{body}_{:08x}", crc32c::crc32c(body.as_bytes()));
        assert_eq!(part(&token, 2).ok(), Some("Zm9v_YmFy"));
        for (kind, same, other) in [(Kind::Unknown, 2, 1), (Kind::WrongSecret, 1, 2)] {
            let made = kind.token(&token).unwrap().unwrap();
            assert_eq!(part(&made, same).ok(), part(&token, same).ok());
            assert_ne!(part(&made, other).ok(), part(&token, other).ok());
            let (body, sum) = made.rsplit_once('_').unwrap();
            assert_eq!(sum, format!("{:08x}", crc32c::crc32c(body.as_bytes())));
            assert_eq!(made.len(), token.len());
        }
    }
}
