use crate::config::Config;
use crate::open::{any_seal, open_for_command};
use crate::output::say;
use clap::Subcommand;
use tieline_store::seal::{Accept, Check, HasKey};

#[derive(Subcommand)]
pub(crate) enum SecretKey {
    /// Accept another secret key, where the one before is lost or known to others. Secrets that were sealed
    /// with that one cannot be opened any more: every connection needs a new one.
    Replace {
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
}

impl SecretKey {
    pub(crate) async fn run(self, config: &Config) -> Result<(), String> {
        let Self::Replace { yes } = self;
        if !yes {
            return Err(
                "no secret of a connection can be opened after this, and deliveries are refused until \
                        each has a new one; add --yes if that is what you want"
                    .to_owned(),
            );
        }
        let store = open_for_command(config).await?;
        let failed = |error: tieline_store::Error| error.to_string();
        let had_one = store.read(HasKey).await.map_err(failed)?;
        let seal = any_seal(config)?;
        if had_one && store.write(Check { seal: seal.clone() }).await.map_err(failed)? {
            let same =
                "the secret key is the one that the secrets are sealed with; there is nothing to replace";
            return say(same).map(drop);
        }
        store.write(Accept { seal }).await.map_err(failed)?;
        say("the secret key is accepted. Start the servers anew with it, and give every connection a new \
             secret: tieline connections rotate --location LOCATION ID")
        .map(drop)
    }
}
