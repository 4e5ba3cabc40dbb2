//! Words of documents in English and German, and how money and days are written in each.

use chrono::Datelike as _;
use purser_core::documents::Tongue;
use purser_core::{Money, Timestamp};

/// Before what is less than nothing.
const MINUS: &str = "−";

/// The words of one language.
pub(super) struct Words {
    pub(super) tag: &'static str,
    pub(super) vat_id: &'static str,
    pub(super) receipt: &'static str,
    pub(super) credit_note: &'static str,
    pub(super) monthly: &'static str,
    pub(super) order: &'static str,
    pub(super) ordered: &'static str,
    pub(super) number: &'static str,
    pub(super) issued: &'static str,
    pub(super) reason: &'static str,
    pub(super) item: &'static str,
    pub(super) quantity: &'static str,
    pub(super) unit_price: &'static str,
    pub(super) total: &'static str,
    pub(super) goods: &'static str,
    pub(super) discount: &'static str,
    pub(super) tax: &'static str,
    pub(super) shipping: &'static str,
    pub(super) paid: &'static str,
    pub(super) due: &'static str,
    pub(super) given_back: &'static str,
    pub(super) credited: &'static str,
    pub(super) payments: &'static str,
    pub(super) day: &'static str,
    pub(super) method: &'static str,
    pub(super) amount: &'static str,
    pub(super) before: &'static str,
    pub(super) credit: &'static str,
    pub(super) account: &'static str,
    pub(super) owed: &'static str,
    pub(super) taken_off: &'static str,
    pub(super) span: &'static str,
    pub(super) month: &'static str,
    pub(super) revenue: &'static str,
    pub(super) discounts: &'static str,
    pub(super) refunds: &'static str,
    pub(super) fees: &'static str,
    pub(super) disputes: &'static str,
    pub(super) given_up: &'static str,
    pub(super) net: &'static str,
    pub(super) cohorts: &'static str,
    pub(super) cohorts_about: &'static str,
    pub(super) first_order: &'static str,
    pub(super) made: &'static str,
    pub(super) page: &'static str,
    months: [&'static str; 12],
}

const ENGLISH: Words = Words {
    tag: "en",
    vat_id: "VAT id",
    receipt: "Receipt",
    credit_note: "Credit note",
    monthly: "Monthly report",
    order: "Order",
    ordered: "Ordered",
    number: "Number",
    issued: "Date",
    reason: "Reason",
    item: "Item",
    quantity: "Quantity",
    unit_price: "Unit price",
    total: "Total",
    goods: "Goods",
    discount: "Discount",
    tax: "Tax",
    shipping: "Shipping",
    paid: "Paid",
    due: "To be paid",
    given_back: "Given back",
    credited: "Credited",
    payments: "Payments",
    day: "Date",
    method: "Paid with",
    amount: "Amount",
    before: "Paid elsewhere",
    credit: "Stored credit",
    account: "On account",
    owed: "To be paid by",
    taken_off: "Taken off what was owed",
    span: "Months",
    month: "Month",
    revenue: "Sales",
    discounts: "Discounts",
    refunds: "Refunds",
    fees: "Fees",
    disputes: "Disputes",
    given_up: "Given up",
    net: "Net",
    cohorts: "Customers who came back",
    cohorts_about: "Customers by the month of their first order, and how many of them bought in that month and in those after it.",
    first_order: "First order",
    made: "Made on",
    page: "Page",
    months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
};

const GERMAN: Words = Words {
    tag: "de",
    vat_id: "USt-IdNr.",
    receipt: "Quittung",
    credit_note: "Gutschrift",
    monthly: "Monatsbericht",
    order: "Bestellung",
    ordered: "Bestellt",
    number: "Nummer",
    issued: "Datum",
    reason: "Grund",
    item: "Artikel",
    quantity: "Menge",
    unit_price: "Einzelpreis",
    total: "Summe",
    goods: "Waren",
    discount: "Rabatt",
    tax: "Steuer",
    shipping: "Versand",
    paid: "Bezahlt",
    due: "Zu zahlen",
    given_back: "Erstattet",
    credited: "Gutgeschrieben",
    payments: "Zahlungen",
    day: "Datum",
    method: "Bezahlt mit",
    amount: "Betrag",
    before: "Anderswo bezahlt",
    credit: "Guthaben",
    account: "Auf Rechnung",
    owed: "Zu zahlen bis",
    taken_off: "Von der Rechnung abgezogen",
    span: "Monate",
    month: "Monat",
    revenue: "Umsatz",
    discounts: "Rabatte",
    refunds: "Erstattungen",
    fees: "Gebühren",
    disputes: "Streitfälle",
    given_up: "Ausgefallen",
    net: "Netto",
    cohorts: "Wiederkehrende Kundschaft",
    cohorts_about: "Kundschaft nach dem Monat der ersten Bestellung, und wie viele davon in diesem und den folgenden Monaten gekauft haben.",
    first_order: "Erste Bestellung",
    made: "Erstellt am",
    page: "Seite",
    months: ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sep.", "Okt.", "Nov.", "Dez."],
};

/// The words of the language asked for, or of somebody's language tag: `de-AT` is German, everything else English.
pub(super) fn of(asked: Option<Tongue>, tag: Option<&str>) -> &'static Words {
    match asked {
        Some(Tongue::German) => return &GERMAN,
        Some(Tongue::English) => return &ENGLISH,
        None => {}
    }
    let first = tag.unwrap_or_default().split('-').next().unwrap_or_default().to_ascii_lowercase();
    if first == "de" { &GERMAN } else { &ENGLISH }
}

impl Words {
    fn german(&self) -> bool {
        self.tag == "de"
    }

    /// `1,234.50` or `1.234,50`.
    pub(super) fn figure(&self, money: Money) -> String {
        let text = money.decimal();
        let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| (MINUS, rest));
        let (whole, part) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
        let (thousands, point) = if self.german() { ('.', ',') } else { (',', '.') };
        let mut out = String::from(sign);
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                out.push(thousands);
            }
            out.push(digit);
        }
        if let Some(part) = part {
            out.push(point);
            out.push_str(part);
        }
        out
    }

    /// `EUR 1,234.50` or `1.234,50 EUR`, a minus before all of it; the letters tell dollars apart.
    pub(super) fn money(&self, money: Money) -> String {
        let figure = self.figure(money);
        if self.german() {
            return format!("{figure}\u{a0}{}", money.currency);
        }
        let (sign, figure) = figure.strip_prefix(MINUS).map_or(("", figure.as_str()), |rest| (MINUS, rest));
        format!("{sign}{}\u{a0}{figure}", money.currency)
    }

    /// A rate in basis points: `8.25%` or `8,25 %`.
    pub(super) fn percent(&self, rate_bp: i64) -> String {
        let text = format!("{}.{:02}", rate_bp / 100, rate_bp % 100);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        if self.german() { format!("{}\u{a0}%", text.replace('.', ",")) } else { format!("{text}%") }
    }

    /// `21 Nov 2026` or `21.11.2026`, in UTC.
    pub(super) fn date(&self, at: Timestamp) -> String {
        let at = at.to_utc();
        if self.german() {
            return at.format("%d.%m.%Y").to_string();
        }
        let month = usize::try_from(at.month0()).ok().and_then(|month| self.months.get(month)).copied().unwrap_or_default();
        format!("{} {month} {}", at.day(), at.year())
    }

    /// `2026-11` as `Nov 2026`.
    pub(super) fn month_name(&self, month: &str) -> String {
        let Some((year, number)) = month.split_once('-') else { return month.to_owned() };
        let name = number.parse::<usize>().ok().and_then(|number| self.months.get(number.checked_sub(1)?));
        name.map_or_else(|| month.to_owned(), |name| format!("{name} {year}"))
    }

    /// The line at the foot of each page.
    pub(super) fn foot(&self, at: Timestamp) -> String {
        format!("{} {}, {} UTC", self.made, self.date(at), at.to_utc().format("%H:%M"))
    }
}

#[cfg(test)]
mod tests {
    use purser_core::Currency;

    use super::*;

    #[test]
    fn money_and_days_are_written_as_the_language_does() {
        let eur = |amount| Money::new(amount, Currency::EUR);
        let (en, de) = (of(None, Some("nl")), of(None, Some("de-AT")));
        assert_eq!((en.money(eur(123_450_000)), de.money(eur(123_450_000))), ("EUR\u{a0}1,234,500.00".into(), "1.234.500,00\u{a0}EUR".into()));
        assert_eq!((en.money(eur(-5)), de.figure(eur(99_999))), ("−EUR\u{a0}0.05".into(), "999,99".into()));
        assert_eq!((of(Some(Tongue::English), Some("de")).tag, of(Some(Tongue::German), None).tag), ("en", "de"));
        assert_eq!((de.money(eur(-2_038)), de.figure(eur(-5))), ("−20,38\u{a0}EUR".into(), "−0,05".into()));
        let percents = [800, 825, 1_250, 2_500].map(|rate| (en.percent(rate), de.percent(rate)));
        let wanted = [("8%", "8\u{a0}%"), ("8.25%", "8,25\u{a0}%"), ("12.5%", "12,5\u{a0}%"), ("25%", "25\u{a0}%")];
        assert_eq!(percents, wanted.map(|(en, de)| (en.to_owned(), de.to_owned())));
        assert_eq!(en.figure(Money::new(1_234, "JPY".parse().unwrap())), "1,234");
        let at = Timestamp::parse("2026-03-09T10:30:00Z").unwrap();
        assert_eq!((en.date(at), de.date(at)), ("9 Mar 2026".into(), "09.03.2026".into()));
        assert_eq!(
            (en.month_name("2026-12"), de.month_name("2026-03"), en.month_name("2026-13")),
            ("Dec 2026".into(), "März 2026".into(), "2026-13".into())
        );
        assert_eq!(de.foot(at), "Erstellt am 09.03.2026, 10:30 UTC");
    }
}
