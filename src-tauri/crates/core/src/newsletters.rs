//! Newsletters: where one stands, where it stands for one person, and the small language they are written in.
//!
//! Pure rules. The language knows paragraphs, headings, lists, emphasis and links, and nothing else: there is no way to write HTML in it, so
//! there is none to clean.

mod text;

pub use text::{Block, Span, read};

crate::text_enum! {
    /// Where a newsletter stands.
    NewsletterState {
        /// It is being written.
        Draft = "draft",
        /// It waits for its time.
        Scheduled = "scheduled",
        /// It goes out.
        Sending = "sending",
        /// Everybody was tried. What failed can be sent again.
        Sent = "sent",
        /// Somebody stopped it half-way: whoever had it has it, and nobody else gets it. The end.
        Stopped = "stopped",
    }
}

crate::text_enum! {
    /// Where a newsletter stands for one person.
    LetterState {
        /// Its turn comes.
        Waiting = "waiting",
        /// It is being handed over.
        Sending = "sending",
        /// It was taken.
        Sent = "sent",
        /// It was not taken; somebody can have it sent again.
        Failed = "failed",
        /// It was left out.
        Skipped = "skipped",
    }
}

crate::text_enum! {
    /// Why a newsletter did not reach somebody.
    Why {
        /// The address gets none any more.
        Suppressed = "suppressed",
        /// They took back that they agreed, before their turn came.
        Withdrawn = "withdrawn",
        /// It was stopped before their turn came.
        Stopped = "stopped",
        /// Their account is gone or locked.
        Away = "away",
        /// They agreed themselves, and nobody has proved the address they have now.
        Unproved = "unproved",
        /// The process ended, or the server went silent, while it was handed over: it may have gone out, so it is not sent again.
        Unknown = "unknown",
        /// There is nobody at the address.
        Nobody = "nobody",
        /// The mail server refused it for good.
        Refused = "refused",
        /// The mail server did not take it however often it was tried.
        Later = "later",
    }
}

crate::text_enum! {
    /// Why an address gets no newsletters.
    SuppressionReason {
        /// Its server said that there is nobody.
        Bounced = "bounced",
        /// Whoever reads it said so.
        Unsubscribed = "unsubscribed",
    }
}

crate::text_enum! {
    /// How somebody said whether they want newsletters.
    ConsentHow {
        /// On their own account page.
        Own = "own",
        /// To staff, who wrote down how.
        Staff = "staff",
        /// By the link in a newsletter.
        Link = "link",
    }
}

/// People of one batch.
pub const BATCH: usize = 100;
/// Letters handed over at once.
pub const AT_ONCE: usize = 5;
