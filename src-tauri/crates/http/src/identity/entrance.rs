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
use purser_service::identity::{supersede, tokens};

use super::handlers::{Encrypted, Session, deliver};
use super::views::Delivery;
use crate::extract::{self, DeviceCookie, RefreshCookie, device_cookie};
use crate::{Problem, Result};

/// How long a browser is known again, in seconds: as long as browsers keep a cookie.
const KNOWN_FOR: i64 = 400 * 86_400;

/// What a sign-in needs to know of the request.
pub(crate) struct Entrance {
    caller: Arc<Origin>,
    secure: bool,
    /// The refresh token the browser still keeps of a sign-in before.
    kept: Option<String>,
    /// The value by which the browser is known again: the one it brought, or a new one.
    device: String,
}

impl FromRequestParts<App> for Entrance {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let extract::From(caller) = extract::From::from_request_parts(parts, app).await?;
        let Encrypted(secure) = Encrypted::from_request_parts(parts, app).await?;
        let RefreshCookie(kept) = RefreshCookie::from_request_parts(parts, app).await?;
        let DeviceCookie(device) = DeviceCookie::from_request_parts(parts, app).await?;
        let device = device.unwrap_or_else(|| tokens::refresh_token().0);
        Ok(Self { caller, secure, kept, device })
    }
}

impl OperationInput for Entrance {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        extract::From::operation_input(ctx, operation);
    }
}

impl Entrance {
    /// Where the call comes from.
    pub(crate) const fn caller(&self) -> &Arc<Origin> {
        &self.caller
    }

    /// The same with the browser, as far as the caller is one: whoever wants the token in the body keeps no cookies.
    pub(crate) fn origin(&self, delivery: Delivery) -> Arc<Origin> {
        match delivery {
            Delivery::Cookie => Arc::new(Origin { device: Some(tokens::hash(&self.device)), ..(*self.caller).clone() }),
            Delivery::Body => self.caller.clone(),
        }
    }

    /// Let somebody in who signed in: the session this browser had before ends, and the browser is known from now on.
    pub(crate) async fn admit(self, app: &App, signed_in: SignedIn, delivery: Delivery) -> Result<Session> {
        if let Some(kept) = &self.kept {
            supersede::end(app, kept, signed_in.session, &self.caller).await?;
        }
        let session = deliver(app, signed_in, delivery, self.secure).await?;
        if delivery == Delivery::Body {
            return Ok(session);
        }
        let place = if self.secure { "Path=/; Secure" } else { "Path=/api/v1/auth" };
        let cookie = format!("{}={}; HttpOnly; SameSite=Strict; {place}; Max-Age={KNOWN_FOR}", device_cookie(self.secure), self.device);
        Ok(session.known_by(cookie))
    }
}
