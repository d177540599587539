//! Which trace a call belongs to: `traceparent` (W3C Trace Context, level 1) of the caller, or a new one.
//!
//! `tracestate` is not read: it is free text of a stranger, which would be passed on.

use http::HeaderMap;

/// The header in which a caller says it.
const TRACEPARENT: &str = "traceparent";
/// The flag of a trace that is recorded.
const SAMPLED: u8 = 1;

/// The place of a call in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Context {
    pub(super) trace: u128,
    /// The span of the caller, if there is one.
    pub(super) parent: Option<u64>,
    /// What the caller says about recording, if there is one.
    pub(super) sampled: Option<bool>,
}

impl Context {
    /// Takes the caller's when it is one, else begins a trace. `random` is not 0.
    pub(super) fn of(headers: &HeaderMap, random: impl FnOnce() -> u128) -> Self {
        let given = headers.get(TRACEPARENT);
        let given = given.and_then(|value| read(value.to_str().ok()?));
        given.unwrap_or_else(|| Self {
            trace: random(),
            parent: None,
            sampled: None,
        })
    }
}

/// Reads `00-<trace>-<span>-<flags>`; a later version may have more behind it.
fn read(text: &str) -> Option<Context> {
    let mut parts = text.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let (parent, flags) = (parts.next()?, parts.next()?);
    let more = parts.next().is_some();
    if version == "ff" || (version == "00" && more) {
        return None;
    }
    number(version, 2)?;
    let trace = number(trace, 32).filter(|id| *id != 0)?;
    let parent = number(parent, 16).filter(|id| *id != 0)?;
    let flags = u8::try_from(number(flags, 2)?).ok()?;
    Some(Context {
        trace,
        parent: Some(u64::try_from(parent).ok()?),
        sampled: Some(flags & SAMPLED != 0),
    })
}

/// Reads so many hexadecimal digits, in small letters as the standard has them.
fn number(text: &str, digits: usize) -> Option<u128> {
    let small = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != digits || !text.bytes().all(small) {
        return None;
    }
    u128::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Context {
        let mut headers = HeaderMap::new();
        headers.insert(TRACEPARENT, text.parse().unwrap());
        Context::of(&headers, || 7)
    }

    #[test]
    fn a_caller_says_trace_span_and_whether_it_is_recorded() {
        let trace = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c;
        let parent = Some(0x00f0_67aa_0ba9_02b7);
        for (flags, sampled) in [("01", true), ("00", false), ("03", true)] {
            let context = of(&format!(
                "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-{flags}"
            ));
            let sampled = Some(sampled);
            let expected = Context {
                trace,
                parent,
                sampled,
            };
            assert_eq!(context, expected);
        }
        let later = of("cc-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01-what-comes");
        assert_eq!((later.trace, later.parent), (trace, parent));
    }

    #[test]
    fn what_is_no_traceparent_begins_a_trace() {
        let new = Context {
            trace: 7,
            parent: None,
            sampled: None,
        };
        assert_eq!(Context::of(&HeaderMap::new(), || 7), new);
        for bad in [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7",
            "00-0AF7651916CD43DD8448EB211C80319C-00f067aa0ba902b7-01",
            "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01-more",
            "ff-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-+af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
            "00-0af7651916cd43dd8448eb211c80319-00f067aa0ba902b7-01",
        ] {
            assert_eq!(of(bad), new, "{bad}");
        }
    }
}
