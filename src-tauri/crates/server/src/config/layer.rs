//! One source of settings, as it was written.

use std::path::{Path, PathBuf};

use super::Problem;

/// Settings of one source; what is missing is left to the source below it.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// The file to read settings from.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// The data folder.
    pub data: Option<PathBuf>,
    /// Address and port.
    pub listen: Option<String>,
    /// PostgreSQL address.
    pub database: Option<String>,
    /// Demo data.
    pub demo: Option<String>,
    /// What is logged.
    pub log: Option<String>,
    /// `plain` or `json`.
    pub log_format: Option<String>,
    /// Certificate file.
    pub tls_cert: Option<PathBuf>,
    /// Private key file.
    pub tls_key: Option<PathBuf>,
    /// `true`: have a certificate made.
    #[serde(default, deserialize_with = "flag")]
    pub tls_self_signed: Option<String>,
    /// `true`: plain HTTP beyond this machine.
    #[serde(default, deserialize_with = "flag")]
    pub plain_http: Option<String>,
    /// Where Stripe is, if it is a stand-in.
    pub stripe_url: Option<String>,
    /// `true`: webhooks may go to private networks.
    #[serde(default, deserialize_with = "flag")]
    pub webhooks_inside: Option<String>,
    /// Where the console is reached, for links in mails.
    pub public_url: Option<String>,
    /// List of breached passwords instead of the built-in one.
    pub breach_list: Option<PathBuf>,
    /// List of networks and their countries instead of the built-in one.
    pub country_list: Option<PathBuf>,
    /// The SMTP server.
    pub smtp_host: Option<String>,
    /// Its port.
    #[serde(default, deserialize_with = "number")]
    pub smtp_port: Option<String>,
    /// `starttls`, `tls` or `none`.
    pub smtp_security: Option<String>,
    /// Name to sign in with.
    pub smtp_user: Option<String>,
    /// Password to sign in with.
    pub smtp_password: Option<String>,
    /// Who sends.
    pub smtp_from: Option<String>,
    /// A certificate to trust beside the public ones.
    pub smtp_ca: Option<PathBuf>,
    /// Addresses of proxies, separated by commas.
    pub trusted_proxies: Option<String>,
    /// Pages of other sites that may call: exact origins, separated by commas.
    pub origins: Option<String>,
    /// Account of the provider of text messages.
    pub sms_account: Option<String>,
    /// Its token.
    pub sms_token: Option<String>,
    /// Who sends: a number, or the id of a messaging service.
    pub sms_from: Option<String>,
    /// Where the provider is, if not at Twilio.
    pub sms_url: Option<String>,
    /// Which puzzle tells people from programs: `recaptcha_v3`, `hcaptcha` or `turnstile`.
    pub captcha: Option<String>,
    /// The key its page shows.
    pub captcha_site_key: Option<String>,
    /// The key answers are checked with.
    pub captcha_secret: Option<String>,
    /// Where answers are checked, if not at the maker's.
    pub captcha_url: Option<String>,
    /// A Redis in which several servers count together.
    pub redis: Option<String>,
    /// A Redis or NATS that carries events.
    pub bus: Option<String>,
    /// File with the keys secrets are sealed with.
    pub seal_key_file: Option<PathBuf>,
    /// The keys themselves; from the environment alone.
    #[serde(skip)]
    pub seal_key: Option<String>,
}

/// A yes or no written as a TOML boolean.
fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let value: Option<bool> = serde::Deserialize::deserialize(deserializer)?;
    Ok(value.map(|value| value.to_string()))
}

/// A whole number.
fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let value: Option<i64> = serde::Deserialize::deserialize(deserializer)?;
    Ok(value.map(|value| value.to_string()))
}

impl Layer {
    /// The variables that begin with `PURSER_`. Others of that beginning belong to the tests and tools and are left alone.
    pub fn from_env(env: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut layer = Self::default();
        for (name, value) in env {
            let Some(name) = name.strip_prefix("PURSER_") else { continue };
            if value.is_empty() {
                continue;
            }
            match name {
                "CONFIG" => layer.file = Some(value.into()),
                "DATA" => layer.data = Some(value.into()),
                "LISTEN" => layer.listen = Some(value),
                "DATABASE" => layer.database = Some(value),
                "DEMO" => layer.demo = Some(value),
                "LOG" => layer.log = Some(value),
                "LOG_FORMAT" => layer.log_format = Some(value),
                "TLS_CERT" => layer.tls_cert = Some(value.into()),
                "TLS_KEY" => layer.tls_key = Some(value.into()),
                "TLS_SELF_SIGNED" => layer.tls_self_signed = Some(value),
                "PLAIN_HTTP" => layer.plain_http = Some(value),
                "STRIPE_URL" => layer.stripe_url = Some(value),
                "WEBHOOKS_INSIDE" => layer.webhooks_inside = Some(value),
                "PUBLIC_URL" => layer.public_url = Some(value),
                "BREACH_LIST" => layer.breach_list = Some(value.into()),
                "COUNTRY_LIST" => layer.country_list = Some(value.into()),
                "SMTP_HOST" => layer.smtp_host = Some(value),
                "SMTP_PORT" => layer.smtp_port = Some(value),
                "SMTP_SECURITY" => layer.smtp_security = Some(value),
                "SMTP_USER" => layer.smtp_user = Some(value),
                "SMTP_PASSWORD" => layer.smtp_password = Some(value),
                "SMTP_FROM" => layer.smtp_from = Some(value),
                "SMTP_CA" => layer.smtp_ca = Some(value.into()),
                "TRUSTED_PROXIES" => layer.trusted_proxies = Some(value),
                "ORIGINS" => layer.origins = Some(value),
                "SMS_ACCOUNT" => layer.sms_account = Some(value),
                "SMS_TOKEN" => layer.sms_token = Some(value),
                "SMS_FROM" => layer.sms_from = Some(value),
                "SMS_URL" => layer.sms_url = Some(value),
                "CAPTCHA" => layer.captcha = Some(value),
                "CAPTCHA_SITE_KEY" => layer.captcha_site_key = Some(value),
                "CAPTCHA_SECRET" => layer.captcha_secret = Some(value),
                "CAPTCHA_URL" => layer.captcha_url = Some(value),
                "REDIS" => layer.redis = Some(value),
                "BUS" => layer.bus = Some(value),
                "SEAL_KEY_FILE" => layer.seal_key_file = Some(value.into()),
                "SEAL_KEY" => layer.seal_key = Some(value),
                _ => {}
            }
        }
        layer
    }

    /// The file named in `above`, which must be there, or `purser.toml` in the data folder, which need not.
    pub(super) fn from_file(above: &Self, problems: &mut Vec<Problem>) -> Self {
        let (path, needed) = match (&above.file, &above.data) {
            (Some(path), _) => (path.clone(), true),
            (None, Some(data)) => (data.join("purser.toml"), false),
            (None, None) => return Self::default(),
        };
        Self::read(&path, needed).unwrap_or_else(|message| {
            problems.push(Problem::new(path.display().to_string(), message));
            Self::default()
        })
    }

    fn read(path: &Path, needed: bool) -> Result<Self, String> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if !needed && absent(&error) => return Ok(Self::default()),
            Err(error) => return Err(format!("The settings file can not be read: {error}.")),
        };
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            format!("Line {line}: {}.", error.message().trim_end_matches('.'))
        })
    }

    /// This layer with `above` laid over it.
    #[must_use]
    pub fn under(self, above: Self) -> Self {
        Self {
            file: above.file.or(self.file),
            data: above.data.or(self.data),
            listen: above.listen.or(self.listen),
            database: above.database.or(self.database),
            demo: above.demo.or(self.demo),
            log: above.log.or(self.log),
            log_format: above.log_format.or(self.log_format),
            tls_cert: above.tls_cert.or(self.tls_cert),
            tls_key: above.tls_key.or(self.tls_key),
            tls_self_signed: above.tls_self_signed.or(self.tls_self_signed),
            plain_http: above.plain_http.or(self.plain_http),
            stripe_url: above.stripe_url.or(self.stripe_url),
            webhooks_inside: above.webhooks_inside.or(self.webhooks_inside),
            public_url: above.public_url.or(self.public_url),
            breach_list: above.breach_list.or(self.breach_list),
            country_list: above.country_list.or(self.country_list),
            smtp_host: above.smtp_host.or(self.smtp_host),
            smtp_port: above.smtp_port.or(self.smtp_port),
            smtp_security: above.smtp_security.or(self.smtp_security),
            smtp_user: above.smtp_user.or(self.smtp_user),
            smtp_password: above.smtp_password.or(self.smtp_password),
            smtp_from: above.smtp_from.or(self.smtp_from),
            smtp_ca: above.smtp_ca.or(self.smtp_ca),
            trusted_proxies: above.trusted_proxies.or(self.trusted_proxies),
            origins: above.origins.or(self.origins),
            sms_account: above.sms_account.or(self.sms_account),
            sms_token: above.sms_token.or(self.sms_token),
            sms_from: above.sms_from.or(self.sms_from),
            sms_url: above.sms_url.or(self.sms_url),
            captcha: above.captcha.or(self.captcha),
            captcha_site_key: above.captcha_site_key.or(self.captcha_site_key),
            captcha_secret: above.captcha_secret.or(self.captcha_secret),
            captcha_url: above.captcha_url.or(self.captcha_url),
            redis: above.redis.or(self.redis),
            bus: above.bus.or(self.bus),
            seal_key_file: above.seal_key_file.or(self.seal_key_file),
            seal_key: above.seal_key.or(self.seal_key),
        }
    }
}

/// There is no such file, or no such folder for it to be in; what is wrong with the folder is told when it is opened.
fn absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}
