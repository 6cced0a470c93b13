//! A failed payment as Stripe sends it: an invoice event of about 3.9 KB, and its signature.

use crate::template::{NUMBER, Template};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// The secret that events are signed with. It opens nothing but the benchmark's own databases.
pub(crate) const SECRET: &str = "whsec_bench";

/// How old a signature may be, in seconds: Stripe's own rule.
const TOLERANCE: u64 = 300;

/// Seconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "signatures carry the time of day, and this program has no other clock"
)]
pub(crate) fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The time and the signature of `body` as they stand in `Stripe-Signature`.
pub(crate) fn sign(body: &[u8], secret: &str, at: u64) -> Result<String, String> {
    let mac = mac(body, secret, &at.to_string())?.finalize().into_bytes();
    Ok(format!("t={at},v1={}", hex::encode(mac)))
}

/// Checks a `Stripe-Signature` header at the time `now`.
pub(crate) fn verify(header: &str, body: &[u8], secret: &str, now: u64) -> Result<(), String> {
    let part = |name: &str| {
        header.split(',').find_map(|part| part.trim().split_once('=').filter(|(n, _)| *n == name))
    };
    let (Some((_, at)), Some((_, signature))) = (part("t"), part("v1")) else {
        return Err("Stripe-Signature has no t or no v1".to_owned());
    };
    if !at.parse().is_ok_and(|at: u64| at.abs_diff(now) <= TOLERANCE) {
        return Err("the signature's time is too far from now".to_owned());
    }
    let signature = hex::decode(signature).map_err(|_| "v1 is not hexadecimal".to_owned())?;
    mac(body, secret, at)?.verify_slice(&signature).map_err(|_| "the signature doesn't match".to_owned())
}

fn mac(body: &[u8], secret: &str, at: &str) -> Result<Hmac<Sha256>, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|error| error.to_string())?;
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(body);
    Ok(mac)
}

/// `invoice.payment_failed` events that happened at `at`, each of another customer on a plan of their own.
pub(crate) fn template(at: u64) -> Template {
    Template::of(&json!({
        "id": of("evt_1QbenchB7WZ01zgk"), "object": "event", "api_version": "2024-06-20", "created": at,
        "data": { "object": invoice(at) },
        "livemode": false, "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null }, "type": "invoice.payment_failed",
    }))
}

fn of(prefix: &str) -> String {
    format!("{prefix}{NUMBER}")
}

fn invoice(at: u64) -> Value {
    let (id, host) = (of("in_1QbenchB7WZ01zgk"), "https://invoice.stripe.com/i/acct_1032D82eZvKYlo2C");
    let (month, next) = (30 * 24 * 3600, at + 3 * 24 * 3600);
    json!({
        "id": id, "object": "invoice", "account_country": "AU", "account_name": "Harbour Sailing School",
        "account_tax_ids": null, "amount_due": 10_000, "amount_paid": 0, "amount_remaining": 10_000,
        "amount_shipping": 0, "application": "ca_QbenchPaythen", "attempt_count": 1, "attempted": true,
        "auto_advance": true, "automatic_tax": { "enabled": false, "liability": null, "status": null },
        "billing_reason": "subscription_cycle", "charge": of("ch_3QbenchB7WZ01zgk"),
        "collection_method": "charge_automatically", "created": at - 3600, "currency": "aud",
        "custom_fields": null, "customer": of("cus_Qbench"),
        "customer_address": { "city": "Newcastle", "country": "AU", "line1": "12 Harbour Street",
            "line2": null, "postal_code": "2300", "state": "NSW" },
        "customer_email": format!("marlene.okafor.{NUMBER}@example.com"),
        "customer_name": format!("Marlene Okafor {NUMBER}"), "customer_phone": format!("+614{NUMBER}"),
        "customer_shipping": null, "customer_tax_exempt": "none", "customer_tax_ids": [],
        "default_payment_method": null, "default_source": null, "default_tax_rates": [],
        "description": null, "discounts": [], "due_date": null, "effective_at": at, "ending_balance": 0,
        "footer": null, "from_invoice": null,
        "hosted_invoice_url": format!("{host}/test_{NUMBER}?s=ap"),
        "invoice_pdf": format!("{host}/test_{NUMBER}/pdf?s=ap"), "issuer": { "type": "self" },
        "last_finalization_error": null, "latest_revision": null,
        "lines": { "object": "list", "data": [line(at, at + month)], "has_more": false, "total_count": 1,
            "url": format!("/v1/invoices/{id}/lines") },
        "livemode": false, "metadata": {}, "next_payment_attempt": next, "number": format!("A-{NUMBER}"),
        "on_behalf_of": null, "paid": false, "paid_out_of_band": false,
        "payment_intent": of("pi_3QbenchB7WZ01zgk"),
        "payment_settings": { "default_mandate": null, "payment_method_options": null,
            "payment_method_types": ["card"] },
        "period_end": at, "period_start": at - month, "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0, "quote": null, "receipt_number": null, "rendering": null,
        "shipping_cost": null, "shipping_details": null, "starting_balance": 0,
        "statement_descriptor": null, "status": "open",
        "status_transitions": { "finalized_at": at, "marked_uncollectible_at": null, "paid_at": null,
            "voided_at": null },
        "subscription": of("sub_1QbenchB7WZ01zgk"), "subscription_details": { "metadata": plan() },
        "subtotal": 10_000, "subtotal_excluding_tax": 10_000, "tax": null, "test_clock": null,
        "total": 10_000, "total_discount_amounts": [], "total_excluding_tax": 10_000,
        "total_tax_amounts": [], "transfer_data": null, "webhooks_delivered_at": at,
    })
}

fn line(start: u64, end: u64) -> Value {
    json!({
        "id": of("il_1QbenchB7WZ01zgk"), "object": "line_item", "amount": 10_000,
        "amount_excluding_tax": 10_000, "currency": "aud",
        "description": "1 x Day skipper course, twelve payments (at $100.00 / month)",
        "discount_amounts": [], "discountable": true, "discounts": [],
        "invoice": of("in_1QbenchB7WZ01zgk"), "livemode": false, "metadata": plan(),
        "period": { "end": end, "start": start }, "proration": false,
        "price": { "id": "price_1QbenchB7WZ01zgkSkipper", "object": "price", "active": true,
            "billing_scheme": "per_unit", "currency": "aud", "livemode": false, "metadata": {},
            "nickname": null, "product": "prod_QbenchSkipper",
            "recurring": { "interval": "month", "interval_count": 1, "usage_type": "licensed" },
            "tax_behavior": "unspecified", "type": "recurring", "unit_amount": 10_000,
            "unit_amount_decimal": "10000" },
        "quantity": 1, "subscription": of("sub_1QbenchB7WZ01zgk"),
        "subscription_item": of("si_Qbench"), "tax_amounts": [], "tax_rates": [], "type": "subscription",
    })
}

fn plan() -> Value {
    json!({ "plan_name": "Day skipper", "payments_expected": "12", "plan_total": "120000" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_the_size_that_is_promised_and_differ_in_customer_and_id() {
        let event = |n| {
            let mut text = Vec::new();
            template(1_795_000_000).write(n, &mut text);
            assert!((3_800..=4_000).contains(&text.len()), "{} bytes", text.len());
            serde_json::from_slice::<Value>(&text).unwrap()
        };
        let (first, second) = (event(1), event(2));
        assert_ne!(first["id"], second["id"]);
        for field in ["customer", "customer_email", "customer_phone", "subscription", "id"] {
            assert_ne!(first["data"]["object"][field], second["data"]["object"][field], "{field}");
        }
    }

    #[test]
    fn only_what_was_signed_in_time_passes() {
        let header = sign(b"body", SECRET, 1000).unwrap();
        assert_eq!(verify(&header, b"body", SECRET, 1300), Ok(()));
        for (body, secret, now) in
            [(&b"b0dy"[..], SECRET, 1000), (b"body", "whsec_other", 1000), (b"body", SECRET, 1301)]
        {
            assert!(verify(&header, body, secret, now).is_err());
        }
        for header in ["", "t=1000", "v1=00", "t=1000,v1=zz", "t=soon,v1=00"] {
            assert!(verify(header, b"body", SECRET, 1000).is_err(), "{header} passed");
        }
    }

    #[test]
    fn signatures_are_those_that_others_make() {
        // From `printf '12345.{}' | openssl dgst -sha256 -hmac whsec_bench`.
        let known = "69d8c17ee0f9e979a631afde2962ce27f71eee75fe1cc00ed1ce559332704db1";
        assert_eq!(sign(b"{}", SECRET, 12_345).unwrap(), format!("t=12345,v1={known}"));
    }
}
