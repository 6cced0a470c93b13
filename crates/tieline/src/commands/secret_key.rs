use crate::config::Config;
use crate::open::{any_seal, open_for_command};
use crate::output::say;
use clap::Subcommand;
use tieline_store::seal::{Accept, Check, HasKey};

#[derive(Subcommand)]
pub(crate) enum SecretKey {
    /// Accept another secret key if the old one is lost or known to others. Secrets that were sealed with the
    /// old one can no longer be opened: every connection needs a new secret.
    Replace {
        /// Confirm it.
        #[arg(long)]
        yes: bool,
    },
}

impl SecretKey {
    pub(crate) async fn run(self, config: &Config) -> Result<(), String> {
        let Self::Replace { yes } = self;
        if !yes {
            return Err(
                "after this, no connection's secret can be opened, and deliveries are refused until each \
                        connection has a new one; add --yes to continue"
                    .to_owned(),
            );
        }
        let store = open_for_command(config).await?;
        let failed = |error: tieline_store::Error| error.to_string();
        let had_one = store.read(HasKey).await.map_err(failed)?;
        let seal = any_seal(config)?;
        if had_one && store.write(Check { seal: seal.clone() }).await.map_err(failed)? {
            let same = "This is already the key that the secrets are sealed with; nothing was changed.";
            return say(same).map(drop);
        }
        store.write(Accept { seal }).await.map_err(failed)?;
        say("Accepted the secret key. Restart the servers with it, and give every connection a new secret: \
             tieline connections rotate --location LOCATION ID")
        .map(drop)
    }
}
