//! Every operation by nobody, by each role that lacks its permission, and by the owner.

use std::collections::BTreeMap;

use purser_core::access::{Permission, Role};
use purser_testkit::{Caller, both};

use super::whole::PUBLIC;
use crate::api::{Operation, Sample, World, operations, samples};

/// Operations that have no use for the owner of a running business: set up already, a token, factor or code it does not hold.
const REFUSED: [(&str, u16); 35] = [
    ("editJob", 409),
    ("openBreakGlass", 401),
    ("closeBreakGlass", 409),
    ("resetPassword", 400),
    ("acceptInvitation", 400),
    ("verifyEmail", 400),
    ("register", 403),
    ("runSetup", 409),
    ("refresh", 401),
    ("answerTotp", 401),
    ("answerBackup", 401),
    ("beginEnrolment", 401),
    ("confirmEnrolment", 401),
    ("confirmTotp", 400),
    ("renewBackupCodes", 409),
    ("removeFactor", 404),
    ("stepUp", 400),
    ("passkeySignIn", 401),
    ("beginPasskeyAnswer", 401),
    ("answerPasskey", 401),
    ("beginPasskeyProof", 409),
    ("provePasskey", 409),
    ("confirmPasskey", 409),
    ("removeFactorOf", 404),
    ("stopImpersonation", 409),
    ("sendCode", 401),
    ("answerEmailCode", 401),
    ("answerSmsCode", 401),
    ("sendProofCode", 409),
    ("confirmEmailFactor", 400),
    ("confirmSmsFactor", 400),
    ("disownSignIn", 400),
    ("finishProviderSignIn", 401),
    ("finishIdentityLink", 409),
    ("unlinkIdentity", 404),
];

/// Operations that leave a session other than it was: each has a person of its own.
const OF_ONES_OWN: [&str; 4] = ["logout", "changePassword", "impersonate", "stopImpersonation"];

fn walk() -> Vec<(Operation, Sample)> {
    let mut operations: BTreeMap<String, Operation> = operations().1.into_iter().map(|operation| (operation.id.clone(), operation)).collect();
    samples().into_iter().filter_map(|sample| Some((operations.remove(sample.operation)?, sample))).collect()
}

both! {
    async fn nobody_is_asked_to_sign_in(app) {
        let world = World::new(app).await;
        let nobody = world.app.nobody();
        let before = world.app.db_dump(world.tenant).await;
        for (operation, sample) in walk() {
            if PUBLIC.contains(&operation.id.as_str()) { continue; }
            for by in [&nobody, &nobody.with("authorization", "Basic b3duZXI6eA==")] {
                let _ = world.call(by, &sample, &operation.method).await.problem(401, "not_signed_in");
            }
            let reply = world.call(&nobody.with_token("x.y.z"), &sample, &operation.method).await.is(401);
            assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{}", operation.id);
        }
        assert_eq!(world.app.db_dump(world.tenant).await, before, "somebody changed something without signing in");
    }

    async fn a_role_without_the_permission_hears_its_name(app) {
        let world = World::new(app).await;
        let mut callers: Vec<(Role, Caller)> = Vec::new();
        for role in Role::ALL { callers.push((*role, world.app.caller(*role).await)); }
        let before = world.app.db_dump(world.tenant).await;
        let mut refused = BTreeMap::new();
        for (operation, sample) in walk() {
            let Ok(permission) = operation.permission.as_deref().unwrap_or_default().parse::<Permission>() else { continue };
            let times: &mut u32 = refused.entry(permission.as_str()).or_default();
            let or = operation.or.as_deref().and_then(|or| or.parse::<Permission>().ok());
            let may = |role: Role| {
                let held = role.held();
                held.any.has(permission) || or.is_some_and(|or| held.any.has(or)) || operation.own && held.own.has(permission)
            };
            for (role, by) in callers.iter().filter(|(role, _)| !may(*role)) {
                let reply = world.call(by, &sample, &operation.method).await.problem(403, "forbidden");
                assert!(reply.text().contains(permission.as_str()), "{} by {role}: {}", operation.id, reply.text());
                *times += 1;
            }
        }
        let never: Vec<_> = refused.iter().filter(|(_, times)| **times == 0).map(|(permission, _)| *permission).collect();
        assert_eq!(never, ["read:product", "read:self"], "permissions every role holds");
        assert_eq!(world.app.db_dump(world.tenant).await, before, "a refused call changed something");
    }

    async fn the_owner_may_do_everything_as_documented(app) {
        let world = World::new(app).await;
        for (operation, sample) in walk() {
            let by = if OF_ONES_OWN.contains(&sample.operation) { world.app.caller(Role::Owner).await } else { world.owner.clone() };
            let reply = world.call(&by, &sample, &operation.method).await;
            if let Some((_, status)) = REFUSED.iter().find(|(id, _)| *id == operation.id) {
                let _ = reply.is(*status);
                continue;
            }
            let status = reply.status.as_u16();
            let documented = operation.replies.iter().find(|(known, _)| *known == status);
            let Some((_, kind)) = documented else { panic!("{} answered {status}, which is not documented: {}", operation.id, reply.text()) };
            let came = reply.header("content-type").map(|kind| kind.split(';').next().unwrap_or_default().to_owned());
            // A download has the type of its file.
            if !["downloadFile", "downloadProductPicture"].contains(&operation.id.as_str()) { assert_eq!(&came, kind, "{}: content type", operation.id); }
            assert!(reply.header("x-request-id").is_some(), "{}", operation.id);
        }
    }
}
