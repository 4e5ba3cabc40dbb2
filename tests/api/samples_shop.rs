//! Samples of goods, orders and what becomes of them.

use purser_testkit::json;

use super::samples::{Sample, bare, change, order, with};

pub(super) fn catalog() -> Vec<Sample> {
    let price = json!({ "amount": 1_200, "currency": "EUR" });
    vec![
        bare("listProducts", "/products"),
        bare("exportProducts", "/products/export"),
        bare("searchProducts", "/products/search"),
        with(
            "createProduct",
            "/products",
            json!({ "name": "Compass", "sku": "COMPASS-1", "description": "Brass", "price": price, "weight": 0.4, "stock": 5, "active": true }),
        ),
        bare("getProduct", "/products/{product}"),
        change("updateProduct", "/products/{product}", json!({ "name": "Lantern", "price": price, "stock": 400 })),
        bare("archiveProduct", "/products/{idle_product}"),
        bare("publishProduct", "/products/{product}/publish"),
        bare("getProductFacets", "/products/facets?search=lantern"),
        bare("listVariants", "/products/{jersey}/variants"),
        with("createVariant", "/products/{jersey}/variants", json!({ "options": { "size": "M" }, "sku": "JERSEY-M", "price": price, "stock": 3 })),
        with("moveStock", "/products/{product}/stock", json!({ "kind": "received", "quantity": 5, "reason": "delivery" })),
        bare("listStockMovements", "/products/{product}/movements"),
        bare("exportStockMovements", "/products/movements/export"),
        bare("getProductBySlug", "/products/by-slug/jersey"),
        bare("getProductPictures", "/products/{jersey}/pictures"),
        change("setProductPictures", "/products/{jersey}/pictures", json!({ "pictures": [{ "fileId": "{picture}", "alt": "Seen from the front" }] })),
        bare("downloadProductPicture", "/products/{jersey}/pictures/{picture}"),
        bare("listCategories", "/categories"),
        with("createCategory", "/categories", json!({ "name": "Rigging", "parentId": "{category}", "position": 1 })),
        bare("getCategory", "/categories/{category}"),
        change("updateCategory", "/categories/{category}", json!({ "name": "On deck", "position": 2 })),
        bare("deleteCategory", "/categories/{idle_category}"),
    ]
}

pub(super) fn orders() -> Vec<Sample> {
    let one_more = json!({ "add": [{ "productId": "{product}", "quantity": 1 }], "set": [], "reason": "one more" });
    let orders = vec![
        bare("listOrders", "/orders"),
        with("createOrder", "/orders", order("{user}", "{product}")),
        with(
            "quoteOrder",
            "/orders/quote",
            json!({ "items": [{ "productId": "{product}", "quantity": 2 }], "country": "NO", "shippingMethod": "standard" }),
        ),
        bare("exportOrders", "/orders/export"),
        bare("getOrderTotals", "/orders/totals"),
        bare("getOrder", "/orders/{order}"),
        bare("sendConfirmationAgain", "/orders/{order}/confirmation"),
        bare("getOrderTimeline", "/orders/{order}/timeline"),
        bare("listOrderLedger", "/orders/{order}/ledger"),
        with("payOrder", "/orders/{unpaid}/pay", json!({ "paymentMethod": "pm_card_visa", "capture": "automatic" })),
        with("previewOrderEdit", "/orders/{unpaid_too}/edit/preview", one_more.clone()),
        Sample { version_of: Some("/orders/{unpaid_too}"), ..with("editOrder", "/orders/{unpaid_too}/edit", one_more) },
        with("setOrderState", "/orders/{packed}/state", json!({ "state": "processing" })),
        with("waiveOrder", "/orders/{half_paid}/waive", json!({ "reason": "an old friend" })),
        with("cancelOrder", "/orders/{doomed}/cancel", json!({ "reason": "changed their mind" })),
    ];
    carts().into_iter().chain(own_cart()).chain(orders).collect()
}

pub(super) fn coupons() -> Vec<Sample> {
    let price = json!({ "amount": 300, "currency": "EUR" });
    let rate = json!({ "country": "NO", "taxClass": "reduced", "rateBp": 1_500 });
    let way =
        json!({ "code": "standard", "name": "By post", "kind": "flat", "price": price, "freeFrom": price, "countries": ["NO"], "active": true });
    let selling = json!({ "pricesIncludeTax": false, "taxRates": [rate], "shippingMethods": [way], "reserveMinutes": 30, "cartDays": 14 });
    vec![
        bare("getCheckoutSettings", "/settings/checkout"),
        change("updateCheckoutSettings", "/settings/checkout", selling),
        bare("listCoupons", "/coupons"),
        bare("exportCoupons", "/coupons/export"),
        with("createCoupon", "/coupons", json!({ "code": "SPRING", "kind": "percent", "percentBp": 1_000 })),
        bare("getCoupon", "/coupons/{coupon}"),
        change("updateCoupon", "/coupons/{coupon}", json!({ "limitTotal": 100, "active": true })),
    ]
}

fn carts() -> Vec<Sample> {
    let line = json!({ "productId": "{product}", "quantity": 1 });
    let address = order("{user}", "{product}")["shippingAddress"].clone();
    vec![
        bare("listCarts", "/carts"),
        bare("exportCarts", "/carts/export"),
        with(
            "openCart",
            "/carts",
            json!({ "kind": "draft", "customerId": "{user}", "country": "NO", "shippingMethod": "standard", "lines": [line], "coupons": [], "shippingAddress": address, "notes": "by telephone" }),
        ),
        bare("getCart", "/carts/{cart}"),
        change(
            "updateCart",
            "/carts/{cart}",
            json!({ "country": "NO", "shippingMethod": "standard", "coupons": [], "shippingAddress": address, "notes": "rang again" }),
        ),
        with("addCartLine", "/carts/{cart}/lines", line),
        with("setCartLine", "/carts/{cart}/lines/{cart_line}", json!({ "quantity": 2 })),
        bare("acceptCart", "/carts/{full_cart}/accept"),
        bare("sendCart", "/carts/{offer}/send"),
        with("mergeCart", "/carts/{cart}/merge", json!({ "from": "{guest_cart}" })),
        bare("removeCartLine", "/carts/{cart}/lines/{cart_line}"),
        bare("discardCart", "/carts/{idle_cart}"),
        with("checkOut", "/carts/{full_cart}/checkout", json!({ "shippingAddress": address, "notes": "ring twice", "ifDeclined": "keep" })),
    ]
}

/// The cart of whoever calls; the owner of the world has one line in theirs.
fn own_cart() -> Vec<Sample> {
    let address = order("{user}", "{product}")["shippingAddress"].clone();
    vec![
        bare("getOwnCart", "/cart"),
        bare("getOwnCartTotal", "/cart/total"),
        change("updateOwnCart", "/cart", json!({ "country": "NO", "shippingMethod": "standard", "coupons": [], "shippingAddress": address })),
        with("setOwnCartItem", "/cart/items/{own_line}", json!({ "quantity": 2 })),
        bare("removeOwnCartItem", "/cart/items/{own_line}"),
        with("addOwnCartItem", "/cart/items", json!({ "productId": "{product}", "quantity": 1 })),
        bare("acceptOwnCart", "/cart/accept"),
        with("checkOutOwnCart", "/cart/checkout", json!({ "shippingAddress": address, "paymentMethod": "pm_card_visa", "ifDeclined": "keep" })),
        bare("emptyOwnCart", "/cart"),
    ]
}

pub(super) fn handling() -> Vec<Sample> {
    let line = json!([{ "lineId": "{sent_line}", "quantity": 1 }]);
    vec![
        bare("getHandling", "/orders/{sent}/handling"),
        with("fulfilOrder", "/orders/{order}/fulfilments", json!({ "carrier": "Posten", "trackingNumber": "NO-1" })),
        bare("deliverFulfilment", "/fulfilments/{parcel}/deliver"),
        with("holdOrder", "/orders/{unpaid}/hold", json!({ "reason": "address to be checked" })),
        bare("releaseOrder", "/orders/{waiting}/release"),
        with("tagOrder", "/orders/{sent}/tags", json!({ "tags": ["gift"] })),
        with("bulkOrders", "/orders/bulk", json!({ "action": "hold", "ids": ["{packed}"], "reason": "stocktaking" })),
        with("requestReturn", "/orders/{sent}/returns", json!({ "lines": line, "reason": "too small" })),
        bare("listReturns", "/returns"),
        bare("exportReturns", "/returns/export"),
        bare("getReturn", "/returns/{coming}"),
        bare("approveReturn", "/returns/{asked}/approve"),
        with("rejectReturn", "/returns/{refused}/reject", json!({ "reason": "worn" })),
        with("receiveReturn", "/returns/{coming}/receive", json!({ "lines": [{ "lineId": "{sent_line}", "quantity": 1, "restock": true }] })),
    ]
}
