use crate::config::Config;
use crate::logging;
use crate::server::{Server, Settings};
use clap::{Args, ValueEnum};
use tieline_api::{ApiSettings, Version};
use tieline_connect::http::Guard;

#[derive(Clone, Copy, ValueEnum)]
enum ClockKind {
    /// The machine's clock.
    System,
    /// A clock that stands until `POST /api/clock` moves it. For tests.
    Manual,
}

#[derive(Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 picks a free one.
    #[arg(long, env = "TIELINE_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR:PORT")]
    listen: String,
    /// How many requests are allowed. This version limits none, so `off` is all there is.
    #[arg(long, env = "TIELINE_RATE_LIMIT", default_value = "off", value_parser = rate_limit)]
    rate_limit: String,
    /// Which clock the house goes by.
    #[arg(long, env = "TIELINE_CLOCK", default_value = "system")]
    clock: ClockKind,
    /// Networks that requests of workflows may reach although they are private, like 10.1.0.0/16.
    #[arg(
        long,
        env = "TIELINE_OUTBOUND_ALLOW",
        default_value = "",
        value_name = "CIDR,…",
        hide_default_value = true
    )]
    outbound_allow: String,
    /// The API version of a request without a Version header; without it such a request is refused.
    #[arg(long, env = "TIELINE_DEFAULT_VERSION", value_name = "VERSION", value_parser = version)]
    default_version: Option<Version>,
    /// Ignore body fields that are not known, rather than refusing them.
    #[arg(long, env = "TIELINE_LENIENT")]
    lenient: bool,
    /// The address that clients reach this server by; links in answers begin with it.
    #[arg(long, env = "TIELINE_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
}

fn rate_limit(text: &str) -> Result<String, String> {
    match text {
        "off" => Ok(text.to_owned()),
        _ => Err("this version has no rate limits yet; leave the flag out or say off".to_owned()),
    }
}

fn version(text: &str) -> Result<Version, String> {
    Version::named(text).ok_or_else(|| "give 2021-04-15, 2021-07-28, 2023-02-21 or v3".to_owned())
}

impl Serve {
    pub(crate) async fn run(self, config: Config) -> Result<(), String> {
        logging::start();
        let settings = Settings {
            listen: self.listen,
            manual_clock: matches!(self.clock, ClockKind::Manual),
            api: ApiSettings {
                default_version: self.default_version,
                lenient: self.lenient,
                public_url: self.public_url,
            },
            outbound: self
                .outbound_allow
                .parse::<Guard>()
                .map_err(|error| format!("--outbound-allow: {error}"))?,
        };
        let server = Server::start(&config, settings).await?;
        println!("listening on http://{}", server.address);
        server.run_until_told().await
    }
}
