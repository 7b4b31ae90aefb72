//! Test vectors: how one is written down, the scenarios, and what a reader must do with each.

pub mod forge;
pub mod positive;
pub mod refusals;
pub mod replay;

/// One scenario: headers, and the ticket byte for byte.
#[derive(Debug, Clone)]
pub struct Vector {
    /// Name of the file, without its ending.
    pub name: String,
    /// `key: value` lines in their order.
    pub headers: Vec<(String, String)>,
    /// The content of the ticket file.
    pub ticket: Vec<u8>,
}

impl Vector {
    /// A scenario that must end with `expect`.
    pub fn new(name: &str, about: &str, expect: &str, ticket: impl AsRef<[u8]>) -> Self {
        let vector = Self { name: name.into(), headers: Vec::new(), ticket: ticket.as_ref().to_vec() };
        if about.is_empty() { vector } else { vector.with("about", about) }.with("expect", expect)
    }

    /// Adds a header.
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.headers.push((key.into(), value.to_string()));
        self
    }

    /// The value of a header.
    pub fn header(&self, key: &str) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The content of the vector's file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (key, value) in &self.headers {
            out.extend_from_slice(format!("{key}: {value}\n").as_bytes());
        }
        out.push(b'\n');
        out.extend_from_slice(&self.ticket);
        out
    }

    /// Reads what [`Vector::to_bytes`] wrote.
    pub fn parse(name: &str, bytes: &[u8]) -> Self {
        let end = bytes.windows(2).position(|two| two == b"\n\n").expect("an empty line after the headers");
        let headers = std::str::from_utf8(&bytes[..end]).expect("headers are UTF-8");
        let headers = headers
            .lines()
            .map(|line| line.split_once(": ").expect("key: value"))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Self { name: name.into(), headers, ticket: bytes[end + 2..].to_vec() }
    }
}

/// Every scenario.
pub fn all() -> Vec<Vector> {
    let world = forge::World::new();
    let mut all = positive::all(&world);
    all.extend(refusals::all(&world));
    all
}
