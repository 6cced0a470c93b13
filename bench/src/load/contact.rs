//! Creating contacts, as an integration would.

use crate::client::Post;
use crate::drive::Write;
use crate::template::{NUMBER, Template};
use serde_json::json;
use std::sync::Arc;

/// `POST /contacts/` of another person each time.
pub(super) fn create(location: &str, headers: &str) -> Write {
    let (post, template) = (Post::new("/contacts/", headers), template(location));
    Arc::new(move |n, out| {
        post.write_head(format_args!(""), template.len(), out);
        template.write(n, out);
    })
}

fn template(location: &str) -> Template {
    Template::of(&json!({
        "locationId": location, "firstName": "Marlene", "lastName": format!("Okafor {NUMBER}"),
        "email": format!("marlene.okafor.{NUMBER}@example.com"), "phone": format!("+614{NUMBER}"),
        "address1": "12 Harbour Street", "city": "Newcastle", "state": "NSW", "country": "AU",
        "postalCode": "2300", "source": "website", "tags": ["newsletter", "customer"],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_about_300_bytes() {
        let length = template("ve9EPM428h8vShlRW1KT").len();
        assert!((270..=330).contains(&length), "{length} bytes");
    }

    #[test]
    fn a_request_says_how_long_its_body_is() {
        let mut request = Vec::new();
        create("here", "A: b\r\n")(7, &mut request);
        let request = String::from_utf8(request).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("\r\nA: b\r\n"));
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())));
        assert!(body.contains("\"+61400000007\""));
    }
}
