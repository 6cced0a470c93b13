//! Settings of every command: from flags, then `TIELINE_*` variables, then a TOML file.

use crate::commands::serve::{Serve, public_url};
use crate::logging::LogFormat;
use clap::Args;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use tieline_store::Target;

/// The file that is read if `--config` names none and it exists.
const FILE: &str = "tieline.toml";
/// The data folder if nothing names one.
const FOLDER: &str = "tieline-data";

/// Where the data is and how the server runs. Each field is a flag, a variable and a line of the file.
#[derive(Args, Deserialize, Clone, Debug, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Config {
    /// A TOML file with settings, named like the flags; those of `serve` are in its table `serve`
    /// [default: tieline.toml, if it exists].
    #[arg(long, global = true, env = "TIELINE_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
    /// The folder that holds the embedded database and the secret key [default: tieline-data].
    #[arg(long, global = true, env = "TIELINE_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// A PostgreSQL database to use instead of the embedded one: postgres://user@host/database.
    #[arg(long, global = true, env = "TIELINE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// The key that encrypts other people's secrets, 32 bytes in base64. Without it, `serve` generates one
    /// and keeps it in the data folder as secret.key.
    #[arg(long, global = true, env = "TIELINE_SECRET_KEY", value_name = "BASE64", hide_env_values = true)]
    pub(crate) secret_key: Option<String>,
    /// How much the server logs: error, warn, info or debug, or by part, like info,tieline_runtime=debug
    /// [default: info; warn for the demo].
    #[arg(long, global = true, env = "TIELINE_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,
    /// The format of the log [default: text].
    #[arg(long, global = true, env = "TIELINE_LOG_FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
    /// The file's settings of the server.
    #[arg(skip)]
    #[serde(default)]
    pub(crate) serve: Serve,
}

impl Config {
    /// Adds the settings of the file that neither a flag nor a variable gives.
    pub(crate) fn with_file(self) -> Result<Self, String> {
        let (file, named) = match &self.config {
            Some(file) => (file.clone(), true),
            None => (PathBuf::from(FILE), false),
        };
        if !named && !file.exists() {
            return self.checked();
        }
        let text = std::fs::read_to_string(&file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let file: Self = toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        let config = Self {
            config: self.config,
            data: self.data.or(file.data),
            database_url: self.database_url.or(file.database_url),
            secret_key: self.secret_key.or(file.secret_key),
            log: self.log.or(file.log),
            log_format: self.log_format.or(file.log_format),
            serve: file.serve,
        };
        config.checked()
    }

    /// Refuses the address of a database of another kind. The address itself may hold a password.
    fn checked(self) -> Result<Self, String> {
        let scheme =
            self.database_url.as_deref().and_then(|url| url.split_once("://")).map(|(scheme, _)| scheme);
        match scheme {
            None | Some("postgres" | "postgresql") => Ok(self),
            Some(scheme) => Err(format!(
                "database-url: `{scheme}://` is not supported; use postgres:// or postgresql://, or leave it out \
                 for the embedded database in the folder of --data"
            )),
        }
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new(FOLDER))
    }

    /// What addresses begin with: the public URL if the settings have one, else nothing.
    pub(crate) fn public_base(&self) -> Result<String, String> {
        let variable = std::env::var("TIELINE_PUBLIC_URL").ok();
        let url = variable.or_else(|| self.serve.public_url.clone()).map(public_url).transpose()?;
        Ok(url.unwrap_or_default().trim_end_matches('/').to_owned())
    }

    /// The database.
    pub(crate) fn target(&self) -> Target {
        match &self.database_url {
            Some(url) => Target::Url(url.clone()),
            None => Target::Folder(self.folder().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_another_kind_is_refused_with_the_schemes_that_are_supported() {
        let with = |url: &str| Config { database_url: Some(url.to_owned()), ..Config::default() }.checked();
        for url in ["postgres://a/b", "postgresql://a/b", "host=/run user=a"] {
            assert!(with(url).is_ok(), "{url}");
        }
        for url in ["mysql://u:hidden@a/b", "sqlite://a.db", "POSTGRES+x://a"] {
            let refused = with(url).unwrap_err();
            assert!(
                refused.contains("postgres:// or postgresql://") && !refused.contains("hidden"),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_flag_wins_over_the_file() {
        let folder = std::env::temp_dir().join(format!("tieline-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("tieline.toml");
        let text = "data = \"from-file\"\ndatabase-url = \"postgres://file/x\"\nlog-format = \"json\"\n";
        std::fs::write(&file, text).unwrap();
        let flags =
            Config { config: Some(file.clone()), data: Some("from-flag".into()), ..Config::default() };
        let config = flags.with_file().unwrap();
        assert_eq!(config.folder(), Path::new("from-flag"));
        assert_eq!(config.database_url.as_deref(), Some("postgres://file/x"));
        assert_eq!(config.log_format, Some(LogFormat::Json));
        std::fs::write(&file, "dat = 1\n").unwrap();
        let wrong = Config { config: Some(file.clone()), ..Config::default() }.with_file().unwrap_err();
        assert!(wrong.contains("dat"), "{wrong}");
        std::fs::write(&file, "[serve]\nlisen = \"127.0.0.1:1\"\n").unwrap();
        let wrong = Config { config: Some(file.clone()), ..Config::default() }.with_file().unwrap_err();
        assert!(wrong.contains("lisen") && wrong.contains("listen"), "{wrong}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
