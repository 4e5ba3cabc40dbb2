//! The shell without a window: a stand-in engine, and the same door the page uses.
