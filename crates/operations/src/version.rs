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
