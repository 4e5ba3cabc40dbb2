//! Shapes of tenants on the wire.

use purser_core::ids::{TenantId, UserId};
use purser_core::tenants::{TenantMove, TenantState};
use purser_core::{Currency, Timestamp};
use purser_service::tenants::{Made, NewTenant, Step};
use purser_store::tenancy::Usage;
use purser_store::tenants::Tenant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reply::Versioned;

/// A tenant of this installation.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Tenant")]
pub(crate) struct TenantView {
    id: TenantId,
    name: String,
    /// Its name as addresses write it.
    slug: String,
    currency: Currency,
    /// `local`, `staging` or `production`.
    environment: String,
    state: TenantState,
    /// Whether it is the home of the installation, which can be neither shut nor deleted.
    home: bool,
    /// Why it stands as it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Since when it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// When everything it has is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    purge_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: i64,
}

impl From<Tenant> for TenantView {
    fn from(tenant: Tenant) -> Self {
        Self {
            id: tenant.id,
            name: tenant.name,
            slug: tenant.slug,
            currency: tenant.currency,
            environment: tenant.environment,
            state: tenant.state,
            home: tenant.home,
            reason: tenant.state_reason,
            since: tenant.state_at,
            purge_at: tenant.purge_at,
            created_at: tenant.created_at,
            updated_at: tenant.updated_at,
            version: tenant.version,
        }
    }
}

impl Versioned for TenantView {}

/// A tenant and how much it has.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TenantDetail")]
pub(crate) struct TenantDetailView {
    #[serde(flatten)]
    tenant: TenantView,
    usage: UsageView,
}

/// How much a tenant has.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TenantUsage")]
pub(crate) struct UsageView {
    people: i64,
    orders: i64,
    files: i64,
    /// Bytes of its files.
    bytes: i64,
}

impl From<(Tenant, Usage)> for TenantDetailView {
    fn from((tenant, usage): (Tenant, Usage)) -> Self {
        let usage = UsageView { people: usage.people, orders: usage.orders, files: usage.files, bytes: usage.bytes };
        Self { tenant: tenant.into(), usage }
    }
}

impl Versioned for TenantDetailView {}

/// The owner of a new tenant.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewTenantOwner")]
pub(crate) struct OwnerBody {
    email: String,
    first_name: String,
    last_name: String,
}

/// A tenant to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewTenant")]
pub(crate) struct CreateBody {
    name: String,
    /// 2 to 60 of a-z, 0-9 and -; made from the name if absent.
    slug: Option<String>,
    #[serde(default = "euro")]
    currency: Currency,
    /// Who runs it; gets an invitation.
    owner: OwnerBody,
}

const fn euro() -> Currency {
    Currency::EUR
}

impl From<CreateBody> for NewTenant {
    fn from(body: CreateBody) -> Self {
        Self {
            name: body.name,
            slug: body.slug,
            currency: body.currency,
            email: body.owner.email,
            first_name: body.owner.first_name,
            last_name: body.owner.last_name,
        }
    }
}

/// A tenant that was made.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "MadeTenant")]
pub(crate) struct MadeView {
    tenant: TenantView,
    /// Its owner.
    owner_id: UserId,
    /// Where the owner chooses a password. Only where mail stays in the built-in mailbox, which is the new tenant's; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<String>,
}

impl From<Made> for MadeView {
    fn from(made: Made) -> Self {
        Self { tenant: made.tenant.into(), owner_id: made.owner.id, invitation: made.link }
    }
}

impl Versioned for MadeView {}

/// Why.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "TenantReason")]
pub(crate) struct ReasonBody {
    reason: String,
}

impl ReasonBody {
    pub(crate) fn step(self, step: TenantMove) -> Step {
        Step { step, reason: self.reason, grace_days: None, confirm: None }
    }
}

/// A tenant to be deleted.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CloseTenant")]
pub(crate) struct CloseBody {
    reason: String,
    /// Its short name once more.
    confirm: String,
    /// Days until everything it has is deleted: 1 to 90, 30 unless said otherwise.
    grace_days: Option<i64>,
}

impl From<CloseBody> for Step {
    fn from(body: CloseBody) -> Self {
        Self { step: TenantMove::Close, reason: body.reason, grace_days: body.grace_days, confirm: Some(body.confirm) }
    }
}
