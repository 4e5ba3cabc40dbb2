//! SAML: what the parties of a connection say to one another, and its shapes on the wire.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use purser_core::ids::ProviderId;
use purser_core::providers::SamlParty;
use purser_core::{Patch, Timestamp};
use purser_service::App;
use purser_service::providers::{self, SamlChange, Service, ShownCertificate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::travel::go_on;
use crate::Result;
use crate::extract::{self, Path};

/// A certificate of the provider.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SamlCertificate")]
struct CertificateView {
    /// As PEM.
    pem: String,
    subject: String,
    /// SHA-256 of the whole, hexadecimal.
    fingerprint: String,
    /// When it runs out.
    not_after: Timestamp,
}

/// What is known of a SAML identity provider.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SamlParty")]
pub(super) struct PartyView {
    /// Where requests go, by redirect.
    sso_url: String,
    certificates: Vec<CertificateView>,
    /// The attribute with the e-mail address; else the name id.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name_attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name_attribute: Option<String>,
}

impl PartyView {
    pub(super) fn new(party: SamlParty, certificates: Vec<ShownCertificate>) -> Self {
        let one = |shown: ShownCertificate| CertificateView {
            pem: shown.pem,
            subject: shown.subject,
            fingerprint: shown.fingerprint,
            not_after: shown.not_after,
        };
        Self {
            sso_url: party.sso_url,
            certificates: certificates.into_iter().map(one).collect(),
            email_attribute: party.email_attribute,
            first_name_attribute: party.first_name_attribute,
            last_name_attribute: party.last_name_attribute,
        }
    }
}

/// What a SAML provider has to be told of us.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SamlService")]
pub(super) struct ServiceView {
    /// Our entity id.
    entity_id: String,
    /// Where answers go.
    acs_url: String,
    /// Where our metadata is.
    metadata_url: String,
}

impl From<Service> for ServiceView {
    fn from(service: Service) -> Self {
        Self { entity_id: service.entity_id, acs_url: service.acs_url, metadata_url: service.metadata_url }
    }
}

/// What is said of a SAML provider: its metadata, or address and certificates one by one.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "SamlChange")]
pub(super) struct PartyBody {
    /// The provider's metadata as XML: entity id, address and certificates at once.
    metadata: Option<String>,
    /// Where requests go, by redirect.
    sso_url: Option<String>,
    /// Certificates as PEM.
    certificates: Option<Vec<String>>,
    email_attribute: Patch<String>,
    first_name_attribute: Patch<String>,
    last_name_attribute: Patch<String>,
}

impl From<PartyBody> for SamlChange {
    fn from(body: PartyBody) -> Self {
        Self {
            metadata: body.metadata,
            sso_url: body.sso_url,
            certificates: body.certificates,
            email_attribute: body.email_attribute,
            first_name_attribute: body.first_name_attribute,
            last_name_attribute: body.last_name_attribute,
        }
    }
}

pub(super) async fn metadata(State(app): State<App>, Path(id): Path<ProviderId>) -> Result<Response> {
    let text = providers::metadata(&app, id).await?;
    Ok(([(header::CONTENT_TYPE, "application/samlmetadata+xml")], text).into_response())
}

pub(super) async fn answered(
    State(app): State<App>,
    extract::From(origin): extract::From,
    Path(id): Path<ProviderId>,
    headers: HeaderMap,
    extract::Form(body): extract::Form,
) -> Response {
    let (mut answer, mut state) = (None, None);
    for (name, value) in form_urlencoded::parse(&body) {
        match name.as_ref() {
            "SAMLResponse" => _ = answer.get_or_insert_with(|| value.into_owned()),
            "RelayState" => _ = state.get_or_insert_with(|| value.into_owned()),
            _ => {}
        }
    }
    go_on(providers::take(&app, id, (answer, state), origin).await, &headers)
}
