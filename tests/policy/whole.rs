//! The document itself: every operation says who may call it, and has a sample.

use std::collections::{BTreeMap, BTreeSet};

use purser_core::access::Permission;

use crate::api::{Body, operations, samples};

/// What anybody may call. Nothing is added but ways in.
pub(super) const PUBLIC: [&str; 29] = [
    "acceptInvitation",
    "answerBackup",
    "answerEmailCode",
    "answerPasskey",
    "answerSmsCode",
    "answerTotp",
    "beginEnrolment",
    "beginPasskeyAnswer",
    "beginPasskeySignIn",
    "checkPassword",
    "confirmEnrolment",
    "disownSignIn",
    "finishProviderSignIn",
    "forgotPassword",
    "getRegistration",
    "getSetup",
    "getWaysIn",
    "listSignInProviders",
    "login",
    "lookAtLink",
    "openBreakGlass",
    "passkeySignIn",
    "refresh",
    "register",
    "resetPassword",
    "runSetup",
    "sendCode",
    "startProviderSignIn",
    "verifyEmail",
];

#[test]
fn every_operation_has_a_sample_and_every_sample_an_operation() {
    let (_, operations) = operations();
    let known: BTreeSet<&str> = operations.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(known.len(), operations.len(), "two operations share an id");
    let tried: BTreeSet<&str> = samples().iter().map(|sample| sample.operation).collect();
    let (untried, gone) = (known.difference(&tried).collect::<Vec<_>>(), tried.difference(&known).collect::<Vec<_>>());
    assert!(untried.is_empty(), "operations without a sample in tests/api/samples.rs: {untried:?}");
    assert!(gone.is_empty(), "samples of operations that are no more: {gone:?}");
    assert_eq!(samples().len(), tried.len(), "an operation has two samples");
}

#[test]
fn every_sample_is_of_its_operations_shape() {
    let (_, operations) = operations();
    let operations: BTreeMap<&str, _> = operations.iter().map(|operation| (operation.id.as_str(), operation)).collect();
    for sample in samples() {
        let Some(operation) = operations.get(sample.operation) else { continue };
        let path = sample.path.split('?').next().unwrap();
        let (one, other) = (path.split('/').collect::<Vec<_>>(), operation.path.split('/').collect::<Vec<_>>());
        let fits = one.len() == other.len() && one.iter().zip(&other).all(|(part, wanted)| part == wanted || wanted.starts_with('{'));
        assert!(fits, "{}: {path} is not {}", operation.id, operation.path);
        assert_eq!(matches!(sample.body, Body::Json(_)), operation.body.is_some(), "{}: the JSON body", operation.id);
        assert_eq!(matches!(sample.body, Body::Form(_)), operation.multipart, "{}: the form", operation.id);
        assert_eq!(sample.version_of.is_some(), operation.versioned, "{}: If-Match", operation.id);
    }
}

#[test]
fn every_operation_says_who_may_call_it() {
    let (_, operations) = operations();
    for operation in &operations {
        let Some(permission) = operation.permission.as_deref() else { panic!("{} says nothing of who may call it", operation.id) };
        assert!(permission == "public" || permission.parse::<Permission>().is_ok(), "{}: {permission} is no permission", operation.id);
        assert!(!operation.replies.is_empty(), "{} documents no reply", operation.id);
    }
    let public: Vec<&str> = operations.iter().filter(|o| o.permission.as_deref() == Some("public")).map(|o| o.id.as_str()).collect();
    let mut sorted = public.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, PUBLIC);
}

#[test]
fn every_permission_is_asked_for_somewhere() {
    let (_, operations) = operations();
    let asked: BTreeSet<&str> = operations.iter().filter_map(|operation| operation.permission.as_deref()).collect();
    // Asked for within an operation, when a view is shared or a product put on sale.
    let inside = BTreeSet::from(["share:view", "publish:product"]);
    let idle: Vec<&str> = Permission::ALL.iter().map(|p| p.as_str()).filter(|p| !asked.contains(p) && !inside.contains(p)).collect();
    assert!(idle.is_empty(), "permissions nothing asks for: {idle:?}");
}
