//! A connection's secret, as given to a command.

use clap::Args;
use std::io::Read;
use std::path::PathBuf;
use tieline_model::connection::{Settings, WebhookAuth};

/// Where a secret comes from. A flag is visible in the list of processes; a file and standard input are not.
#[derive(Args)]
pub(crate) struct SecretSource {
    /// The secret that deliveries are checked against; - reads it from standard input. For Paythen it is the
    /// signing secret (whsec_…) of the Stripe endpoint. Left out, one is generated.
    #[arg(long, value_name = "SECRET", conflicts_with = "secret_file")]
    secret: Option<String>,
    /// A file that holds the secret.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

impl SecretSource {
    /// The secret, if one is given. A line break at the end of a file or of standard input is not part of it.
    pub(crate) fn read(self) -> Result<Option<String>, String> {
        let text = match (self.secret.as_deref(), self.secret_file) {
            (Some("-"), _) => {
                let mut text = String::new();
                std::io::stdin()
                    .read_to_string(&mut text)
                    .map_err(|error| format!("--secret -: cannot read standard input: {error}"))?;
                text
            }
            (_, Some(file)) => std::fs::read_to_string(&file)
                .map_err(|error| format!("--secret-file: cannot read {}: {error}", file.display()))?,
            (None, None) => return Ok(None),
            (Some(_), None) => return Ok(self.secret),
        };
        Ok(Some(
            text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line)).to_owned(),
        ))
    }
}

/// Refuses a secret that is empty, that no sender could send, or that is another kind of secret. Every given
/// secret is checked here.
pub(crate) fn check_secret(secret: &str, settings: Option<&Settings>) -> Result<(), String> {
    if secret.trim().is_empty() {
        return Err("--secret is empty; leave it out to have one generated".to_owned());
    }
    if let Some(kind) = stripe_key(secret) {
        return Err(format!(
            "--secret is {kind}, not a signing secret. Copy the signing secret (whsec_…) from the page of the \
             webhook endpoint in Stripe's dashboard"
        ));
    }
    let in_header = settings.and_then(auth) == Some(&WebhookAuth::Bearer);
    if in_header && (secret.contains(char::is_control) || secret.trim() != secret) {
        return Err(
            "--secret does not fit into a header, which --auth bearer needs: remove control characters and \
             spaces at its ends"
                .to_owned(),
        );
    }
    Ok(())
}

/// Which of Stripe's API keys a secret is. People copy them instead of the signing secret, and they grant far
/// more.
fn stripe_key(secret: &str) -> Option<&'static str> {
    let begins = |kind: &str| {
        ["live_", "test_"].iter().any(|mode| secret.trim().starts_with(&format!("{kind}{mode}")))
    };
    [("sk_", "a secret API key"), ("pk_", "a publishable API key"), ("rk_", "a restricted API key")]
        .into_iter()
        .find(|(prefix, _)| begins(prefix))
        .map(|(_, kind)| kind)
}

/// How a connection's deliveries are authenticated, if that can be chosen.
pub(crate) fn auth(settings: &Settings) -> Option<&WebhookAuth> {
    match settings {
        Settings::Paythen(_) => None,
        Settings::Webhook(webhook) => Some(&webhook.auth),
    }
}

/// How a connection's deliveries are authenticated, in the words of `--auth`.
pub(crate) fn proof(settings: &Settings) -> &'static str {
    match auth(settings) {
        None => "stripe",
        Some(WebhookAuth::Hmac { .. }) => "hmac",
        Some(WebhookAuth::Bearer) => "bearer",
        Some(WebhookAuth::Basic { .. }) => "basic",
        Some(WebhookAuth::Url) => "url",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Case R15.
    #[test]
    fn an_api_key_of_stripe_is_no_signing_secret() {
        for key in ["sk_live_51abc", "pk_test_51abc", " rk_live_51abc"] {
            let refused = check_secret(key, None).unwrap_err();
            assert!(refused.contains("whsec_") && !refused.contains("51abc"), "{refused}");
        }
        for secret in ["whsec_abc", "sk_liv", "task_live_1"] {
            assert_eq!(check_secret(secret, None), Ok(()), "{secret}");
        }
    }

    #[test]
    fn a_secret_in_a_file_ends_before_its_line_break() {
        let file = std::env::temp_dir().join(format!("tieline-secret-{}", std::process::id()));
        for (text, secret) in [("whsec_a\n", "whsec_a"), ("whsec_a\r\n", "whsec_a"), (" a ", " a ")] {
            std::fs::write(&file, text).unwrap();
            let source = SecretSource { secret: None, secret_file: Some(file.clone()) };
            assert_eq!(source.read().unwrap().as_deref(), Some(secret));
        }
        std::fs::remove_file(&file).unwrap();
        let missing = SecretSource { secret: None, secret_file: Some(file) }.read().unwrap_err();
        assert!(missing.starts_with("--secret-file: cannot read"), "{missing}");
    }
}
