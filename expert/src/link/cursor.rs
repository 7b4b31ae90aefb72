//! The other side's pointer, which travels apart from the picture.

use std::sync::{Arc, Mutex, PoisonError};

use deskside_proto::geometry::DesktopPoint;
use deskside_proto::wire::cursor::{CursorMessage, CursorShape};

/// The other side's pointer.
#[derive(Debug, Clone, Default)]
pub struct Cursor {
    /// How it looks; none while it is hidden or not known yet.
    pub shape: Option<Arc<CursorShape>>,
    /// Where its hotspot is.
    pub at: DesktopPoint,
    /// Something was said about it at all.
    pub known: bool,
}

/// The pointer as the connection's task and the window share it.
#[derive(Clone, Default)]
pub struct SharedCursor(Arc<Mutex<Cursor>>);

impl SharedCursor {
    /// Takes a message; true if anything looks different now.
    pub fn take(&self, message: CursorMessage) -> bool {
        let mut cursor = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cursor.known = true;
        match message {
            CursorMessage::Shape(shape) => {
                let same = cursor.shape.as_deref() == Some(&shape);
                if !same {
                    cursor.shape = Some(Arc::new(shape));
                }
                !same
            }
            CursorMessage::Hidden => cursor.shape.take().is_some(),
            CursorMessage::Moved { at } => std::mem::replace(&mut cursor.at, at) != at,
        }
    }

    /// How it is now.
    #[must_use]
    pub fn look(&self) -> Cursor {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl From<Cursor> for SharedCursor {
    fn from(cursor: Cursor) -> Self {
        Self(Arc::new(Mutex::new(cursor)))
    }
}

#[cfg(test)]
mod tests {
    use deskside_proto::geometry::Size;
    use deskside_proto::wire::cursor::Hotspot;

    use super::*;

    #[test]
    fn only_a_real_change_asks_for_a_repaint() {
        let cursor = SharedCursor::default();
        let shape = CursorShape::new(Size::new(1, 1), Hotspot { x: 0, y: 0 }, vec![9, 9, 9, 255]).unwrap();
        assert!(cursor.take(CursorMessage::Shape(shape.clone())));
        assert!(!cursor.take(CursorMessage::Shape(shape)));
        let at = DesktopPoint::new(3, 4);
        assert!(cursor.take(CursorMessage::Moved { at }));
        assert!(!cursor.take(CursorMessage::Moved { at }));
        assert!(cursor.take(CursorMessage::Hidden));
        assert!(!cursor.take(CursorMessage::Hidden));
        assert_eq!((cursor.look().at, cursor.look().known), (at, true));
    }
}
