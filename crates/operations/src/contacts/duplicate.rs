//! `GET /contacts/search/duplicate`: finds the contact that has the e-mail address (`email`), or else the
//! phone number (`number`). `contact` is null where there is none.

use super::{location_id, shape};
use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Operation;
use crate::shape::Shape;
use http::Method;
use tieline_model::form::kinds::Text;
use tieline_model::form::{Field, Form};
use tieline_model::{Scope, text};
use tieline_store::{Procedure, Result, Tx, contacts};

pub(super) fn operation() -> Operation {
    Operation::reads("contacts.get-duplicate-contact", "Find contact", Scope::ContactsReadonly, |tx, call| {
        Box::pin(find(tx, call))
    })
    .described(
        "Find contact {email} {number}",
        "Finds the contact with this e-mail, or else this phone; `contact` is null if there is none.",
    )
    .at(Method::GET, "/contacts/search/duplicate")
    .takes(
        Form::new([
            location_id().in_query(),
            Field::new("email", Text::line(), "the e-mail address to search for")
                .in_query()
                .sampled("ada@example.com"),
            Field::new("number", Text::line(), "the phone number to search for")
                .in_query()
                .sampled("+61412345678"),
        ])
        .needs_one_of(&["email", "number"]),
    )
    .finds_contact()
    .gives([("contact", Shape::Entity(&shape::CONTACT).or_null())])
}

async fn find(tx: &mut Tx<'_>, call: &Call) -> Result<Answer> {
    let email = call.input.text("email").map(|email| email.trim().replace(' ', "+"));
    let number = call.input.text("number");
    let phone = number.and_then(|number| phone(number, &call.location.country));
    // A search by nothing but an invalid number finds no one.
    if email.is_none() && phone.is_none() && number.is_some() {
        return super::found(None);
    }
    let found = contacts::FindDuplicate { location_id: call.location_id(), email, phone }.run(tx).await?;
    super::found(found)
}

/// Reads a number. No number begins with a blank: one that does was sent with a plus that was not encoded.
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
