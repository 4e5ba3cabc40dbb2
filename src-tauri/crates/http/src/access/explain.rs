//! Why somebody may, or may not: handler and shapes.

use axum::extract::State;
use purser_core::access::{RoleKey, can};
use purser_core::ids::{OrderId, UserId};
use purser_core::{Currency, Error, Money, Permission};
use purser_service::App;
use purser_service::access::explain::{self, Explanation, Question, Say, Step};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Result;
use crate::extract::{Allowed, Query, When};
use crate::reply::{Data, Versioned};

/// Kinds of things a question can be about.
#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SubjectKind {
    /// An order.
    Order,
    /// A person.
    User,
}

/// Who wants to do what, to what.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ExplainQuery {
    /// Who; oneself unless said otherwise.
    #[serde(default)]
    user_id: Option<UserId>,
    /// What: `refund:order`.
    permission: Permission,
    /// The kind of thing it would be done to.
    #[serde(default)]
    subject_type: Option<SubjectKind>,
    /// The thing.
    #[serde(default)]
    subject_id: Option<Uuid>,
    /// The money that would move, in minor units.
    #[serde(default)]
    amount: Option<i64>,
    /// Its currency.
    #[serde(default)]
    currency: Option<Currency>,
    /// The role that would be given.
    #[serde(default)]
    new_role: Option<RoleKey>,
    /// When; now unless said otherwise.
    #[serde(default)]
    at: Option<When>,
    /// From which address.
    #[serde(default)]
    ip: Option<String>,
}

/// What a rule says.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ExplanationSays")]
enum SaysView {
    /// It lets it pass.
    Pass,
    /// It does not.
    Fail,
    /// It would not, or only in part, but does not decide.
    Note,
}

/// A rule that has a say.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ExplanationStep")]
struct StepView {
    /// Stable word to translate: `role_lacks`.
    code: &'static str,
    says: SaysView,
    /// Particulars by name: role, from, rightId, policyId, line, …
    facts: serde_json::Map<String, serde_json::Value>,
    /// The same in words.
    text: String,
}

/// What to change so that the answer changes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ExplanationFix")]
struct FixView {
    /// Stable word to translate: `end_denial`.
    code: &'static str,
    text: String,
    /// What to change.
    path: String,
}

/// Whether somebody may do something, and why.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Explanation")]
pub(crate) struct ExplanationView {
    allowed: bool,
    user_id: UserId,
    role: RoleKey,
    permission: Permission,
    /// Every rule that has a say, in the order they are asked. One `fail` decides.
    steps: Vec<StepView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixView>,
}

impl Versioned for ExplanationView {}

impl ExplanationView {
    fn of(permission: Permission, explanation: Explanation) -> Self {
        let step = |step: Step| StepView {
            code: step.code,
            says: match step.say {
                Say::Pass => SaysView::Pass,
                Say::Fail => SaysView::Fail,
                Say::Note => SaysView::Note,
            },
            facts: step.facts,
            text: step.text,
        };
        Self {
            allowed: explanation.allowed,
            user_id: explanation.person.id,
            role: explanation.person.role,
            permission,
            steps: explanation.steps.into_iter().map(step).collect(),
            fix: explanation.fix.map(|fix| FixView { code: fix.code, text: fix.text, path: format!("/api/v1{}", fix.path) }),
        }
    }
}

impl ExplainQuery {
    fn question(self, own: Option<UserId>) -> Result<Question> {
        let needs = |field: &str, why: &str| Err(Error::invalid(field, "required", why).into());
        let amount = match (self.amount, self.currency) {
            (Some(amount), Some(currency)) => Some(Money::new(amount, currency)),
            (Some(_), None) => return needs("currency", "An amount needs its currency."),
            _ => None,
        };
        let (order, person) = match (self.subject_type, self.subject_id) {
            (Some(SubjectKind::Order), Some(id)) => (Some(OrderId(id)), None),
            (Some(SubjectKind::User), Some(id)) => (None, Some(UserId(id))),
            (None, Some(_)) => return needs("subjectType", "Say what kind of thing this is."),
            _ => (None, None),
        };
        let Some(user) = self.user_id.or(own) else { return needs("userId", "Say about whom.") };
        let at = self.at.map(When::instant);
        Ok(Question { user, permission: self.permission, order, person, amount, new_role: self.new_role, at, ip: self.ip })
    }
}

pub(crate) async fn explain(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadSelf>,
    Query(query): Query<ExplainQuery>,
) -> Result<Data<ExplanationView>> {
    let permission = query.permission;
    let question = query.question(by.user())?;
    Ok(Data(ExplanationView::of(permission, explain::explain(&app, &by, question).await?)))
}
