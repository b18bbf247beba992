//! `fields`: the header section of a request or an answer.

use std::sync::Arc;

use wasmtime::{Result, component::Resource};

use super::{
    FieldsError, Http,
    uplink::{FIELD_OVERHEAD, Uplink},
};
use crate::{
    bindings::http::wasi::http::types::{self, HeaderError},
    limit::LimitReached,
};

/// Fields that a guest may neither set nor see, because they are about the connection (RFC 9110, sections 7.2 and 7.6.1) or make it
/// another one. What else is not sent is for the [`HttpClient`](super::HttpClient) to say.
const FORBIDDEN: [&str; 11] = [
    "connection",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Names in lower case, with their values, in order. Copies share what they hold until one is changed.
#[derive(Clone)]
pub struct Fields {
    entries: Arc<Vec<(String, Vec<u8>)>>,
    access: Access,
}

/// Whether fields can be changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    ReadOnly,
    ReadWrite,
}

/// The name of a field that a guest may set, in lower case.
fn parse_name(name: &str) -> Result<String, HeaderError> {
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(HeaderError::InvalidSyntax);
    }
    let name = name.to_ascii_lowercase();
    if FORBIDDEN.contains(&name.as_str()) { Err(HeaderError::Forbidden) } else { Ok(name) }
}

/// `tchar` of RFC 9110, section 5.6.2.
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// The value of a field: visible characters, spaces, tabs, and bytes beyond ASCII (RFC 9110, section 5.5). So none ends the field.
fn parse_value(value: Vec<u8>) -> Result<Vec<u8>, HeaderError> {
    let allowed = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f);
    if value.iter().all(allowed) { Ok(value) } else { Err(HeaderError::InvalidSyntax) }
}

impl Fields {
    fn new(entries: Vec<(String, Vec<u8>)>) -> Self {
        Self { entries: Arc::new(entries), access: Access::ReadWrite }
    }

    /// The fields of an answer, without those that a guest does not see. Their bytes are already counted.
    pub(super) fn of_answer(headers: Vec<(String, Vec<u8>)>) -> Self {
        let seen = headers.into_iter().filter_map(|(name, value)| Some((parse_name(&name).ok()?, value)));
        Self::new(seen.collect()).read_only()
    }

    /// The same, and nobody changes them any more.
    pub(super) fn read_only(self) -> Self {
        Self { access: Access::ReadOnly, ..self }
    }

    /// The values of a field.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.entries.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }

    /// All of them.
    pub(super) fn entries(&self) -> &[(String, Vec<u8>)] {
        &self.entries
    }

    /// To change them: a copy of their own, if they share it with others.
    fn change(&mut self, uplink: &Uplink) -> Result<&mut Vec<(String, Vec<u8>)>, FieldsError> {
        if self.access == Access::ReadOnly {
            return Err(HeaderError::Immutable.into());
        }
        if Arc::get_mut(&mut self.entries).is_none() {
            self.entries.iter().try_for_each(|(name, value)| count(uplink, name, value))?;
        }
        Ok(Arc::make_mut(&mut self.entries))
    }

    fn append(&mut self, uplink: &Uplink, name: &str, values: impl IntoIterator<Item = Vec<u8>>) -> Result<(), FieldsError> {
        let name = parse_name(name)?;
        let entries = self.change(uplink)?;
        for value in values {
            let value = parse_value(value)?;
            count(uplink, &name, &value)?;
            entries.push((name.clone(), value));
        }
        Ok(())
    }
}

fn count(uplink: &Uplink, name: &str, value: &[u8]) -> Result<(), LimitReached> {
    uplink.take(name.len().saturating_add(value.len()).saturating_add(FIELD_OVERHEAD))
}

impl types::HostFields for Http<'_> {
    fn new(&mut self) -> Result<Resource<Fields>> {
        Ok(self.table.push(Fields::new(Vec::new()))?)
    }

    fn from_list(&mut self, entries: Vec<(String, Vec<u8>)>) -> Result<Resource<Fields>, FieldsError> {
        let mut fields = Fields::new(Vec::with_capacity(entries.len()));
        for (name, value) in entries {
            fields.append(self.uplink, &name, [value])?;
        }
        Ok(self.table.push(fields)?)
    }

    fn get(&mut self, fields: Resource<Fields>, name: String) -> Result<Vec<Vec<u8>>> {
        Ok(self.table.get(&fields)?.values(&name).map(<[u8]>::to_vec).collect())
    }

    fn has(&mut self, fields: Resource<Fields>, name: String) -> Result<bool> {
        Ok(self.table.get(&fields)?.values(&name).next().is_some())
    }

    fn set(&mut self, fields: Resource<Fields>, name: String, values: Vec<Vec<u8>>) -> Result<(), FieldsError> {
        // Looked at before anything is removed: what is refused changes nothing.
        let values = values.into_iter().map(parse_value).collect::<Result<Vec<_>, _>>()?;
        self.delete(Resource::new_borrow(fields.rep()), name.clone())?;
        self.table.get_mut(&fields)?.append(self.uplink, &name, values)
    }

    fn delete(&mut self, fields: Resource<Fields>, name: String) -> Result<(), FieldsError> {
        let name = parse_name(&name)?;
        self.table.get_mut(&fields)?.change(self.uplink)?.retain(|(known, _)| *known != name);
        Ok(())
    }

    fn append(&mut self, fields: Resource<Fields>, name: String, value: Vec<u8>) -> Result<(), FieldsError> {
        self.table.get_mut(&fields)?.append(self.uplink, &name, [value])
    }

    fn entries(&mut self, fields: Resource<Fields>) -> Result<Vec<(String, Vec<u8>)>> {
        Ok(self.table.get(&fields)?.entries().to_vec())
    }

    fn clone(&mut self, fields: Resource<Fields>) -> Result<Resource<Fields>> {
        let copy = Fields { access: Access::ReadWrite, ..self.table.get(&fields)?.clone() };
        Ok(self.table.push(copy)?)
    }

    fn drop(&mut self, fields: Resource<Fields>) -> Result<()> {
        self.table.delete(fields)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use cofferdam_base::{Limits, Timestamp};
    use types::HostFields;
    use wasmtime::component::ResourceTable;

    use super::*;
    use crate::clock::VirtualClock;

    /// Runs a test on the fields of a call that may take this many bytes.
    fn with<R>(http_bytes: u64, test: impl FnOnce(&mut Http<'_>) -> R) -> R {
        let (mut table, clock) = (ResourceTable::new(), VirtualClock::new(Timestamp(0)));
        let uplink = Arc::new(Uplink::new(None, Instant::now(), &Limits { http_bytes, ..Limits::default() }));
        test(&mut Http { table: &mut table, clock: &clock, uplink: &uplink, host_call_bytes: 1 << 20 })
    }

    fn lend(fields: &Resource<Fields>) -> Resource<Fields> {
        Resource::new_borrow(fields.rep())
    }

    fn owned(entries: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
        entries.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect()
    }

    #[test]
    fn names_are_one_whatever_their_case_and_copies_are_their_own() {
        with(10_000, |http| {
            let fields = http.from_list(owned(&[("Accept", "a"), ("x-y", "1"), ("ACCEPT", "b")])).unwrap();
            assert_eq!(http.get(lend(&fields), "aCCept".to_owned()).unwrap(), [b"a", b"b"]);
            assert_eq!(http.get(lend(&fields), "not a name".to_owned()).unwrap(), Vec::<Vec<u8>>::new());
            let copy = HostFields::clone(http, lend(&fields)).unwrap();
            http.set(lend(&copy), "Accept".to_owned(), vec![b"c".to_vec()]).unwrap();
            http.delete(lend(&copy), "X-Y".to_owned()).unwrap();
            assert_eq!(http.entries(lend(&copy)).unwrap(), owned(&[("accept", "c")]));
            assert!(http.has(lend(&fields), "X-y".to_owned()).unwrap() && !http.has(lend(&copy), "x-y".to_owned()).unwrap());
            assert_eq!(http.entries(lend(&fields)).unwrap(), owned(&[("accept", "a"), ("x-y", "1"), ("accept", "b")]));
        });
    }

    #[test]
    fn what_is_refused_changes_nothing() {
        with(10_000, |http| {
            let fields = http.from_list(owned(&[("a", "1")])).unwrap();
            let refused = http.set(lend(&fields), "a".to_owned(), vec![b"2".to_vec(), b"3\r\nb: 4".to_vec()]);
            assert!(matches!(refused, Err(FieldsError::Code(HeaderError::InvalidSyntax))));
            assert_eq!(http.entries(lend(&fields)).unwrap(), owned(&[("a", "1")]));
            assert!(matches!(http.from_list(owned(&[("a", "1"), ("Host", "b")])), Err(FieldsError::Code(HeaderError::Forbidden))));
        });
    }

    #[test]
    fn a_copy_costs_only_when_it_is_changed() {
        // One field of two bytes and what it costs beside: three times.
        with(3 * 34, |http| {
            let fields = http.from_list(owned(&[("a", "1")])).unwrap();
            let copies: Vec<_> = (0..100).map(|_| HostFields::clone(http, lend(&fields)).unwrap()).collect();
            http.append(lend(&copies[0]), "b".to_owned(), b"2".to_vec()).unwrap();
            let more = http.append(lend(&copies[1]), "b".to_owned(), b"2".to_vec());
            assert!(matches!(more, Err(FieldsError::Trap(error)) if error.is::<LimitReached>()));
        });
    }

    #[test]
    fn an_answer_shows_nothing_about_the_connection() {
        let fields = Fields::of_answer(owned(&[("Content-Type", "text/plain"), ("Connection", "close"), ("Transfer-Encoding", "chunked")]));
        assert_eq!(fields.entries(), owned(&[("content-type", "text/plain")]));
    }
}
