//! One call to Stripe, with its key.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{Client, Method, RequestBuilder, header};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::wire::{Complaint, Failed};
use crate::breaker::Breakers;
use crate::calls;
use crate::forms::{Part, form};

/// The version whose shapes are read here.
const VERSION: &str = "2024-06-20";

/// One try of sending a file takes at most so long.
const FILE: Duration = Duration::from_secs(20);

/// Why a call brought nothing.
#[derive(Debug)]
pub(super) enum Fault {
    /// No answer, or none that can be believed: it may have been done.
    Unknown,
    /// A clear no.
    No(u16, Complaint),
}

impl From<calls::Fault> for Fault {
    fn from(fault: calls::Fault) -> Self {
        match fault {
            calls::Fault::Unknown => Self::Unknown,
            calls::Fault::No(status, body) => {
                Self::No(status, serde_json::from_slice::<Failed>(&body).map(|failed| failed.error).unwrap_or_default())
            }
        }
    }
}

/// The way to Stripe of one connection.
pub(super) struct Api {
    pub(super) client: Client,
    pub(super) base: String,
    /// Where files are sent.
    pub(super) files: String,
    pub(super) key: Zeroizing<String>,
    pub(super) breakers: Breakers,
}

impl Api {
    /// Send a form under a key: asked twice, it is done once.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, form: &[(&str, String)], key: &str) -> Result<T, Fault> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = || {
            self.request(Method::POST, path)
                .header("idempotency-key", key)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body.clone())
        };
        Ok(calls::call(&self.breakers.payments, request).await?)
    }

    /// Send a file under a key: asked twice, it lies there once.
    pub(super) async fn file<T: DeserializeOwned>(&self, (name, content_type): (&str, &str), content: &Bytes, key: &str) -> Result<T, Fault> {
        let purpose = Part { name: "purpose", file: None, content: b"dispute_evidence" };
        let (kind, body) = form(&[purpose, Part { name: "file", file: Some((name, content_type)), content }]);
        let request = || {
            self.request_at(Method::POST, &self.files, "/v1/files")
                .header("idempotency-key", key)
                .header(header::CONTENT_TYPE, &kind)
                .timeout(FILE)
                .body(body.clone())
        };
        Ok(calls::call(&self.breakers.aside, request).await?)
    }

    /// Read.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Fault> {
        Ok(calls::call(&self.breakers.payments, || self.request(Method::GET, path)).await?)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.request_at(method, &self.base, path)
    }

    fn request_at(&self, method: Method, base: &str, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{base}{path}")).bearer_auth(self.key.as_str()).header("stripe-version", VERSION)
    }
}
