//! `GET /contacts/search/duplicate`: finds the contact that has the e-mail address (`email`), or else the
//! phone number (`number`). `contact` is null where there is none.

use super::shape;
use crate::answer::{Answer, Object};
use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use tieline_model::{Scope, text};
use tieline_store::contacts::FindDuplicate;

pub(crate) const OPERATION: Operation =
    Operation::get("get-duplicate-contact", "/contacts/search/duplicate", Scope::ContactsReadonly, |call| {
        Box::pin(handle(call))
    });

async fn handle(call: Call) -> Result<Answer, ApiError> {
    let mut query = call.query();
    query.require("locationId");
    let (email, number) = (query.text("email"), query.text("number"));
    query.finish()?;
    let phone = number.as_deref().map(|number| phone(number, &call.location().country));
    let email = email.map(|email| email.trim().replace(' ', "+"));
    let found = match (&email, phone) {
        (None, Some(None)) => None,
        (_, phone) => {
            let phone = phone.flatten();
            call.look(FindDuplicate { location_id: call.location_id(), email, phone }).await?
        }
    };
    let doc = found.as_deref().map(|doc| shape::contact(doc, call.version)).transpose()?;
    Ok(Answer::ok(Object::new().raw("contact", doc.as_deref().unwrap_or("null"))))
}

/// Neither an address nor the start of a number holds a blank: where one stands, a client has sent a plus
/// without encoding it. What is no number is nobody's, and found with no one.
fn phone(number: &str, country: &str) -> Option<String> {
    let number = match number.strip_prefix(' ') {
        Some(digits) => format!("+{digits}"),
        None => number.to_owned(),
    };
    text::phone(&number, country).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_that_was_not_encoded_is_still_a_plus() {
        assert_eq!(phone(" 61412345678", "US").unwrap(), "+61412345678");
        assert_eq!(phone("+61412345678", "US").unwrap(), "+61412345678");
        assert_eq!(phone("0412 345 678", "AU").unwrap(), "+61412345678");
        assert_eq!(phone("none", "AU"), None);
    }
}
