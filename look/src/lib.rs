//! The look both programs share: colours, spacings, sizes and small widgets.
