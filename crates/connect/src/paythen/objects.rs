//! Stripe's objects, in the shapes before and from API version 2025-03-31, read into facts.

use super::end::{self, Steps};
use super::facts::{About, Address, Change, Dates, Fact, Ids, Pay, Person, Side};
use super::fields::{Object, Unmappable};

type Read = Result<(About, Fact), Unmappable>;

pub(super) fn customer(object: &Object<'_>, before: Option<&Object<'_>>) -> Read {
    let person = person(object)?;
    let mut about = About { customer: Some(object.required_text("id")?), person, ..About::default() };
    object.metadata(&mut about.metadata)?;
    let settings = object.object("invoice_settings")?;
    let touched = before.is_some_and(|before| {
        before.has("default_source")
            || before.expanded("invoice_settings").is_some_and(|old| old.has("default_payment_method"))
    });
    let method = match settings {
        Some(settings) => settings.id("default_payment_method")?,
        None => None,
    };
    let method = method.or(object.id("default_source")?).filter(|_| touched);
    Ok((about, Fact::Customer { new_method: method }))
}

pub(super) fn payment_method(object: &Object<'_>) -> Read {
    let about =
        About { customer: object.id("customer")?, card_holder: billing_details(object)?, ..About::default() };
    let id = object.required_text("id")?;
    let what = if about.customer.is_some() { Fact::Method(id) } else { Fact::Nothing };
    Ok((about, what))
}

pub(super) fn checkout(object: &Object<'_>) -> Read {
    let details = object.object("customer_details")?;
    let mut person = details.as_ref().map(person).transpose()?.unwrap_or_default();
    person.email = person.email.or(object.text("customer_email")?);
    let mut about = About {
        customer: object.id("customer")?,
        person,
        subscription: object.id("subscription")?,
        currency: object.text("currency")?,
        ..About::default()
    };
    object.metadata(&mut about.metadata)?;
    Ok((about, Fact::Checkout { intent: object.id("payment_intent")? }))
}

pub(super) fn invoice(object: &Object<'_>, what: impl FnOnce(Pay) -> Fact, amount: &str) -> Read {
    let parent = object.object("parent")?;
    let nested = parent.map(|parent| parent.object("subscription_details")).transpose()?.flatten();
    let mut about = About { customer: object.id("customer")?, ..About::default() };
    about.person = invoiced_person(object)?;
    about.currency = object.text("currency")?;
    about.subscription = match (object.id("subscription")?, &nested) {
        (None, Some(nested)) => nested.id("subscription")?,
        (known, _) => known,
    };
    object.metadata(&mut about.metadata)?;
    for details in [object.object("subscription_details")?, nested].into_iter().flatten() {
        details.metadata(&mut about.metadata)?;
    }
    if let Some(line) = object.first("lines")? {
        line.metadata(&mut about.metadata)?;
        price(&line, &mut about);
    }
    let (amount, credited) = billed(object, amount)?;
    let pay = Pay {
        side: Side::Invoice,
        ids: Ids { invoice: object.id("id")?, intent: paid_by(object)?, charge: object.id("charge")? },
        linked: object.has("payment_intent") || object.has("charge"),
        lone: about.subscription.is_none(),
        extra: about.subscription.is_some() && !is_instalment(object)?,
        amount,
        credited,
        currency: about.currency.clone(),
        attempt: small(object.integer("attempt_count")?),
        next_attempt: object.time("next_payment_attempt")?,
        due: object.time("due_date")?,
        page: object.text("hosted_invoice_url")?,
        ..Pay::default()
    };
    Ok((about, what(pay)))
}

/// Whether Stripe wrote an invoice of a subscription for one of its periods. `subscription` is the reason of
/// invoices from before 2018. Prorations, invoices by hand, usage beyond a threshold and the like come on top.
fn is_instalment(invoice: &Object<'_>) -> Result<bool, Unmappable> {
    let reason = invoice.text("billing_reason")?;
    Ok(matches!(
        reason.as_deref(),
        None | Some("subscription_create" | "subscription_cycle" | "subscription" | "upcoming")
    ))
}

/// The amount of an invoice in the field `name`, and for a paid one the rest of it, which credit covered.
fn billed(invoice: &Object<'_>, name: &str) -> Result<(i64, i64), Unmappable> {
    let amount = invoice.integer(name)?.unwrap_or_default();
    if name != "amount_paid" {
        return Ok((amount, 0));
    }
    let rest = invoice.integer("total")?.unwrap_or_default().saturating_sub(amount).max(0);
    // Paid by a cheque, say: the money did come in.
    Ok(if invoice.flag("paid_out_of_band")? == Some(true) {
        (amount.saturating_add(rest), 0)
    } else {
        (amount, rest)
    })
}

/// The invoice's PaymentIntent: a field of its own, later on the first of a list that may be included.
fn paid_by(invoice: &Object<'_>) -> Result<Option<String>, Unmappable> {
    if let Some(intent) = invoice.id("payment_intent")? {
        return Ok(Some(intent));
    }
    match invoice.first("payments")? {
        Some(first) => first.object("payment")?.map_or(Ok(None), |payment| payment.id("payment_intent")),
        None => Ok(None),
    }
}

pub(super) fn invoice_payment(object: &Object<'_>) -> Read {
    let payment = object.object("payment")?;
    let intent = payment.map(|payment| payment.id("payment_intent")).transpose()?.flatten();
    let what = match (object.id("invoice")?, intent) {
        (Some(invoice), Some(intent)) => Fact::Tie { invoice, intent },
        // Paid outside Stripe or by a charge of its own: there is nothing to tie.
        _ => Fact::Nothing,
    };
    Ok((About::default(), what))
}

pub(super) fn intent(object: &Object<'_>, what: impl FnOnce(Pay) -> Fact) -> Read {
    let charge = object.first("charges")?;
    let error = object.object("last_payment_error")?;
    let mut about = About { customer: object.id("customer")?, ..About::default() };
    about.currency = object.text("currency")?;
    object.metadata(&mut about.metadata)?;
    about.card_holder.email = object.text("receipt_email")?;
    let tried = error.as_ref().and_then(|error| error.expanded("payment_method"));
    for source in [charge.as_ref(), tried.as_ref()].into_iter().flatten() {
        about.card_holder.fill(billing_details(source)?);
    }
    let included = charge.as_ref().map(|charge| charge.id("id")).transpose()?.flatten();
    let invoice = object.id("invoice")?;
    let received = object.integer("amount_received")?.filter(|amount| *amount > 0);
    let mut pay = Pay {
        side: Side::Money,
        linked: object.has("invoice"),
        lone: object.has("invoice") && invoice.is_none(),
        of_subscription: is_of_subscription(object)?,
        ids: Ids {
            invoice,
            intent: Some(object.required_text("id")?),
            charge: object.id("latest_charge")?.or(included),
        },
        amount: received.or(object.integer("amount")?).unwrap_or_default(),
        currency: about.currency.clone(),
        receipt: charge.map(|charge| charge.text("receipt_url")).transpose()?.flatten(),
        ..Pay::default()
    };
    if let Some(error) = error {
        pay.failure_code = error.text("code")?;
        pay.failure_message = error.text("message")?;
    }
    Ok((about, what(pay)))
}

/// A charge. One that is only authorised is no payment yet; its PaymentIntent says when it becomes one.
pub(super) fn charge(
    object: &Object<'_>,
    before: Option<&Object<'_>>,
    what: impl FnOnce(Pay) -> Fact,
) -> Read {
    let mut about = About { customer: object.id("customer")?, ..About::default() };
    about.currency = object.text("currency")?;
    about.card_holder = billing_details(object)?;
    about.card_holder.email = about.card_holder.email.or(object.text("receipt_email")?);
    object.metadata(&mut about.metadata)?;
    let invoice = object.id("invoice")?;
    let captured = object.integer("amount_captured")?.filter(|amount| *amount > 0);
    let pay = Pay {
        side: Side::Money,
        linked: object.has("invoice"),
        lone: object.has("invoice") && invoice.is_none(),
        of_subscription: is_of_subscription(object)?,
        ids: Ids { invoice, intent: object.id("payment_intent")?, charge: Some(object.required_text("id")?) },
        amount: captured.or(object.integer("amount")?).unwrap_or_default(),
        currency: about.currency.clone(),
        refunded: object.integer("amount_refunded")?.unwrap_or_default(),
        refunded_before: before.map(|before| before.integer("amount_refunded")).transpose()?.flatten(),
        receipt: object.text("receipt_url")?,
        ..Pay::default()
    };
    let held = object.flag("captured")? == Some(false);
    let what = match what(pay) {
        Fact::Paid(_) if held => Fact::Nothing,
        what => what,
    };
    Ok((about, what))
}

/// Whether Stripe describes a payment as one of a subscription. It writes these words itself; a payment of
/// anything else has the merchant's words or none.
fn is_of_subscription(object: &Object<'_>) -> Result<bool, Unmappable> {
    let description = object.text("description")?;
    Ok(matches!(description.as_deref(), Some("Subscription creation" | "Subscription update")))
}

/// A refund. What matters is one that gives nothing back; its charge reports the others.
pub(super) fn refund(object: &Object<'_>) -> Read {
    if !matches!(object.text("status")?.as_deref(), Some("failed" | "canceled")) {
        return Ok((About::default(), Fact::Nothing));
    }
    let (about, pay) = money_back(object)?;
    let pay = Pay { failure_code: object.text("failure_reason")?, ..pay };
    Ok((about, Fact::RefundFailed { id: object.required_text("id")?, pay, made: object.time("created")? }))
}

/// What a refund and a dispute say of the money, which is all that they say of the payment.
fn money_back(object: &Object<'_>) -> Result<(About, Pay), Unmappable> {
    let currency = object.text("currency")?;
    let pay = Pay {
        side: Side::Money,
        ids: Ids { invoice: None, intent: object.id("payment_intent")?, charge: object.id("charge")? },
        amount: object.integer("amount")?.unwrap_or_default(),
        currency: currency.clone(),
        ..Pay::default()
    };
    Ok((About { currency, ..About::default() }, pay))
}

pub(super) fn dispute(object: &Object<'_>, opened: bool) -> Read {
    let id = object.required_text("id")?;
    let (about, pay) = money_back(object)?;
    let (reason, status) = (object.text("reason")?, object.text("status")?);
    Ok((about, Fact::Dispute { id, pay, opened, reason, status }))
}

pub(super) fn subscription(object: &Object<'_>, before: Option<&Object<'_>>, created: bool) -> Read {
    let mut about = About { customer: object.id("customer")?, ..About::default() };
    about.subscription = Some(object.required_text("id")?);
    about.currency = object.text("currency")?;
    object.metadata(&mut about.metadata)?;
    let item = object.first("items")?;
    let mut every = 1;
    if let Some(item) = &item {
        every = price(item, &mut about);
    }
    about.plan_name = about.plan_name.or(object.text("description")?);
    let status = object.text("status")?;
    let status = status.as_deref();
    let status_before = before.map(|before| before.text("status")).transpose()?.flatten();
    let status_before = status_before.as_deref();
    let change = Change {
        created,
        live: matches!(status, Some("active" | "trialing")),
        was_incomplete: status_before == Some("incomplete"),
        start: object.time("start_date")?.or(object.time("created")?),
        ended: matches!(status, Some("canceled" | "incomplete_expired")),
        unpaid: status == Some("unpaid"),
        past_due: status == Some("past_due") && is_sent(object)?,
        // A trial that ends without a card pauses the subscription itself rather than its collection.
        paused: object.value("pause_collection").is_some() || status == Some("paused"),
        pause_touched: before.is_some_and(|before| before.has("pause_collection"))
            || status_before == Some("paused"),
        moved_dates: before.is_some_and(|before| moved(object, before)).then(|| dates(object)).transpose()?,
        end: end::planned(object, before, Steps { interval: about.interval.as_deref(), every })?,
    };
    Ok((about, Fact::Subscription(change)))
}

/// Whether the bills of a subscription are sent to the customer instead of charged.
fn is_sent(subscription: &Object<'_>) -> Result<bool, Unmappable> {
    Ok(subscription.text("collection_method")?.as_deref() == Some("send_invoice"))
}

/// Whether a change moved dates. A renewal moves the period as well and is none of these.
fn moved(now: &Object<'_>, before: &Object<'_>) -> bool {
    ["trial_end", "billing_cycle_anchor", "cancel_at"]
        .into_iter()
        .any(|name| before.has(name) && before.value(name) != now.value(name))
}

fn dates(subscription: &Object<'_>) -> Result<Dates, Unmappable> {
    Ok(Dates {
        trial_end: subscription.integer("trial_end")?,
        billing_day: subscription.integer("billing_cycle_anchor")?,
        end: subscription.integer("cancel_at")?,
    })
}

/// No plan has more payments than this; a bigger number is a mistake.
pub(super) const MAX_PAYMENTS: u32 = 10_000;

/// Takes the plan's name and interval from the price of an invoice's line or a subscription's item, and
/// returns how many intervals lie between payments.
fn price(line: &Object<'_>, about: &mut About) -> i64 {
    let mut every = 1;
    for price in [line.expanded("price"), line.expanded("plan")].into_iter().flatten() {
        let terms = price.expanded("recurring").unwrap_or_else(|| price.clone());
        let text = |object: &Object<'_>, name| object.text(name).ok().flatten();
        about.plan_name = about.plan_name.take().or(text(&price, "nickname"));
        if about.interval.is_none() {
            about.interval = text(&terms, "interval");
            every = terms.integer("interval_count").ok().flatten().unwrap_or(1);
        }
    }
    every
}

fn person(object: &Object<'_>) -> Result<Person, Unmappable> {
    Ok(Person {
        email: object.text("email")?,
        name: object.text("name")?,
        phone: object.text("phone")?,
        address: address(object, "address")?,
    })
}

fn invoiced_person(object: &Object<'_>) -> Result<Person, Unmappable> {
    Ok(Person {
        email: object.text("customer_email")?,
        name: object.text("customer_name")?,
        phone: object.text("customer_phone")?,
        address: address(object, "customer_address")?,
    })
}

fn billing_details(object: &Object<'_>) -> Result<Person, Unmappable> {
    let details = object.object("billing_details")?;
    Ok(details.as_ref().map(person).transpose()?.unwrap_or_default())
}

fn address(object: &Object<'_>, name: &str) -> Result<Option<Address>, Unmappable> {
    let Some(object) = object.object(name)? else { return Ok(None) };
    let address = Address {
        line1: object.text("line1")?,
        line2: object.text("line2")?,
        city: object.text("city")?,
        state: object.text("state")?,
        postal_code: object.text("postal_code")?,
        country: object.text("country")?,
    };
    Ok(Some(address).filter(|address| *address != Address::default()))
}

fn small(number: Option<i64>) -> Option<u32> {
    number.and_then(|number| u32::try_from(number).ok())
}

impl Person {
    fn fill(&mut self, other: Self) {
        self.email = self.email.take().or(other.email);
        self.name = self.name.take().or(other.name);
        self.phone = self.phone.take().or(other.phone);
        self.address = self.address.take().or(other.address);
    }
}
