//! E-mail addresses.

use super::unicode::nfkc;
use super::without_format;
use email_address::{EmailAddress, Options};

/// The form in which an e-mail address is compared: without blanks around it and invisible characters, in
/// lower case, with letters of usual width and the domain in its own letters (`münchen.example` rather than
/// `xn--mnchen-3ya.example`).
#[must_use]
pub fn email_key(email: &str) -> String {
    let email = nfkc(without_format(email).trim()).to_lowercase();
    match email.rsplit_once('@') {
        Some((local, domain)) if !domain.is_ascii() || domain.contains("xn--") => {
            let (spelled, read) = idna::domain_to_unicode(domain);
            if read.is_ok() { format!("{local}@{spelled}") } else { email }
        }
        _ => email,
    }
}

/// Checks that a text is an e-mail address and returns it without blanks around it and without invisible
/// characters. Its case stays.
///
/// What only a standard knows is refused, because no mail service takes it from a form: quoted names, an IP
/// address for a domain, a domain without a dot.
///
/// # Errors
/// `email must be an email`, in the validator's words.
pub fn email(text: &str) -> Result<String, String> {
    let text = without_format(text);
    let text = text.trim();
    let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
    let known = EmailAddress::parse_with_options(text, options).is_ok_and(|email| takes_mail(&email));
    if known { Ok(text.to_owned()) } else { Err("email must be an email".to_owned()) }
}

/// The rules of mail servers that are not part of the address's grammar.
fn takes_mail(email: &EmailAddress) -> bool {
    // The longest address that SMTP can carry.
    let short = email.as_str().len() <= 254;
    let quoted = email.local_part().starts_with('"');
    let label = |label: &str| {
        !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    short && !quoted && email.domain().split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn emails_keep_their_case_and_compare_without_it() {
        assert_eq!(email(" Ada@Example.com ").as_deref(), Ok("Ada@Example.com"));
        assert_eq!(email_key(" Ada@Example.com "), "ada@example.com");
    }

    /// Case C1.
    #[test]
    fn an_address_with_an_invisible_character_is_the_one_without() {
        for odd in ["\u{200b}zw@example.com", "zw\u{2060}@example.com", "zw@exam\u{ad}ple.com\u{200e} "] {
            assert_eq!(email(odd).as_deref(), Ok("zw@example.com"));
            assert_eq!(email_key(odd), "zw@example.com");
        }
    }

    #[test]
    fn ways_of_writing_one_address_are_one() {
        for same in [
            ["a@m\u{fc}nchen.example", "a@xn--mnchen-3ya.example", "A@M\u{dc}NCHEN.example"],
            ["a9@x.example", "\u{ff41}9@x.example", "a9@\u{ff38}.example"],
        ] {
            same.iter().for_each(|email| assert_eq!(email_key(email), same[0]));
        }
        assert_eq!(email_key("a@xn--.example"), "a@xn--.example");
    }

    #[test]
    fn what_is_no_email_is_refused() {
        for wrong in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "a b@example.com",
            "a@b@example.com",
            "ada@example",
            "a@-x.com",
            "a@x-.com",
            "a@x..com",
            "a..b@x.com",
            ".a@x.com",
            "<a@x.com>",
            "Ada <a@x.com>",
            "\"a b\"@x.com",
            "a@[127.0.0.1]",
            "a@x.com,b@x.com",
            "a@x_y.com",
            &format!("a@{}com", "x.".repeat(130)),
            &format!("{}@x.com", "a".repeat(65)),
        ] {
            assert!(email(wrong).is_err(), "{wrong}");
        }
        for right in
            ["a@b.co", "a+b@b.co", "ü@müller.de", "o'neil@example.com", "用户@例子.广告", "a&b=c@x.com"]
        {
            assert!(email(right).is_ok(), "{right}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|[a@.\\-\"\\[\\]<> ]{0,20}") {
            if let Ok(read) = email(&text) {
                prop_assert_eq!(email(&read), Ok(read.clone()));
            }
        }
    }
}
