//! The puzzle of the business's own after failed sign-ins.

use axum::extract::State;
use purser_core::Patch;
use purser_core::access::can;
use purser_service::App;
use purser_service::identity::captcha::{self, Change, Kind, Settings, Tried};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, IfMatch, Json};
use crate::reply::{Data, Versioned};

/// The puzzle after failed sign-ins. Its secret is never shown.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CaptchaSettings")]
pub(super) struct CaptchaView {
    /// The business's own; without one the installation's counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    site_key: Option<String>,
    has_secret: bool,
    /// Scores below this are a program's, in parts of a thousand; only reCAPTCHA gives any.
    least_score: i64,
    /// Where there are several businesses: addresses of these domains are meant.
    domains: Vec<String>,
    /// What the installation has for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    installation: Option<Kind>,
    /// Whether there are other businesses here.
    several: bool,
    /// Counts changes of settings; the `ETag`.
    version: i64,
}

impl From<(Settings, i64)> for CaptchaView {
    fn from((settings, version): (Settings, i64)) -> Self {
        Self {
            kind: settings.kind,
            site_key: settings.site_key,
            has_secret: settings.has_secret,
            least_score: settings.least_score,
            domains: settings.domains,
            installation: settings.installation,
            several: settings.several,
            version,
        }
    }
}

impl Versioned for CaptchaView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A change: only what is mentioned changes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaptchaChange")]
pub(super) struct CaptchaBody {
    /// `null`: no puzzle of the business's own.
    #[serde(default)]
    kind: Patch<Kind>,
    #[serde(default)]
    site_key: Patch<String>,
    /// Needed anew when the kind changes.
    #[serde(default)]
    secret: Patch<String>,
    #[serde(default)]
    least_score: Patch<i64>,
    #[serde(default)]
    domains: Patch<Vec<String>>,
}

impl From<CaptchaBody> for Change {
    fn from(body: CaptchaBody) -> Self {
        let CaptchaBody { kind, site_key, secret, least_score, domains } = body;
        Self { kind, site_key, secret, least_score, domains }
    }
}

/// What a try of the keys showed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaptchaTest")]
pub(super) struct TriedView {
    ok: bool,
    /// `secret_taken`, `not_answered`.
    code: &'static str,
    /// In words.
    detail: String,
}

impl From<Tried> for TriedView {
    fn from(Tried { ok, code, detail }: Tried) -> Self {
        Self { ok, code, detail }
    }
}

impl Versioned for TriedView {}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>) -> Result<Data<CaptchaView>> {
    Ok(Data(captcha::read(&app, &by).await?.into()))
}

pub(super) async fn update(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateSetting>,
    IfMatch(version): IfMatch,
    Json(body): Json<CaptchaBody>,
) -> Result<Data<CaptchaView>> {
    Ok(Data(captcha::update(&app, &by, version, body.into()).await?.into()))
}

pub(super) async fn test(State(app): State<App>, Allowed(by): Allowed<can::UpdateSetting>) -> Result<Data<TriedView>> {
    Ok(Data(captcha::test(&app, &by).await?.into()))
}
