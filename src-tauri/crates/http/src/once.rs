//! Replies that repeat byte for byte when their request is repeated with the same `Idempotency-Key`, less what is told once.

use std::marker::PhantomData;
use std::sync::Arc;

use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Documented};
use aide::operation::OperationOutput;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use purser_core::access::Grant;
use purser_service::idempotency::{Key, Once, Outcome, Reply};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::reply::{Created, Data, Envelope, Versioned, documented};
use crate::{Problem, Result, context};

/// How the result of an operation becomes its reply.
pub(crate) struct Shape<T, V> {
    /// The view of a result.
    pub(crate) view: Arc<dyn Fn(T) -> V + Send + Sync>,
    /// Id of what was made or changed.
    pub(crate) subject: fn(&T) -> Uuid,
    /// Where something that was made can be read, in front of its id.
    pub(crate) home: Option<&'static str>,
}

/// A reply of status `STATUS` with one thing, the same for every repeat.
pub(crate) struct Repeatable<V, const STATUS: u16> {
    body: Vec<u8>,
    location: Option<String>,
    /// Whether this was answered before.
    replayed: bool,
    view: PhantomData<fn() -> V>,
}

impl<T: Clone + 'static, V: Serialize + 'static> Shape<T, V> {
    /// The key of this request, with how its answer is written; `None` if the caller sent none.
    pub(crate) fn once<P, const STATUS: u16>(
        &self,
        by: &Grant<P>,
        key: impl Into<Option<String>>,
        request: (&str, &impl Serialize),
    ) -> Result<Option<Once<T>>> {
        self.once_telling::<P, STATUS>(by, key, request, None)
    }

    /// The same where repeats are told `less`, and nothing more is kept for them.
    pub(crate) fn once_telling<P, const STATUS: u16>(
        &self,
        by: &Grant<P>,
        key: impl Into<Option<String>>,
        request: (&str, &impl Serialize),
        less: Option<fn(T) -> T>,
    ) -> Result<Option<Once<T>>> {
        let Some(text) = key.into() else { return Ok(None) };
        let key = Key::new(by, text, request.0, request.1)?;
        let (view, subject, context) = (self.view.clone(), self.subject, context::current());
        let render = move |result: &T| {
            let write = |told: T| {
                let body = || serde_json::to_vec(&Envelope::of(view(told))).unwrap_or_default();
                // The answer is written by another task than the one that reads the request.
                match &context {
                    Some(context) => context::within(context.clone(), body),
                    None => body(),
                }
            };
            let again = less.map(|less| write(less(result.clone())));
            Reply { status: STATUS, body: write(result.clone()), again, subject: subject(result), replayed: false }
        };
        Ok(Some(Once { key, render: Arc::new(render) }))
    }

    /// The reply to how the operation ended.
    pub(crate) fn reply<const STATUS: u16>(&self, outcome: Outcome<T>) -> Result<Repeatable<V, STATUS>> {
        let (body, subject, replayed) = match outcome {
            Outcome::Reply(reply) => (reply.body, reply.subject, reply.replayed),
            Outcome::Plain(result) => {
                let subject = (self.subject)(&result);
                let body = serde_json::to_vec(&Envelope::of((self.view)(result)));
                (body.map_err(|error| Problem(purser_core::Error::Internal(Box::new(error))))?, subject, false)
            }
        };
        Ok(Repeatable { body, location: self.home.map(|home| format!("/api/v1{home}/{subject}")), replayed, view: PhantomData })
    }
}

/// 201 with something new: the same for every repeat where a key was sent, with its `ETag` where none was.
pub(crate) enum Made<V> {
    Once(Repeatable<V, 201>),
    Plain(Box<Created<V>>),
}

impl<T: Clone + 'static, V: Versioned + Serialize + 'static> Shape<T, V> {
    /// The reply to something having been made.
    pub(crate) fn made(&self, outcome: Outcome<T>) -> Result<Made<V>> {
        Ok(match outcome {
            Outcome::Plain(result) => {
                let location = format!("/api/v1{}/{}", self.home.unwrap_or_default(), (self.subject)(&result));
                Made::Plain(Box::new(Created { location, data: (self.view)(result) }))
            }
            reply @ Outcome::Reply(_) => Made::Once(self.reply(reply)?),
        })
    }
}

impl<T: Clone + 'static, V: Versioned + Serialize + 'static> Shape<T, V> {
    /// The same for something whose own address is not known beforehand: `location` is where it is found.
    pub(crate) fn made_at(&self, outcome: Outcome<T>, location: &str) -> Made<V> {
        match outcome {
            Outcome::Plain(result) => Made::Plain(Box::new(Created { location: location.to_owned(), data: (self.view)(result) })),
            Outcome::Reply(reply) => {
                Made::Once(Repeatable { body: reply.body, location: Some(location.to_owned()), replayed: reply.replayed, view: PhantomData })
            }
        }
    }
}

/// 200 with something as it is now: the same for every repeat where a key was sent, with its `ETag` where none was.
pub(crate) enum Changed<V> {
    Once(Repeatable<V, 200>),
    Plain(Box<Data<V>>),
}

impl<T: Clone + 'static, V: Versioned + Serialize + 'static> Shape<T, V> {
    /// The reply to something having been changed.
    pub(crate) fn changed(&self, outcome: Outcome<T>) -> Changed<V> {
        match outcome {
            Outcome::Plain(result) => Changed::Plain(Box::new(Data((self.view)(result)))),
            // What was there before has no address of its own to tell.
            Outcome::Reply(reply) => Changed::Once(Repeatable { body: reply.body, location: None, replayed: reply.replayed, view: PhantomData }),
        }
    }
}

impl<V: Versioned + Serialize> IntoResponse for Changed<V> {
    fn into_response(self) -> Response {
        match self {
            Self::Once(reply) => reply.into_response(),
            Self::Plain(reply) => reply.into_response(),
        }
    }
}

impl<V: JsonSchema> OperationOutput for Changed<V> {
    type Inner = V;
    fn inferred_responses(ctx: &mut GenContext, operation: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        Data::<V>::inferred_responses(ctx, operation)
    }
}

impl<V: Versioned + Serialize> IntoResponse for Made<V> {
    fn into_response(self) -> Response {
        match self {
            Self::Once(reply) => reply.into_response(),
            Self::Plain(reply) => reply.into_response(),
        }
    }
}

impl<V: Versioned + JsonSchema> OperationOutput for Made<V> {
    type Inner = V;
    fn inferred_responses(ctx: &mut GenContext, operation: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        Created::<V>::inferred_responses(ctx, operation)
    }
}

impl<V, const STATUS: u16> IntoResponse for Repeatable<V, STATUS> {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(STATUS).unwrap_or(StatusCode::OK);
        let mut response = (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], self.body).into_response();
        if let Some(value) = self.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
            response.headers_mut().insert(header::LOCATION, value);
        }
        if self.replayed {
            response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}

impl<V: JsonSchema, const STATUS: u16> OperationOutput for Repeatable<V, STATUS> {
    type Inner = V;
    fn inferred_responses(ctx: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        documented::<Envelope<V>>(ctx, STATUS, if STATUS == 201 { "Made" } else { "Done" })
    }
}
