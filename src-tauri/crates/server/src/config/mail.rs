//! Settings of mail: the SMTP server, and where links lead.

use purser_adapters::smtp::{Security, Settings, Smtp};

use super::{Layer, Problem, word};

/// Where links lead: an address without anything behind the host but a path.
pub(super) fn public_url(text: Option<&str>, problems: &mut Vec<Problem>) -> Option<String> {
    let text = text?.trim();
    let good = (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(['#', '?', ' ', '"', '<']) && text.len() > 10;
    if !good {
        problems.push(Problem::new("public_url", format!("{text:?} is not an address such as https://console.example.com.")));
    }
    Some(text.to_owned())
}

/// The SMTP server, if one is named.
pub(super) fn smtp(layer: &Layer, problems: &mut Vec<Problem>) -> Option<Settings> {
    let Some(host) = layer.smtp_host.clone() else {
        let others = [&layer.smtp_port, &layer.smtp_security, &layer.smtp_user, &layer.smtp_password, &layer.smtp_from];
        if others.iter().any(|setting| setting.is_some()) || layer.smtp_ca.is_some() {
            problems.push(Problem::new("smtp_host", "Say which mail server the other smtp settings are for."));
        }
        return None;
    };
    let choices = [("starttls", Security::StartTls), ("tls", Security::Tls), ("none", Security::Plain)];
    let security = word("smtp_security", layer.smtp_security.as_deref(), &choices, problems).unwrap_or_default();
    let usual = if security == Security::Tls { 465 } else { 587 };
    let port = layer.smtp_port.as_deref().map_or(Some(usual), |text| text.parse().ok().filter(|port| *port > 0));
    let login = match (layer.smtp_user.clone(), layer.smtp_password.clone()) {
        (Some(name), Some(password)) => Some((name, password)),
        (None, None) => None,
        _ => {
            problems.push(Problem::new("smtp_user", "A name needs a password and a password a name: give smtp_user and smtp_password."));
            None
        }
    };
    let here = ["localhost", "127.0.0.1", "::1"].contains(&host.as_str());
    if security == Security::Plain && !here {
        problems.push(Problem::new("smtp_security", "Without TLS mail is only handed to a server on this machine."));
    }
    let certificate = layer.smtp_ca.as_ref().and_then(|path| match std::fs::read(path) {
        Ok(pem) => Some(pem),
        Err(error) => {
            problems.push(Problem::new("smtp_ca", format!("{} can not be read: {error}.", path.display())));
            None
        }
    });
    let from = layer.smtp_from.clone().unwrap_or_default();
    if from.is_empty() {
        problems.push(Problem::new("smtp_from", "Say who sends: Purser <purser@example.com>."));
    }
    let Some(port) = port else {
        problems.push(Problem::new("smtp_port", "A port is a number from 1 to 65535."));
        return None;
    };
    let settings = Settings { host, port, security, login, from, certificate };
    if !settings.from.is_empty()
        && let Err(message) = Smtp::new(settings.clone())
    {
        problems.push(Problem::new("smtp", message));
    }
    Some(settings)
}
