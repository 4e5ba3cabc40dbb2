//! Requests that may be repeated without harm: what is known of one, and what it was about.

use uuid::Uuid;

use crate::time::MINUTE;

/// A request that is older than this and has no answer was left behind: no request runs so long.
pub const ABANDONED: i64 = 2 * MINUTE;

crate::text_enum! {
    /// Where a request with a key stands.
    RepeatState {
        /// It has no answer yet.
        Running = "running",
        /// It was answered; a repeat is answered the same.
        Answered = "answered",
        /// It was begun and has no answer; a repeat looks what became of it.
        Left = "left",
    }
}

/// The word for what a request asks: its route without ids. `check out 0190…` is `check_out`.
pub fn operation(route: &str) -> String {
    let words: Vec<&str> = route.split_whitespace().filter(|word| *word != "of" && Uuid::parse_str(word).is_err()).collect();
    words.join("_").to_lowercase()
}

/// What kind of thing a request makes or changes, as links and the audit log name it.
pub fn subject(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "create_order" | "cancel" | "check_out" | "fulfil" => "order",
        "pay" | "capture" | "void" | "confirm" | "saga_pay" => "payment",
        "refund" | "saga_refund" => "refund",
        "open_cart" | "add_to_cart" | "merge_cart" => "cart",
        "create_product" | "move_stock" => "product",
        "create_coupon" => "coupon",
        "create_user" => "user",
        "submit" | "accept" => "dispute",
        "approve" => "approval",
        "upload_file" => "file",
        "upload_import" => "import",
        "return" => "return",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{operation, subject};

    #[test]
    fn a_route_becomes_a_word_without_ids() {
        let id = "0190aaaa-0000-7000-8000-000000000001";
        assert_eq!(operation(&format!("check out {id}")), "check_out");
        assert_eq!(operation(&format!("create variant of {id}")), "create_variant");
        assert_eq!(operation("saga pay"), "saga_pay");
        assert_eq!((subject("check_out"), subject("create_view")), (Some("order"), None));
    }
}
