mod create;
mod export;
mod purge;
mod standing;

use purser_core::ids::TenantId;
use purser_testkit::{Caller, TestApp, json};

/// A tenant with an owner who signed in through the door.
async fn another(app: &TestApp) -> (TenantId, String, Caller) {
    app.tenant().await;
    let tenant = app.db_tenant("Elsewhere").await;
    let owner = app.db_user(tenant, purser_core::access::Role::Owner, "Elsa").await;
    let caller = app.sign_in(&owner.email).await;
    (tenant, owner.email, caller)
}

/// Its short name, as whoever closes it has to write it.
async fn slug(owner: &Caller, tenant: TenantId) -> String {
    owner.get(&format!("/tenants/{tenant}")).await.ok().data()["slug"].as_str().unwrap().to_owned()
}

async fn close(owner: &Caller, tenant: TenantId) {
    let body = json!({ "reason": "the contract ended", "confirm": slug(owner, tenant).await });
    let _ = owner.post(&format!("/tenants/{tenant}/close"), body).await.ok();
}
