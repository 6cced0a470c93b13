//! The kind of `dndSettings` and `inboundDndSettings`.

use crate::form::kinds::is_within;
use crate::form::{At, FieldError, Kind};
use serde_json::{Map, Value, json};

/// The most characters of a setting's message or code.
const LONGEST: usize = 1_000;

/// What may not be sent by which channel: an object of settings by channel. Channels are kept under the names
/// in `channels`. `v3` writes them in camel case; both forms are accepted. A channel that is null stays as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channels {
    channels: &'static [&'static str],
    states: &'static [&'static str],
}

impl Channels {
    pub(super) const OUTBOUND: Self = Self {
        channels: &["Call", "Email", "SMS", "WhatsApp", "GMB", "FB", "RCS"],
        states: &["active", "inactive", "permanent"],
    };
    pub(super) const INBOUND: Self = Self { channels: &["all"], states: &["active", "inactive"] };

    /// Checks one channel's setting; the error continues behind the channel's name.
    fn setting(&self, setting: Value) -> Result<Value, String> {
        let Value::Object(mut setting) = setting else { return Err(" must be an object".to_owned()) };
        setting.retain(|_, value| !value.is_null());
        if !setting.get("status").and_then(Value::as_str).is_some_and(|status| self.states.contains(&status))
        {
            return Err(format!(".status must be one of the following values: {}", self.states.join(", ")));
        }
        for (name, value) in &setting {
            match name.as_str() {
                "status" | "message" | "code"
                    if value.as_str().is_some_and(|text| is_within(text, LONGEST)) => {}
                "message" | "code" if value.is_string() => {
                    return Err(format!(".{name} must be shorter than or equal to {LONGEST} characters"));
                }
                "message" | "code" => return Err(format!(".{name} must be a string")),
                _ => return Err(format!(".property {name} should not exist")),
            }
        }
        Ok(Value::Object(setting))
    }
}

impl Kind for Channels {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let Value::Object(given) = raw else { return at.refuse("must be an object") };
        let (mut settings, mut errors) = (Map::new(), Vec::new());
        for (channel, setting) in given {
            let place = format!("{}.{channel}", at.field);
            let Some(known) = self.channels.iter().find(|known| known.eq_ignore_ascii_case(&channel)) else {
                errors.push(FieldError::new(
                    place,
                    format!("{}.property {channel} should not exist", at.field),
                ));
                continue;
            };
            if setting.is_null() {
                continue;
            }
            match self.setting(setting) {
                Ok(setting) => drop(settings.insert((*known).to_owned(), setting)),
                Err(wrong) => errors.push(FieldError::new(&place, format!("{place}{wrong}"))),
            }
        }
        if errors.is_empty() { Ok(Value::Object(settings)) } else { Err(errors) }
    }

    fn schema(&self) -> Value {
        let setting = json!({
            "type": "object",
            "properties": {
                "status": { "type": "string", "enum": self.states },
                "message": { "type": "string", "maxLength": LONGEST },
                "code": { "type": "string", "maxLength": LONGEST },
            },
            "required": ["status"],
        });
        let channels = self.channels.iter().map(|channel| ((*channel).to_owned(), setting.clone()));
        json!({ "type": "object", "properties": channels.collect::<Map<_, _>>() })
    }

    fn control(&self) -> &'static str {
        "channels"
    }

    fn sample(&self) -> Value {
        let channel = self.channels.first().copied().unwrap_or_default();
        json!({ channel: { "status": "active" } })
    }
}
