//! Documents people keep.

crate::text_enum! {
    /// A language documents are written in.
    Tongue {
        /// English.
        English = "en",
        /// German.
        German = "de",
    }
}
