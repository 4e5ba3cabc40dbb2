//! What tests of orders and payments begin with: goods, a customer, an order, a payment.

use purser_core::access::Role;
use purser_testkit::{Caller, TestApp, json};
use serde_json::Value;

/// An address every order can go to.
pub(crate) fn address() -> Value {
    json!({ "name": "Ada Example", "street": "Quay 1", "city": "Bergen", "state": "", "zipCode": "5003", "country": "NO", "phone": "+47 55 00 00 00" })
}

/// Somebody who buys, and the owner who sells to them.
pub(crate) struct Shop {
    pub(crate) owner: Caller,
    pub(crate) customer: String,
}

impl Shop {
    pub(crate) async fn open(app: &TestApp) -> Self {
        let owner = app.owner().await;
        let customer = app.caller(Role::User).await.id.unwrap();
        Self { owner, customer }
    }

    /// A product of this price, weight in kilograms and stock.
    pub(crate) async fn product(&self, sku: &str, (price, weight, stock): (i64, Value, i64)) -> String {
        let body = json!({ "name": format!("Lantern {sku}"), "sku": sku, "price": { "amount": price, "currency": "EUR" }, "weight": weight, "stock": stock });
        self.owner.post("/products", body).await.is(201).data()["id"].as_str().unwrap().to_owned()
    }

    /// The body of an order for `quantity` pieces of `product`.
    pub(crate) fn wants(&self, product: &str, quantity: i64) -> Value {
        json!({ "customerId": self.customer, "items": [{ "productId": product, "quantity": quantity }], "shippingAddress": address() })
    }

    /// An order of 59.00: two pieces of 25.00 weighing 1.5 kg each.
    pub(crate) async fn order(&self) -> Value {
        let sku = format!("L-{}", self.owner.get("/products?limit=1").await.ok().meta()["total"]);
        let product = self.product(&sku, (2_500, json!(1.5), 10)).await;
        self.owner.post("/orders", self.wants(&product, 2)).await.is(201).data()
    }

    /// The payment of a new order of 59.00 with this card.
    pub(crate) async fn paid_by(&self, method: &str) -> Value {
        let order = self.order().await;
        let path = format!("/orders/{}/pay", order["id"].as_str().unwrap());
        self.owner.post(&path, json!({ "paymentMethod": method })).await.ok().data()
    }

    /// The payment of a new order of 59.00, taken; its id.
    pub(crate) async fn paid(&self) -> String {
        self.paid_by("pm_card_visa").await["payment"]["id"].as_str().unwrap().to_owned()
    }

    /// Give `amount` of the payment back.
    pub(crate) async fn refund(&self, payment: &str, amount: Option<i64>) -> purser_testkit::Reply {
        let body = match amount {
            Some(amount) => json!({ "amount": { "amount": amount, "currency": "EUR" }, "reason": "Damaged on arrival" }),
            None => json!({ "reason": "Damaged on arrival" }),
        };
        self.owner.post(&format!("/payments/{payment}/refund"), body).await
    }

    /// Assert that the books balance.
    pub(crate) async fn books_balance(&self) {
        let proof = self.owner.get("/ledger/proof").await.ok().data();
        assert_eq!(proof["balanced"], true, "{proof}");
    }
}
