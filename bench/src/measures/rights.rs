//! Lists while rights are fine-grained: roles that inherit, grants and denials of single people, policies that are asked at every call; and
//! what it costs to ask them, with everything remembered and with everything forgotten all the time.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::figures::{grouped, time};
use crate::load::Load;
use crate::report::Section;
use crate::server::Server;
use crate::{Bench, Result, data};

const GOAL: Duration = Duration::from_millis(50);
const PASSWORD: &str = "violet anchor 77 copper";
/// Policies in force, one of them in the shadow.
const POLICIES: usize = 20;
/// People with rights of their own beside their role.
const GIVEN: usize = 200;

/// Somebody of a role of the tenant's own, and the token they come with.
struct Desk {
    token: String,
    id: String,
}

pub(crate) async fn measure(bench: &Bench) -> Result<Section> {
    let how = format!(
        "{} people in an embedded SQLite, four callers at once, asked by somebody of a role that inherits through five others, with {POLICIES} \
         policies asked at every call and {GIVEN} people holding rights of their own.",
        grouped(bench.million)
    );
    let mut section = Section::new("Fine-grained rights", &how);
    let (folder, _) = data::folder(bench, "rights", bench.million, 1_000).await?;
    let server = Server::purser(&bench.purser, &folder).await?;
    let owner = data::sign_in(&server.host).await?;
    let mut client = Client::connect(&server.host, Some(&owner)).await?;
    let desk = prepare(&mut client, &server.host).await?;
    let mut theirs = Client::connect(&server.host, Some(&desk.token)).await?;
    let deep = deep_cursor(&mut theirs).await?;
    let asked = [
        ("people, newest 50", "/api/v1/users?limit=50&sort=-createdAt".to_owned()),
        ("people, by name", "/api/v1/users?limit=50&sort=name".to_owned()),
        ("people, second page by number", "/api/v1/users?limit=50&sort=-createdAt&page=2".to_owned()),
        ("people, deep page by cursor", format!("/api/v1/users?limit=50&cursor={deep}")),
        ("people, by role and state", "/api/v1/users?limit=50&role=user&status=active".to_owned()),
        ("people, search by the beginning of a name", "/api/v1/users?limit=50&search=an".to_owned()),
    ];
    for (what, path) in asked {
        let outcome = load(bench, &server, &desk.token).run(Arc::new(move |_| Request::get(path.clone()))).await?.checked(what)?;
        let (middle, worst) = (outcome.percentile(50), outcome.percentile(99));
        section.goal(&format!("{what}, p99"), format!("{} (p50 {})", time(worst), time(middle)), "≤ 50 ms", worst <= GOAL);
    }
    asking(bench, &server, (&mut section, &desk), &owner).await?;
    server.stop().await?;
    Ok(section)
}

fn load(bench: &Bench, server: &Server, token: &str) -> Load {
    Load { host: server.host.clone(), token: Some(token.to_owned()), workers: 4, seconds: bench.seconds.div_ceil(2) }
}

/// One cheap call, with what is known of the caller remembered, and with a right of theirs given or ended all the time.
async fn asking(bench: &Bench, server: &Server, (section, desk): (&mut Section, &Desk), owner: &str) -> Result<()> {
    let cheap = || -> crate::load::Script { Arc::new(|_| Request::get("/api/v1/permissions")) };
    let warm = load(bench, server, &desk.token).run(cheap()).await?.checked("a cheap call")?;
    section.note("a cheap call, rights remembered", format!("{} a second, p50 {}", grouped(warm.per_second()), time(warm.percentile(50))));
    let (host, token, path) = (server.host.clone(), owner.to_owned(), format!("/api/v1/users/{}/rights", desk.id));
    let change = tokio::spawn(async move {
        let mut client = Client::connect(&host, Some(&token)).await?;
        let mut changes = 0_u64;
        loop {
            let body = json!({ "permission": "read:ledger", "effect": "grant", "reason": format!("change {changes}") });
            client.json(&Request::post(path.clone(), &body)).await?;
            changes += 1;
            tokio::time::sleep(Duration::from_millis(10)).await;
            if changes > 100_000 {
                return Ok::<_, String>(());
            }
        }
    });
    let cold = load(bench, server, &desk.token).run(cheap()).await?.checked("a cheap call while rights change");
    change.abort();
    let cold = cold?;
    section.note(
        "the same while rights change a hundred times a second",
        format!("{} a second, p50 {}, p99 {}", grouped(cold.per_second()), time(cold.percentile(50)), time(cold.percentile(99))),
    );
    Ok(())
}

fn text<'a>(value: &'a Value, what: &str) -> Result<&'a str> {
    value.as_str().ok_or_else(|| format!("{what} is missing in {value}"))
}

/// Roles, rights and policies, and somebody who stands under all of them.
async fn prepare(client: &mut Client, host: &str) -> Result<Desk> {
    let mut above = "support".to_owned();
    for step in 0..5 {
        let key = format!("desk-{step}");
        let body = json!({ "key": key, "name": key, "inherits": [above], "permissions": ["read:order:own"] });
        client.json(&Request::post("/api/v1/roles", &body)).await?;
        above = key;
    }
    for number in 0..POLICIES {
        let source = format!(
            "forbid (principal in Role::\"desk-{}\", action == Action::\"refund:order\", resource) when {{ context has amount && context.amount > {} }};\n\
             forbid (principal, action in Action::\"export\", resource) when {{ context.hour > 30 }};",
            number % 5,
            1_000_000 + number
        );
        let state = if number == 0 { "shadow" } else { "enforced" };
        client.json(&Request::post("/api/v1/policies", &json!({ "name": format!("Policy {number}"), "source": source, "state": state }))).await?;
    }
    let people = client.json(&Request::get("/api/v1/users?limit=100&role=user&sort=name")).await?;
    let rows = people["data"].as_array().ok_or("people are no list")?;
    for (place, row) in rows.iter().cycle().take(GIVEN).enumerate() {
        let permission = ["read:stats", "read:file", "read:payment"][place % 3];
        let effect = if place % 2 == 0 { "grant" } else { "deny" };
        let path = format!("/api/v1/users/{}/rights", text(&row["id"], "an id")?);
        client.json(&Request::post(path, &json!({ "permission": permission, "effect": effect, "reason": "measured" }))).await?;
    }
    let email = "desk@bench.example";
    let body = json!({ "email": email, "firstName": "Dora", "lastName": "Desk", "role": above, "password": PASSWORD });
    let made = client.json(&Request::post("/api/v1/users", &body)).await?;
    let id = text(&made["data"]["id"], "the id of a person")?.to_owned();
    let body = json!({ "email": email, "password": PASSWORD, "tokenDelivery": "body" });
    let reply = Client::connect(host, None).await?.json(&Request::post("/api/v1/auth/login", &body)).await?;
    Ok(Desk { token: text(&reply["data"]["accessToken"], "a token")?.to_owned(), id })
}

/// A cursor a good way down: fifty pages of a hundred.
async fn deep_cursor(client: &mut Client) -> Result<String> {
    let mut cursor = String::new();
    for _ in 0..50 {
        let after = if cursor.is_empty() { String::new() } else { format!("&cursor={cursor}") };
        let page = client.json(&Request::get(format!("/api/v1/users?limit=100&sort=-createdAt{after}"))).await?;
        match page["meta"]["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    Ok(cursor)
}
