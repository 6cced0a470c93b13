//! What authors of templates and conditions can rely on.

#[cfg(test)]
mod calendar;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod language;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod saved;
