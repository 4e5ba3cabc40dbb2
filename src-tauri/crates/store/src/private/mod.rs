//! Columns nobody reads without the keys: telephone numbers, addresses of deliveries, what staff wrote about somebody.
//!
//! They are sealed on the way in and opened on the way out, here and nowhere else, so that no use case can forget to. A value is bound to
//! its business, table, row and column: put elsewhere it does not open. Names and e-mail addresses stay readable, because lists are sorted
//! by them and people are found by the beginnings of their words.

mod renew;

pub use renew::{Step, Table, count, is_unsealed, renew};

use purser_core::ids::{CartId, OrderId, TenantId, UserId};
use purser_core::people::{is_like_phone, phone_key};
use purser_core::{Error, Result};
use uuid::Uuid;

use crate::Tx;
use crate::seal::Seal;

/// A column that is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Telephone of a person.
    UserPhone,
    /// What staff wrote about a person.
    UserNotes,
    /// Where an order goes, as JSON.
    OrderAddress,
    /// What staff wrote about an order.
    OrderNotes,
    /// Where what is in a cart goes, as JSON.
    CartAddress,
    /// What staff wrote about a cart.
    CartNotes,
}

impl Column {
    /// The field people know it as.
    pub const fn field(self) -> &'static str {
        match self {
            Self::UserPhone => "phone",
            Self::UserNotes | Self::OrderNotes | Self::CartNotes => "notes",
            Self::OrderAddress | Self::CartAddress => "shippingAddress",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::UserPhone => "users.phone",
            Self::UserNotes => "users.notes",
            Self::OrderAddress => "orders.address",
            Self::OrderNotes => "orders.notes",
            Self::CartAddress => "carts.address",
            Self::CartNotes => "carts.notes",
        }
    }
}

/// A value's place: business, row, column.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    tenant: TenantId,
    row: Uuid,
    column: Column,
}

impl Place {
    /// A column of a person.
    pub const fn user(tenant: TenantId, id: UserId, column: Column) -> Self {
        Self { tenant, row: id.uuid(), column }
    }

    /// A column of an order.
    pub const fn order(tenant: TenantId, id: OrderId, column: Column) -> Self {
        Self { tenant, row: id.uuid(), column }
    }

    /// A column of a cart.
    pub const fn cart(tenant: TenantId, id: CartId, column: Column) -> Self {
        Self { tenant, row: id.uuid(), column }
    }

    fn about(self) -> String {
        format!("{}/{}/{}", self.tenant, self.column.name(), self.row)
    }
}

/// `text` as it is stored at `place`.
pub fn hide(seal: &Seal, place: Place, text: &str) -> Result<String> {
    seal.seal(&place.about(), text.as_bytes())
}

/// What is stored at `place`, readable. Values from before columns were sealed are readable as they are.
pub fn show(seal: &Seal, place: Place, stored: String) -> Result<String> {
    if !Seal::is_sealed(&stored) {
        return Ok(stored);
    }
    let plain = seal.open(&place.about(), &stored)?;
    String::from_utf8(plain).map_err(|error| Error::Internal(Box::new(error)))
}

/// What a telephone number is found by.
pub fn phone_index(seal: &Seal, tenant: TenantId, phone: &str) -> Result<String> {
    seal.index(&format!("{tenant}/users.phone"), &phone_key(phone))
}

/// What the number somebody typed may be stored as; nothing if it does not look like one.
pub fn phone_indexes(seal: &Seal, tenant: TenantId, typed: &str) -> Vec<String> {
    if is_like_phone(typed) { seal.indexes(&format!("{tenant}/users.phone"), &phone_key(typed)) } else { Vec::new() }
}

impl Tx {
    /// The keys; without them nothing private is written or read.
    pub(crate) fn seal(&self) -> Result<&Seal> {
        self.shared.seal.get().map(AsRef::as_ref).ok_or_else(|| Error::internal("the database was opened without keys"))
    }

    pub(crate) fn hide(&self, place: Place, text: Option<&str>) -> Result<Option<String>> {
        text.map(|text| hide(self.seal()?, place, text)).transpose()
    }

    /// What is stored at `place`, readable. What is sealed with a key this process does not have is noted in `unreadable`, and left out: one
    /// value nobody can open must not take a whole list away.
    pub(crate) fn show(&self, place: Place, stored: Option<String>, unreadable: &mut Vec<Column>) -> Result<Option<String>> {
        match stored {
            Some(stored) if Seal::is_sealed(&stored) => {
                let seal = self.seal()?;
                if seal.holds(&stored) {
                    return show(seal, place, stored).map(Some);
                }
                unreadable.push(place.column);
                Ok(None)
            }
            plain => Ok(plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_their_digits() {
        let seal = Seal::new(&[[3; 32].into()]).unwrap();
        let tenant = TenantId(Uuid::nil());
        let stored = phone_index(&seal, tenant, "+47 55 51 23 45").unwrap();
        assert_eq!(phone_indexes(&seal, tenant, "004755512345"), [stored]);
        assert!(phone_indexes(&seal, tenant, "12345").is_empty());
        assert!(phone_indexes(&seal, tenant, "ada 123456").is_empty());
        assert_ne!(phone_index(&seal, TenantId(Uuid::max()), "+4755512345").unwrap(), phone_index(&seal, tenant, "+4755512345").unwrap());
    }

    #[test]
    fn a_value_opens_in_its_own_place_only() {
        let seal = Seal::new(&[[3; 32].into()]).unwrap();
        let (tenant, id) = (TenantId(Uuid::nil()), UserId(Uuid::max()));
        let stored = hide(&seal, Place::user(tenant, id, Column::UserPhone), "+47 1").unwrap();
        assert_eq!(show(&seal, Place::user(tenant, id, Column::UserPhone), stored.clone()).unwrap(), "+47 1");
        assert!(show(&seal, Place::user(tenant, id, Column::UserNotes), stored.clone()).is_err());
        assert!(show(&seal, Place::user(tenant, UserId(Uuid::nil()), Column::UserPhone), stored).is_err());
        assert_eq!(show(&seal, Place::user(tenant, id, Column::UserPhone), "plain".into()).unwrap(), "plain");
    }
}
