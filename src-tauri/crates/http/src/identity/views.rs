//! Shapes of identity on the wire.

use purser_core::access::{Acting, Duty, Held, RoleKey};
use purser_core::identity::Method;
use purser_core::ids::{SessionId, TenantId, UserId};
use purser_core::time::SECOND;
use purser_core::{Currency, Permission, Timestamp};
use purser_service::identity::challenge::Asked;
use purser_service::settings::Settings;
use purser_store::break_glass::Envelope;
use purser_store::sessions::Session;
use purser_store::tenants::Tenant;
use purser_store::users::User;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reply::Versioned;

/// Whether the first run is still to come.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SetupView {
    /// `true` until somebody made the tenant and its owner.
    pub(crate) needed: bool,
}

impl Versioned for SetupView {}

/// What the first run asks for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetupBody {
    /// Name of the business.
    pub(crate) tenant_name: String,
    /// Given name of the owner.
    pub(crate) first_name: String,
    /// Family name of the owner.
    pub(crate) last_name: String,
    /// E-mail of the owner.
    pub(crate) email: String,
    /// Password of the owner.
    pub(crate) password: String,
    /// Currency it sells in; EUR unless said otherwise.
    #[serde(default)]
    pub(crate) currency: Option<Currency>,
    /// Fill the new tenant with a plausible business to look around in.
    #[serde(default)]
    pub(crate) demo: Option<Demo>,
    /// Where the refresh token goes.
    #[serde(default)]
    pub(crate) token_delivery: Delivery,
}

/// How much demo data.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Demo {
    /// 2,000 people and 10,000 orders.
    Small,
}

/// Where the refresh token goes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Delivery {
    /// Into a cookie that scripts can not read: browsers.
    #[default]
    Cookie,
    /// Into the reply: native clients.
    Body,
}

/// Credentials.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LoginBody {
    /// E-mail.
    pub(crate) email: String,
    /// Password.
    pub(crate) password: String,
    /// Stay signed in for 30 days rather than 7.
    #[serde(default)]
    pub(crate) remember_me: bool,
    /// Where the refresh token goes.
    #[serde(default)]
    pub(crate) token_delivery: Delivery,
    /// What the puzzle gave, after `captcha_required`.
    #[serde(default)]
    pub(crate) captcha_token: Option<String>,
    /// The business, after an answer with several `businesses`.
    #[serde(default)]
    pub(crate) business: Option<TenantId>,
}

/// A refresh.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RefreshBody {
    /// The refresh token, for clients that keep it themselves.
    #[serde(default)]
    pub(crate) refresh_token: Option<String>,
    /// Where the next refresh token goes.
    #[serde(default)]
    pub(crate) token_delivery: Delivery,
}

/// A change of one's own password.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PasswordBody {
    /// The password in force.
    pub(crate) current_password: String,
    /// The next one.
    pub(crate) new_password: String,
}

/// Somebody who signed in.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignedInView {
    /// To be sent as `Authorization: Bearer …`.
    pub(crate) access_token: String,
    /// Always `Bearer`.
    pub(crate) token_type: &'static str,
    /// Seconds the access token works.
    pub(crate) expires_in: i64,
    /// The refresh token, when it was asked for in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<String>,
    /// Backup codes that were made with the factor enrolled on the way, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backup_codes: Option<Vec<String>>,
    /// How many backup codes are left, when one was used: time to make new ones when they are few.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backup_codes_left: Option<i64>,
    /// Who signed in.
    pub(crate) user: MeView,
}

/// The password was right, and something more is needed.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Challenge")]
pub(crate) struct ChallengeView {
    /// To be sent with the answer to one of `/auth/challenge/…`.
    pub(crate) challenge: String,
    /// Seconds it can be answered.
    pub(crate) expires_in: i64,
    /// How it can be answered; empty when a factor has to be enrolled first.
    pub(crate) methods: Vec<Method>,
    /// Whether a factor has to be enrolled first.
    pub(crate) enrol: bool,
}

impl ChallengeView {
    pub(crate) fn new(asked: Asked, now: Timestamp) -> Self {
        let Asked { token, expires_at, methods, enrol } = asked;
        Self { challenge: token, expires_in: expires_at.since(now) / SECOND, methods, enrol }
    }
}

/// Where the right password leads.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "FirstStep")]
pub(crate) enum FirstStepView {
    /// In.
    In(Box<SignedInView>),
    /// To a second step.
    Asked(ChallengeView),
    /// To several businesses; the sign-in is sent again with one of them.
    Choose(BusinessesView),
}

/// Businesses that know this address with this password.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Businesses")]
pub(crate) struct BusinessesView {
    businesses: Vec<BusinessView>,
}

/// A business to sign in to.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BusinessChoice")]
struct BusinessView {
    id: TenantId,
    name: String,
}

impl From<Vec<(TenantId, String)>> for BusinessesView {
    fn from(choice: Vec<(TenantId, String)>) -> Self {
        Self { businesses: choice.into_iter().map(|(id, name)| BusinessView { id, name }).collect() }
    }
}

impl Versioned for FirstStepView {}

impl Versioned for SignedInView {}

/// Who is signed in, and what they may do.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Me")]
pub(crate) struct MeView {
    id: UserId,
    email: String,
    first_name: String,
    last_name: String,
    name: String,
    role: RoleKey,
    /// Whether the address was proved.
    email_verified: bool,
    /// Another address, which is this account's once the link that went there is pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    new_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// What has to be done before anything else: `password_change_required` or `email_unverified`, the code everything else is refused with.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<&'static str>,
    /// Everything this person may do.
    permissions: Vec<Permission>,
    /// What this person may do with what is their own: `read:order`.
    own: Vec<Permission>,
    tenant: TenantView,
    /// The sealed way in is open. Whoever sees people is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    break_glass: Option<AlarmView>,
    /// Who really acts, when somebody sees Purser as this person does.
    #[serde(skip_serializing_if = "Option::is_none")]
    impersonation: Option<ActingView>,
}

/// Who really acts.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Acting")]
pub(crate) struct ActingView {
    by_id: UserId,
    by_name: String,
    reason: String,
    /// Whether nothing can be changed.
    read_only: bool,
    /// When it ends by itself.
    until: Timestamp,
}

impl From<&Acting> for ActingView {
    fn from(acting: &Acting) -> Self {
        Self { by_id: acting.by, by_name: acting.by_name.clone(), reason: acting.reason.clone(), read_only: !acting.writes, until: acting.until }
    }
}

/// The tenant of whoever is signed in.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "MyTenant")]
pub(crate) struct TenantView {
    id: TenantId,
    name: String,
    slug: String,
    currency: Currency,
    /// `local`, `staging` or `production`.
    environment: String,
    /// Reasons offered when money is given back; whoever refunds needs them, whether or not they may read the settings.
    refund_reasons: Vec<String>,
}

impl MeView {
    pub(crate) fn new(user: &User, tenant: &Tenant, (held, acting, duty): (Held, Option<&Acting>, Option<Duty>)) -> Self {
        Self {
            id: user.id,
            email_verified: user.email_verified,
            new_email: None,
            phone: user.phone.clone(),
            language: user.language.clone(),
            first: duty.map(Duty::code),
            email: user.email.clone(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            name: user.name(),
            role: user.role,
            permissions: held.any.iter().collect(),
            own: held.own.iter().filter(|permission| !held.any.has(*permission)).collect(),
            impersonation: acting.map(ActingView::from),
            break_glass: None,
            tenant: TenantView {
                id: tenant.id,
                name: tenant.name.clone(),
                slug: tenant.slug.clone(),
                currency: tenant.currency,
                environment: tenant.environment.clone(),
                refund_reasons: Settings::try_from(tenant).map(|settings| settings.refund_reasons).unwrap_or_default(),
            },
        }
    }
}

impl MeView {
    /// With the address that waits to be proved.
    pub(crate) fn moving_to(mut self, new_email: Option<String>) -> Self {
        self.new_email = new_email;
        self
    }

    /// With the alarm, if it rings and this person is to hear it.
    pub(crate) fn ringing(mut self, open: Option<Envelope>) -> Self {
        let mine = |envelope: &Envelope| envelope.user_id == self.id;
        let told = self.permissions.contains(&Permission::ReadUser);
        self.break_glass = open.filter(|envelope| told || mine(envelope)).and_then(|envelope| {
            let (mine, until) = (mine(&envelope), envelope.until?);
            Some(AlarmView { mine, until, since: envelope.opened_at?, reason: envelope.reason.unwrap_or_default(), ip: envelope.ip })
        });
        self
    }
}

/// The sealed way in is open.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "BreakGlassAlarm")]
pub(crate) struct AlarmView {
    /// Whether it is this session.
    mine: bool,
    since: Timestamp,
    /// When it ends by itself.
    until: Timestamp,
    /// Why, as whoever opened it says.
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
}

impl Versioned for MeView {}

/// A signed-in device.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Session")]
pub(crate) struct SessionView {
    id: SessionId,
    user_id: UserId,
    created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    /// The device in words, as far as the client program tells.
    device: String,
    /// Whether it is the session that is asking.
    current: bool,
    /// Whether it lasts 30 days.
    remembered: bool,
}

impl SessionView {
    pub(crate) fn new(session: Session, current: Option<SessionId>) -> Self {
        Self {
            id: session.id,
            user_id: session.user_id,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
            ip: session.ip,
            device: purser_core::device::words(session.user_agent.as_deref().unwrap_or_default()),
            user_agent: session.user_agent,
            current: current == Some(session.id),
            remembered: session.remembered,
        }
    }
}

/// How many sessions were ended.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionsEnded")]
pub(crate) struct EndedView {
    pub(crate) ended: u64,
}

impl Versioned for EndedView {}
