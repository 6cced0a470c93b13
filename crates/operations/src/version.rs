use serde_json::Value;

/// Which shapes a client asks for, by the `Version` header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Version {
    /// The date versions and `legacy`, which are interchangeable.
    V2,
    /// `v3`.
    V3,
}

impl Version {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::V2, Self::V3];

    /// The schema or the sample of a body, with the names that this version documents: `v3` writes channels in
    /// camel case and `fieldValue` for `field_value`. Bodies in either form are accepted under both.
    #[must_use]
    pub fn renamed(self, description: Value) -> Value {
        match self {
            Self::V2 => description,
            Self::V3 => renamed(description, false),
        }
    }

    /// The version of this name: a published date, `legacy`, or `v3` in either case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "2021-04-15" | "2021-07-28" | "2023-02-21" | "legacy" => Some(Self::V2),
            "v3" | "V3" => Some(Self::V3),
            _ => None,
        }
    }
}

fn renamed(value: Value, in_channels: bool) -> Value {
    let name = |name: &str| match name {
        "field_value" => "fieldValue".to_owned(),
        name if in_channels => camel_case(name),
        name => name.to_owned(),
    };
    match value {
        Value::Object(map) => {
            let renamed = map.into_iter().map(|(key, value)| {
                let in_channels = in_channels || key == "dndSettings";
                (name(&key), renamed(value, in_channels))
            });
            Value::Object(renamed.collect())
        }
        Value::Array(items) => items.into_iter().map(|item| renamed(item, in_channels)).collect(),
        scalar => scalar,
    }
}

/// `sms` for `SMS`: how `v3` names a channel. Other names stay.
pub(crate) fn camel_case(channel: &str) -> String {
    match channel {
        "WhatsApp" => "whatsApp".to_owned(),
        "Call" | "Email" | "SMS" | "GMB" | "FB" | "RCS" => channel.to_ascii_lowercase(),
        other => other.to_owned(),
    }
}
