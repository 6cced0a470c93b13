use crate::config::Config;
use crate::logging;
use crate::output;
use crate::server::{Server, Settings};
use crate::stop::Stop;
use axum::http::Uri;
use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};
use serde::Deserialize;
use std::time::Duration;
use tieline_api::ApiSettings;
use tieline_connect::http::Guard;
use tieline_model::time::parse_duration;
use tieline_operations::Version;

/// How long runs are kept by default.
pub(crate) const KEEP_RUNS: Duration = Duration::from_secs(90 * 86_400);

#[derive(Clone, Copy, Debug, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
enum ClockKind {
    /// The machine's clock.
    System,
    /// A clock that moves only on `POST /api/clock`. For tests.
    Manual,
}

/// Each field is a flag, a variable and a line under `[serve]` of the file.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Serve {
    /// Where to listen; port 0 picks a free one [default: 127.0.0.1:8080].
    #[arg(long, env = "TIELINE_LISTEN", value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// How many requests are allowed. This version has no limits, so only `off` is valid [default: off].
    #[arg(long, env = "TIELINE_RATE_LIMIT")]
    rate_limit: Option<String>,
    /// Which clock to use [default: system].
    #[arg(long, env = "TIELINE_CLOCK")]
    clock: Option<ClockKind>,
    /// Private networks that workflows may call, like 10.1.0.0/16.
    #[arg(long, env = "TIELINE_OUTBOUND_ALLOW", value_name = "CIDR,…")]
    outbound_allow: Option<String>,
    /// The API version of requests without a Version header: 2021-04-15, 2021-07-28, 2023-02-21 or v3.
    /// Without this, such requests are refused.
    #[arg(long, env = "TIELINE_DEFAULT_VERSION", value_name = "VERSION")]
    default_version: Option<String>,
    /// Ignore unknown body fields instead of refusing them [default: false].
    #[arg(
        long,
        env = "TIELINE_LENIENT",
        value_name = "true|false",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new()
    )]
    lenient: Option<bool>,
    /// The address that clients reach this server by; links in answers begin with it.
    #[arg(long, env = "TIELINE_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// How long runs of workflows are kept after they ended, like 30d, or `forever` [default: 90d].
    #[arg(long, env = "TIELINE_KEEP_RUNS", value_name = "TIME|forever")]
    keep_runs: Option<String>,
}

impl Serve {
    pub(crate) async fn run(self, config: Config) -> Result<(), String> {
        logging::start(&config, "info")?;
        let mut stop = Stop::listen()?;
        let settings = self.or(config.serve.clone()).settings()?;
        let manual_clock = settings.manual_clock;
        let server = tokio::select! {
            server = Server::start(&config, settings) => server?,
            () = stop.requested() => return Ok(()),
        };
        if manual_clock {
            tracing::warn!(
                "THE CLOCK IS MANUAL: time does not pass, waits and schedules do not end, and everybody who can \
                 reach this server can move it with POST /api/clock. Use it for tests only; remove \
                 --clock manual (TIELINE_CLOCK, clock in the settings file) in production"
            );
        }
        let database = if server.store.writes_in_parallel() { "postgresql" } else { "sqlite" };
        let version = env!("CARGO_PKG_VERSION");
        tracing::info!(address = %server.address, database, version, "serving");
        // A server runs even if nobody reads its address.
        if let Err(error) = output::say(&format!("listening on http://{}", server.address)) {
            tracing::warn!(error, "cannot print the address");
        }
        stop.requested().await;
        server.stop().await?;
        tracing::info!("stopped");
        Ok(())
    }

    /// Adds the settings of the file that neither a flag nor a variable gives.
    fn or(self, file: Self) -> Self {
        Self {
            listen: self.listen.or(file.listen),
            rate_limit: self.rate_limit.or(file.rate_limit),
            clock: self.clock.or(file.clock),
            outbound_allow: self.outbound_allow.or(file.outbound_allow),
            default_version: self.default_version.or(file.default_version),
            lenient: self.lenient.or(file.lenient),
            public_url: self.public_url.or(file.public_url),
            keep_runs: self.keep_runs.or(file.keep_runs),
        }
    }

    /// Checks the settings, wherever they come from.
    fn settings(self) -> Result<Settings, String> {
        if self.rate_limit.is_some_and(|limit| limit != "off") {
            return Err("rate-limit: this version has no rate limits yet; leave it out or use off".to_owned());
        }
        let version = |text: String| {
            Version::named(&text)
                .ok_or("default-version: give 2021-04-15, 2021-07-28, 2023-02-21, legacy or v3".to_owned())
        };
        let outbound = self.outbound_allow.unwrap_or_default().parse::<Guard>();
        Ok(Settings {
            listen: self.listen.map_or_else(|| Ok("127.0.0.1:8080".to_owned()), listen)?,
            manual_clock: matches!(self.clock, Some(ClockKind::Manual)),
            api: ApiSettings {
                default_version: self.default_version.map(version).transpose()?,
                lenient: self.lenient.unwrap_or_default(),
                public_url: self.public_url.map(public_url).transpose()?,
            },
            outbound: outbound.map_err(|error| format!("outbound-allow: {error}"))?,
            keep_runs: keep_runs(self.keep_runs.as_deref())?,
        })
    }
}

/// Checks the address to listen on, before anything is opened.
pub(crate) fn listen(text: String) -> Result<String, String> {
    let is_host = |host: &str| {
        !host.is_empty() && (!host.contains(':') || (host.starts_with('[') && host.ends_with(']')))
    };
    match text.rsplit_once(':') {
        Some((host, port)) if is_host(host) && port.parse::<u16>().is_ok() => Ok(text),
        _ => Err(format!(
            "listen: `{text}` is not an address and a port; write it like 127.0.0.1:8080, or 0.0.0.0:8080 for all \
             addresses"
        )),
    }
}

/// How long runs are kept; none keeps them forever.
fn keep_runs(text: Option<&str>) -> Result<Option<Duration>, String> {
    match text {
        None => Ok(Some(KEEP_RUNS)),
        Some("forever") => Ok(None),
        Some(text) => {
            parse_duration(text).map(Some).map_err(|error| format!("keep-runs: {error}, or use forever"))
        }
    }
}

/// Checks the address that links begin with. A path is appended to it, so it has no query and no fragment.
pub(crate) fn public_url(text: String) -> Result<String, String> {
    let uri = text.parse::<Uri>().ok();
    let fits = uri.is_some_and(|uri| {
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        web && uri.host().is_some_and(|host| !host.is_empty()) && !text.contains(['?', '#', '@'])
    });
    if fits {
        Ok(text)
    } else {
        Err(format!(
            "public-url: links cannot begin with `{text}`; write it like https://tieline.example.com, without \
             a user, a query or a fragment"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Command, FromArgMatches};

    fn flags(flags: &[&str]) -> Serve {
        let command = Serve::augment_args(Command::new("serve").no_binary_name(true));
        Serve::from_arg_matches(&command.try_get_matches_from(flags).unwrap()).unwrap()
    }

    const FILE: &str = r#"
        listen = "0.0.0.0:1"
        rate-limit = "off"
        clock = "manual"
        outbound-allow = "10.1.0.0/16"
        default-version = "v3"
        lenient = true
        public-url = "https://file.example"
        keep-runs = "2w"
    "#;

    #[test]
    fn the_file_takes_every_setting() {
        let command = Serve::augment_args(Command::new("serve"));
        let file: toml::Table = toml::from_str(FILE).unwrap();
        let names: Vec<&str> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
        assert_eq!(names.iter().filter(|name| !file.contains_key(**name)).count(), 0, "{names:?}");
        let settings = flags(&[]).or(toml::from_str(FILE).unwrap()).settings().unwrap();
        assert_eq!(settings.listen, "0.0.0.0:1");
        assert!(settings.manual_clock && settings.api.lenient);
        assert_eq!(settings.api.default_version, Version::named("v3"));
        assert_eq!(settings.api.public_url.as_deref(), Some("https://file.example"));
        assert_eq!(settings.keep_runs, Some(Duration::from_secs(14 * 86_400)));
    }

    #[test]
    fn a_flag_wins_over_the_file() {
        let given =
            ["--listen", "127.0.0.1:2", "--clock", "system", "--lenient=no", "--public-url", "http://f"];
        let settings = flags(&given).or(toml::from_str(FILE).unwrap()).settings().unwrap();
        assert_eq!(settings.listen, "127.0.0.1:2");
        assert!(!settings.manual_clock && !settings.api.lenient);
        assert_eq!(settings.api.public_url.as_deref(), Some("http://f"));
    }

    #[test]
    fn an_address_to_listen_on_has_a_host_and_a_port() {
        let given = |listen: &str| flags(&["--listen", listen]).settings().map(|settings| settings.listen);
        for right in ["127.0.0.1:0", "localhost:8080", "[::1]:80", "0.0.0.0:65535"] {
            assert_eq!(given(right), Ok(right.to_owned()));
        }
        for wrong in
            ["8080", "localhost", ":8080", "::1", "::1:80", "localhost:", "localhost:http", "a:65536", ""]
        {
            let refused = given(wrong).unwrap_err();
            assert!(
                refused.contains("listen: ") && refused.contains("like 127.0.0.1:8080"),
                "{wrong}: {refused}"
            );
        }
    }

    #[test]
    fn links_begin_with_an_address_that_can_be_opened() {
        let given =
            |url: &str| flags(&["--public-url", url]).settings().map(|settings| settings.api.public_url);
        for right in ["http://a", "https://a.example:8443/", "http://[::1]:80", "HTTPS://a.example/tieline"] {
            assert_eq!(given(right), Ok(Some(right.to_owned())));
        }
        for wrong in [
            "",
            "nope",
            "ftp://x",
            "a.example",
            "a.example:80",
            "/tieline",
            "http://",
            "http:///x",
            "http://:80",
            "https://a?x=1",
            "https://a/?",
            "https://a#b",
            "https://u:p@a",
            "https://a b",
        ] {
            let refused = given(wrong).unwrap_err();
            assert!(
                refused.contains("public-url") && refused.contains("like https://"),
                "{wrong}: {refused}"
            );
        }
    }

    #[test]
    fn yes_and_no_may_be_said_in_several_ways() {
        for (value, lenient) in [("1", true), ("true", true), ("yes", true), ("on", true)]
            .into_iter()
            .chain([("0", false), ("false", false), ("no", false), ("off", false)])
        {
            assert_eq!(flags(&[&format!("--lenient={value}")]).lenient, Some(lenient), "{value}");
        }
        assert_eq!(flags(&["--lenient"]).lenient, Some(true));
        assert_eq!(flags(&[]).lenient, None);
    }
}
