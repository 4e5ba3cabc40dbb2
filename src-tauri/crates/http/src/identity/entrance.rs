//! Where somebody comes in: what a sign-in needs to know of the request, and the reply it ends with.

use std::sync::Arc;

use aide::generate::GenContext;
use aide::openapi::Operation;
use aide::operation::OperationInput;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use purser_core::access::Origin;
use purser_service::App;
use purser_service::identity::sign_in::SignedIn;
use purser_service::identity::supersede;

use super::handlers::{Encrypted, Session, deliver};
use super::views::Delivery;
use crate::extract::{self, RefreshCookie};
use crate::{Problem, Result};

/// What a sign-in needs to know of the request.
pub(crate) struct Entrance {
    pub(crate) origin: Arc<Origin>,
    secure: bool,
    /// The refresh token the browser still keeps of a sign-in before.
    kept: Option<String>,
}

impl FromRequestParts<App> for Entrance {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let extract::From(origin) = extract::From::from_request_parts(parts, app).await?;
        let Encrypted(secure) = Encrypted::from_request_parts(parts, app).await?;
        let RefreshCookie(kept) = RefreshCookie::from_request_parts(parts, app).await?;
        Ok(Self { origin, secure, kept })
    }
}

impl OperationInput for Entrance {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        extract::From::operation_input(ctx, operation);
    }
}

impl Entrance {
    /// Let somebody in who signed in: the session this browser had before ends.
    pub(crate) async fn admit(self, app: &App, signed_in: SignedIn, delivery: Delivery) -> Result<Session> {
        if let Some(kept) = &self.kept {
            supersede::end(app, kept, signed_in.session, &self.origin).await?;
        }
        deliver(app, signed_in, delivery, self.secure).await
    }
}
