//! One call to Stripe, with its key.

use reqwest::{Client, Method, RequestBuilder, header};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::wire::{Complaint, Failed};
use crate::breaker::Breaker;
use crate::calls;

/// The version whose shapes are read here.
const VERSION: &str = "2024-06-20";

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
    pub(super) key: Zeroizing<String>,
    pub(super) breaker: Breaker,
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
        Ok(calls::call(&self.breaker, request).await?)
    }

    /// Read.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Fault> {
        Ok(calls::call(&self.breaker, || self.request(Method::GET, path)).await?)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(self.key.as_str()).header("stripe-version", VERSION)
    }
}
