//! A call of every operation that works, in an order in which they all can be made on one world. An operation without one fails the suite.

use purser_testkit::json;
use serde_json::Value;

/// What a sample sends.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    None,
    Json(Value),
    /// A whole form, its boundary being that of [`FORM_TYPE`].
    Form(String),
}

/// A call of one operation; `{name}` in path and body stands for a thing of the world.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) operation: &'static str,
    pub(crate) path: &'static str,
    pub(crate) body: Body,
    /// Where the `ETag` to send as `If-Match` is read.
    pub(crate) version_of: Option<&'static str>,
    /// Whether the reply is a stream without an end.
    pub(crate) endless: bool,
}

pub(crate) const FORM_TYPE: &str = "multipart/form-data; boundary=harbour";

/// A form with a file of this subject.
pub(crate) fn upload(subject: &str, id: &str) -> String {
    form(&[("subjectType", subject), ("subjectId", id)], "note.txt", "brass")
}

/// A form with people to bring in, one of them without an address.
pub(crate) fn sheet() -> String {
    form(&[("kind", "people")], "people.csv", "email,first name,last name\r\nnils@sheet.example,Nils,Sheet\r\nnonsense,Nora,Sheet\r\n")
}

/// A form with a picture of a product, one pixel large, as far as anybody looks.
pub(crate) fn picture(product: &str) -> String {
    form(&[("subjectType", "product"), ("subjectId", product)], "lantern.gif", "GIF89a\u{1}\0\u{1}\0 brass")
}

fn form(texts: &[(&str, &str)], name: &str, content: &str) -> String {
    let text = |(name, value): &(&str, &str)| format!("--harbour\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let head = format!("--harbour\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/plain\r\n\r\n");
    format!("{}{head}{content}\r\n--harbour--\r\n", texts.iter().map(text).collect::<String>())
}

/// An order of two pieces.
pub(crate) fn order(customer: &str, product: &str) -> Value {
    let address = json!({ "name": "Wilma World", "street": "Quay 4", "city": "Bergen", "state": "Vestland", "zipCode": "5003", "country": "NO", "phone": "+4755512345" });
    json!({ "customerId": customer, "items": [{ "productId": product, "quantity": 2 }], "shippingAddress": address })
}

pub(super) const fn bare(operation: &'static str, path: &'static str) -> Sample {
    Sample { operation, path, body: Body::None, version_of: None, endless: false }
}

pub(super) fn with(operation: &'static str, path: &'static str, body: Value) -> Sample {
    Sample { body: Body::Json(body), ..bare(operation, path) }
}

pub(super) fn change(operation: &'static str, path: &'static str, body: Value) -> Sample {
    Sample { version_of: Some(path), ..with(operation, path, body) }
}

/// Every sample.
pub(crate) fn samples() -> Vec<Sample> {
    [
        identity(),
        proof(),
        factors(),
        super::samples_ways::guarded(),
        passkeys(),
        codes(),
        providers(),
        people(),
        rights(),
        policies(),
        super::samples_shop::catalog(),
        super::samples_shop::orders(),
        super::samples_shop::handling(),
        super::samples_shop::coupons(),
        payments(),
        super::samples_money::money(),
        super::samples_money::disputes(),
        super::samples_money::trust(),
        super::samples_money::whole_books(),
        super::samples_machine::events(),
        books(),
        papers(),
        imports(),
        super::samples_machine::work(),
        super::samples_gateways::webhooks(),
        super::samples_gateways::gateways(),
        mail(),
        super::samples_news::newsletters(),
        tenants(),
        break_glass(),
        office(),
    ]
    .concat()
}

const PASSWORD: &str = "harbour lantern 42 brass";

fn identity() -> Vec<Sample> {
    let new = json!({ "tenantName": "Second", "firstName": "Sam", "lastName": "Second", "email": "sam@second.example", "password": PASSWORD });
    vec![
        bare("getSetup", "/setup"),
        with("runSetup", "/setup", new),
        with("login", "/auth/login", json!({ "email": "owner@harbour.example", "password": PASSWORD })),
        with("refresh", "/auth/refresh", json!({ "refreshToken": "none", "tokenDelivery": "body" })),
        bare("getMe", "/auth/me"),
        bare("listOwnSessions", "/auth/sessions"),
        with("changePassword", "/auth/password", json!({ "currentPassword": PASSWORD, "newPassword": "violet anchor 77 copper" })),
        bare("endOwnSession", "/auth/sessions/{own_session}"),
        bare("listSessions", "/users/{staff}/sessions"),
        bare("endSession", "/users/{staff}/sessions/{session}"),
        bare("endSessions", "/users/{staff}/sessions"),
        bare("endOtherSessions", "/auth/sessions"),
        bare("logout", "/auth/logout"),
    ]
}

fn factors() -> Vec<Sample> {
    let answer = json!({ "challenge": "none", "code": "000000", "tokenDelivery": "body" });
    vec![
        bare("listOwnFactors", "/auth/factors"),
        with("renameFactor", "/auth/factors/{factor}", json!({ "name": "Work telephone" })),
        with("beginTotp", "/auth/factors/totp", json!({ "name": "Telephone" })),
        with("confirmTotp", "/auth/factors/totp/confirm", json!({ "code": "000000" })),
        with("renewBackupCodes", "/auth/factors/backup-codes", json!({ "password": PASSWORD, "code": "000000" })),
        with("removeFactor", "/auth/factors/{factor}/remove", json!({ "password": PASSWORD, "code": "000000" })),
        with("stepUp", "/auth/step-up", json!({ "method": "backup", "code": "none" })),
        with("stepUpByPassword", "/auth/step-up/password", json!({ "password": PASSWORD })),
        with("answerTotp", "/auth/challenge/totp", answer.clone()),
        with("answerBackup", "/auth/challenge/backup", answer.clone()),
        with("beginEnrolment", "/auth/challenge/enrol", json!({ "challenge": "none" })),
        with("confirmEnrolment", "/auth/challenge/enrol/confirm", answer),
        bare("getOwnMails", "/auth/mails"),
        with("chooseOwnMails", "/auth/mails", json!({ "wanted": ["weekly"] })),
        bare("listOwnKeys", "/keys"),
        with("createKey", "/keys", json!({ "name": "Nightly", "scopes": ["read:user"], "expiresInDays": 30, "ratePerMinute": 60 })),
        with("rotateKey", "/keys/{key}/rotate", json!({ "overlapHours": 1 })),
        bare("revokeOwnKey", "/keys/{key}"),
        bare("listKeys", "/users/{me}/keys"),
        bare("revokeKey", "/users/{me}/keys/{idle_key}"),
        bare("listFactors", "/users/{staff}/factors"),
        with("resetFactors", "/users/{staff}/factors/reset", json!({ "reason": "lost telephone", "identifiedBy": "video call with their manager" })),
        bare("getRetention", "/settings/retention"),
        change("updateRetention", "/settings/retention", json!({ "signInDays": 180, "deletedPeopleDays": 60 })),
        bare("getCustomerMails", "/settings/mails"),
        change("updateCustomerMails", "/settings/mails", json!({ "delivered": false, "shipped": true })),
        bare("getSealKeys", "/settings/seal"),
        bare("rotateSealKey", "/settings/seal/rotate"),
        bare("renewSeals", "/settings/seal/renew"),
        bare("getSignInPolicy", "/settings/sign-in"),
        change("updateSignInPolicy", "/settings/sign-in", json!({ "requireFactorFor": ["auditor"], "idleMinutes": 600 })),
    ]
}

fn passkeys() -> Vec<Sample> {
    let answer = json!({ "clientDataJSON": "AAAA", "authenticatorData": "AAAA", "signature": "AAAA" });
    let signed = json!({ "id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": answer });
    let made = json!({ "id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": { "clientDataJSON": "AAAA", "attestationObject": "AAAA" } });
    let proof = json!({ "token": "none", "credential": signed });
    vec![
        bare("getWaysIn", "/auth/ways"),
        bare("beginPasskeySignIn", "/auth/passkey/begin"),
        with("passkeySignIn", "/auth/passkey", json!({ "token": "none", "credential": signed, "rememberMe": true, "tokenDelivery": "body" })),
        with("beginPasskeyAnswer", "/auth/challenge/passkey/begin", json!({ "challenge": "none" })),
        with("answerPasskey", "/auth/challenge/passkey", json!({ "challenge": "none", "credential": signed, "tokenDelivery": "body" })),
        bare("beginPasskeyProof", "/auth/step-up/passkey/begin"),
        with("provePasskey", "/auth/step-up/passkey", proof),
        bare("beginPasskey", "/auth/factors/passkey"),
        with("confirmPasskey", "/auth/factors/passkey/confirm", json!({ "token": "none", "name": "Laptop", "credential": made })),
        with(
            "removeFactorOf",
            "/users/{staff}/factors/{factor}/remove",
            json!({ "reason": "lost telephone", "identifiedBy": "video call with their manager" }),
        ),
    ]
}

fn codes() -> Vec<Sample> {
    let answer = json!({ "challenge": "none", "code": "000000", "tokenDelivery": "body" });
    vec![
        with("sendCode", "/auth/challenge/send", json!({ "challenge": "none", "method": "email" })),
        with("answerEmailCode", "/auth/challenge/email", answer.clone()),
        with("answerSmsCode", "/auth/challenge/sms", answer),
        with("sendProofCode", "/auth/step-up/send", json!({ "method": "email" })),
        bare("beginEmailFactor", "/auth/factors/email"),
        with("confirmEmailFactor", "/auth/factors/email/confirm", json!({ "code": "000000" })),
        with("beginSmsFactor", "/auth/factors/sms", json!({ "phone": "+47 555 12 345" })),
        with("confirmSmsFactor", "/auth/factors/sms/confirm", json!({ "code": "000000" })),
        with("disownSignIn", "/auth/disown", json!({ "token": "none" })),
    ]
}

fn providers() -> Vec<Sample> {
    let new = json!({ "kind": "github", "name": "World hub", "clientId": "world", "secret": "a secret of the world", "createPeople": true });
    vec![
        bare("listSignInProviders", "/auth/providers"),
        with("startProviderSignIn", "/auth/providers/{provider}/start", json!({ "rememberMe": true })),
        with("startIdentityLink", "/auth/providers/{provider}/link", json!({})),
        with("finishProviderSignIn", "/auth/providers/finish", json!({ "code": "none" })),
        bare("listOwnIdentities", "/auth/identities"),
        with("finishIdentityLink", "/auth/identities/finish", json!({ "code": "none" })),
        bare("unlinkIdentity", "/auth/identities/{provider}"),
        bare("listIdentities", "/users/{staff}/identities"),
        bare("listProviders", "/providers"),
        with("createProvider", "/providers", new),
        bare("getProvider", "/providers/{provider}"),
        change("updateProvider", "/providers/{provider}", json!({ "name": "Harbour hub", "domains": ["harbour.example"] })),
        bare("testProvider", "/providers/{provider}/test"),
        bare("deleteProvider", "/providers/{idle_provider}"),
    ]
}

fn people() -> Vec<Sample> {
    vec![
        bare("listUsers", "/users"),
        with(
            "createUser",
            "/users",
            json!({ "email": "new@world.example", "firstName": "New", "lastName": "Person", "role": "user", "phone": "+4755512345", "country": "NO" }),
        ),
        bare("exportUsers", "/users/export"),
        with("bulkUsers", "/users/bulk", json!({ "action": "lock", "ids": ["{bulk}"], "reason": "audit" })),
        bare("getUser", "/users/{user}"),
        bare("getUserOverview", "/users/{user}/overview"),
        bare("getUserTimeline", "/users/{user}/timeline"),
        change("updateUser", "/users/{user}", json!({ "firstName": "Wanda", "phone": "+4755512345", "notes": "calls on Mondays" })),
        with("setUserRole", "/users/{other}/role", json!({ "role": "support" })),
        with("lockUser", "/users/{other}/lock", json!({ "reason": "asked for it" })),
        bare("unlockUser", "/users/{locked}/unlock"),
        bare("getPersonalData", "/users/{user}/personal-data"),
        bare("getOwnPersonalData", "/auth/personal-data"),
        bare("restoreUser", "/users/{deleted}/restore"),
        with("eraseUser", "/users/{gone}/erase", json!({ "reason": "asked for it in writing" })),
        bare("deleteUser", "/users/{leaving}"),
    ]
}

fn rights() -> Vec<Sample> {
    vec![
        bare("listPermissions", "/permissions"),
        bare("listRoles", "/roles"),
        with("createRole", "/roles", json!({ "name": "Night watch", "inherits": ["support"], "permissions": ["read:ledger"] })),
        bare("getRole", "/roles/{role}"),
        with("previewRole", "/roles/{role}/preview", json!({ "permissions": ["read:order:own"] })),
        change("updateRole", "/roles/{role}", json!({ "description": "Sees who comes and goes", "permissions": ["read:user"] })),
        bare("deleteRole", "/roles/{idle_role}"),
        bare("getUserRights", "/users/{user}/rights"),
        with("giveRight", "/users/{user}/rights", json!({ "permission": "read:audit", "effect": "grant", "reason": "the year's accounts" })),
        bare("endRight", "/users/{user}/rights/{right}"),
    ]
}

fn policies() -> Vec<Sample> {
    let source = "forbid (principal, action == Action::\"refund:order\", resource) when { context has amount && context.amount > 100000000 };";
    let test = json!({ "name": "A very large refund", "permission": "refund:order", "amount": { "amount": 100_000_001, "currency": "EUR" }, "expect": "deny" });
    vec![
        bare("listPolicies", "/policies"),
        bare("getPolicySchema", "/policies/schema"),
        with("checkPolicy", "/policies/check", json!({ "source": source, "tests": [test] })),
        with("createPolicy", "/policies", json!({ "name": "Large refunds", "source": source, "tests": [test], "state": "enforced" })),
        bare("getPolicy", "/policies/{policy}"),
        bare("listPolicyHistory", "/policies/{policy}/history"),
        bare("listPolicyShadow", "/policies/{policy}/shadow"),
        change("updatePolicy", "/policies/{policy}", json!({ "description": "For the night", "reason": "asked for" })),
        with("revertPolicy", "/policies/{policy}/revert", json!({ "version": 1, "reason": "as it was" })),
        bare("deletePolicy", "/policies/{idle_policy}"),
        bare("listRefusals", "/access/refusals"),
        bare("explainAccess", "/access/explain?permission=refund:order&userId={staff}&subjectType=order&subjectId={order}&amount=100&currency=EUR"),
        bare("reviewAccess", "/access/review?days=90"),
        bare("listImpersonations", "/auth/impersonation"),
        with("impersonate", "/auth/impersonation", json!({ "userId": "{staff}", "reason": "they can not find an order", "minutes": 10 })),
        bare("stopImpersonation", "/auth/impersonation"),
    ]
}

fn payments() -> Vec<Sample> {
    vec![
        bare("getPaymentMethods", "/payment-methods"),
        bare("listPayments", "/payments"),
        bare("exportPayments", "/payments/export"),
        bare("getPayment", "/payments/{payment}"),
        with("capturePayment", "/payments/{promise}/capture", json!({ "amount": { "amount": 1_000, "currency": "EUR" } })),
        bare("voidPayment", "/payments/{released}/void"),
        with("confirmPayment", "/payments/{proof}/confirm", json!({ "outcome": "success" })),
        with(
            "refundPayment",
            "/payments/{returned}/refund",
            json!({ "amount": { "amount": 500, "currency": "EUR" }, "reason": "scratched", "kind": "goodwill" }),
        ),
        bare("listRefunds", "/refunds"),
        bare("exportRefunds", "/refunds/export"),
        bare("getRefund", "/refunds/{refund}"),
    ]
}

fn books() -> Vec<Sample> {
    vec![
        bare("listAccounts", "/ledger/accounts"),
        bare("listLedgerEntries", "/ledger/entries"),
        bare("proveLedger", "/ledger/proof"),
        bare("getOverview", "/stats/overview?days=30"),
        bare("listAudit", "/audit"),
        bare("getAuditLine", "/audit/{audit}"),
        bare("verifyAudit", "/audit/verify"),
        bare("exportAudit", "/audit/export"),
    ]
}

fn papers() -> Vec<Sample> {
    vec![
        bare("listFiles", "/files"),
        Sample { body: Body::Form(upload("user", "{user}")), ..bare("uploadFile", "/files") },
        bare("getFile", "/files/{file}"),
        bare("downloadFile", "/files/{file}/download"),
        bare("deleteFile", "/files/{idle_file}"),
        bare("listViews", "/views?area=orders"),
        with("createView", "/views", json!({ "area": "orders", "name": "Paid", "query": "state=paid", "shared": true })),
        with("updateView", "/views/{view}", json!({ "name": "Paid today", "shared": true })),
        bare("deleteView", "/views/{idle_view}"),
    ]
}

fn proof() -> Vec<Sample> {
    vec![
        with("forgotPassword", "/auth/password/forgot", json!({ "email": "owner@harbour.example" })),
        with("resetPassword", "/auth/password/reset", json!({ "token": "none", "newPassword": "violet anchor 77 copper" })),
        with("checkPassword", "/auth/password/check", json!({ "password": "violet anchor 77", "words": ["harbour"] })),
        with("lookAtLink", "/auth/link", json!({ "token": "none" })),
        with("acceptInvitation", "/auth/invitation/accept", json!({ "token": "none", "password": "violet anchor 77 copper", "firstName": "Ada" })),
        with("verifyEmail", "/auth/email/verify", json!({ "token": "none" })),
        bare("sendVerification", "/auth/email/send"),
        bare("getRegistration", "/auth/register"),
        with(
            "register",
            "/auth/register",
            json!({ "email": "stranger@example.com", "password": "violet anchor 77 copper", "firstName": "Ida", "lastName": "Nygaard" }),
        ),
        with("updateMe", "/auth/me", json!({ "language": "en" })),
        bare("resendInvitation", "/users/{asked_in}/invitation"),
        bare("demandPassword", "/users/{staff}/demand-password"),
        bare("getPasswordPolicy", "/settings/passwords"),
        change("updatePasswordPolicy", "/settings/passwords", json!({ "minLength": 10, "adminExpiryDays": null })),
    ]
}

fn mail() -> Vec<Sample> {
    vec![bare("listMails", "/mailbox"), bare("getMail", "/mailbox/{mail}")]
}

fn break_glass() -> Vec<Sample> {
    vec![
        with("openBreakGlass", "/auth/break-glass", json!({ "code": "AAAA-BBBB", "reason": "nobody gets in", "tokenDelivery": "body" })),
        bare("listBreakGlass", "/break-glass"),
        bare("sealBreakGlass", "/break-glass"),
        bare("closeBreakGlass", "/break-glass/close"),
    ]
}

fn tenants() -> Vec<Sample> {
    let owner = json!({ "email": "nora@north.example", "firstName": "Nora", "lastName": "North" });
    vec![
        bare("listTenants", "/tenants"),
        with("createTenant", "/tenants", json!({ "name": "Northern branch", "owner": owner })),
        bare("getTenant", "/tenants/{branch}"),
        with("suspendTenant", "/tenants/{open_branch}/suspend", json!({ "reason": "unpaid" })),
        with("resumeTenant", "/tenants/{shut_branch}/resume", json!({ "reason": "paid" })),
        with("closeTenant", "/tenants/{doomed_branch}/close", json!({ "reason": "the contract ended", "confirm": "doomed-branch", "graceDays": 7 })),
        with("restoreTenant", "/tenants/{closing_branch}/restore", json!({ "reason": "they stay" })),
        bare("exportTenant", "/tenants/{branch}/export"),
    ]
}

fn imports() -> Vec<Sample> {
    vec![
        bare("listImports", "/imports"),
        Sample { body: Body::Form(sheet()), ..bare("createImport", "/imports") },
        bare("getImport", "/imports/{import}"),
        bare("listImportErrors", "/imports/{import}/errors"),
        bare("exportImportErrors", "/imports/{import}/errors.csv"),
        with("checkImport", "/imports/{unchecked}/check", json!({ "mapping": {} })),
        with("runImport", "/imports/{import}/run", json!({ "mapping": {}, "mode": "skip_bad" })),
        bare("cancelImport", "/imports/{idle_import}/cancel"),
    ]
}

fn office() -> Vec<Sample> {
    vec![
        bare("getSettings", "/settings"),
        change(
            "updateSettings",
            "/settings",
            json!({ "name": "Harbour", "address": { "street": "Quay 1", "city": "Bergen", "zipCode": "5003", "country": "NO" }, "vatId": "NO 974 760 673 MVA", "taxRateBp": 900, "refundReasons": ["scratched"] }),
        ),
        bare("getSystem", "/system"),
        bare("search", "/search?q=wilma"),
        Sample { endless: true, ..bare("followEvents", "/events") },
    ]
}
