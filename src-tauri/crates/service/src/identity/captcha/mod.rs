//! Making sure that somebody who fails to sign in again and again is no program. Off unless one of the puzzles is configured.
//!
//! An installation names one for everybody; a business may have its own (`own`). Which one counts is told from the address that was typed and
//! from nothing else (`which`), so that it is the same whether or not there is an account.
//!
//! It is asked for after three failures from an address or on an account, before the password is looked at, and whether or not the account
//! exists. It stands before the locks, not in their place: when the puzzle's maker can not be asked, the attempt goes on to them, because a
//! maker that is away must not keep a business from its own back office.

mod own;
mod which;

pub(crate) use own::reseal;
pub use own::{Change, Settings, Tried, read, test, update};
pub use which::{Keys, Make, Puzzles, offered, sources};

use purser_core::access::Origin;
use purser_core::error::Checks;
use purser_core::{Error, Result};

use crate::App;
use crate::limits;
use crate::limits::Limit;

/// Failures of an address or an account after which it is asked for.
const AFTER: Limit = Limit { calls: 3, span_s: 15 * 60 };
/// Scores below this are a program's, in parts of a thousand, where nobody says otherwise.
pub(crate) const LEAST: i64 = 500;
/// What the page says it asks for.
const ACTION: &str = "login";
/// Longest answer taken; theirs have some 2,000 signs.
const LONGEST: usize = 8_192;

purser_core::text_enum! {
    /// Which puzzle.
    Kind {
        /// Google's, which shows nothing and gives a score.
        RecaptchaV3 = "recaptcha_v3",
        /// hCaptcha.
        Hcaptcha = "hcaptcha",
        /// Cloudflare's.
        Turnstile = "turnstile",
    }
}

impl Kind {
    /// What a page has to be allowed to load: scripts, and frames.
    pub const fn sources(self) -> &'static str {
        match self {
            Self::RecaptchaV3 => "https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/ https://recaptcha.google.com/recaptcha/",
            Self::Hcaptcha => "https://hcaptcha.com https://*.hcaptcha.com",
            Self::Turnstile => "https://challenges.cloudflare.com",
        }
    }
}

/// What the maker says of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Whether it was solved, lately and for the first time.
    pub solved: bool,
    /// How likely it is a person, in parts of a thousand.
    pub score: Option<i64>,
    /// What the page said it asks for.
    pub action: Option<String>,
    /// The page's host.
    pub host: Option<String>,
}

/// Nobody knows: the maker could not be asked. Why, without a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown(pub &'static str);

/// Somebody who tells people from programs.
#[async_trait::async_trait]
pub trait Captcha: Send + Sync {
    /// Which puzzle.
    fn kind(&self) -> Kind;
    /// The key the page shows.
    fn site_key(&self) -> &str;
    /// Ask the maker about an answer.
    async fn check(&self, token: &str, ip: Option<&str>) -> Result<Found, Unknown>;
}

fn names(account: &str, origin: &Origin) -> [String; 2] {
    [format!("captcha:account:{account}"), format!("captcha:address:{}", origin.ip.as_deref().unwrap_or("here"))]
}

/// Count a failure.
pub(crate) async fn failed(app: &App, account: &str, origin: &Origin) -> Result<()> {
    if which::meant(app, Some(account)).await?.is_some() {
        for name in names(account, origin) {
            app.counters.add(&name, 1, AFTER.span_s, app.clock.now()).await?;
        }
    }
    Ok(())
}

async fn is_due(app: &App, account: &str, origin: &Origin) -> Result<bool> {
    for name in names(account, origin) {
        match limits::refuse(&*app.counters, &name, AFTER, app.clock.now()).await {
            Err(Error::RateLimited { .. }) => return Ok(true),
            other => other?,
        }
    }
    Ok(false)
}

/// Let an attempt on `account` go on, or ask for the puzzle.
pub(crate) async fn demand(app: &App, account: &str, origin: &Origin, token: Option<&str>) -> Result<()> {
    Checks::new().length("captchaToken", token.unwrap_or_default(), LONGEST).done()?;
    let Some(meant) = which::meant(app, Some(account)).await? else { return Ok(()) };
    if !is_due(app, account, origin).await? {
        return Ok(());
    }
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        return Err(Error::Puzzle(meant.captcha.kind().as_str(), meant.captcha.site_key().to_owned()));
    };
    match meant.check(token, origin.ip.as_deref()).await {
        Ok(found) if fits(app, &found, meant.least) => Ok(()),
        Ok(_) => Err(Error::Refused("captcha_failed", "This looks like a program. Try the puzzle again.".into())),
        Err(Unknown(why)) => {
            tracing::warn!(why, "an answer to a puzzle could not be checked; the locks stand alone");
            Ok(())
        }
    }
}

fn fits(app: &App, found: &Found, least: i64) -> bool {
    let host = app.mail.host();
    let here = found.host.as_ref().is_none_or(|said| host.is_none_or(|host| host.eq_ignore_ascii_case(said)));
    found.solved && found.score.is_none_or(|score| score >= least) && found.action.as_ref().is_none_or(|action| action == ACTION) && here
}
