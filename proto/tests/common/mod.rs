//! How vectors name the ways in which bytes can be wrong.

use deskside_proto::wire::WireError;

pub fn describe(error: WireError) -> String {
    match error {
        WireError::Truncated => "truncated".to_owned(),
        WireError::TooLong => "too-long".to_owned(),
        WireError::UnknownKind(_) => "unknown-kind".to_owned(),
        WireError::InvalidValue(field) => format!("invalid-value {field}"),
        WireError::TrailingBytes => "trailing-bytes".to_owned(),
    }
}
