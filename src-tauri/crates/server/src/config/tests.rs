use super::*;

fn problems(flags: Layer, env: &[(&str, &str)]) -> Vec<String> {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    match Config::load(flags, env) {
        Ok(_) => Vec::new(),
        Err(StartError::Config(problems)) => problems.into_iter().map(|problem| problem.setting).collect(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn every_problem_is_named_at_once() {
    let flags = Layer { listen: Some("nowhere".into()), tls_cert: Some("a.pem".into()), demo: Some("huge".into()), ..Layer::default() };
    let env = [("PURSER_DATABASE", "mysql://x"), ("PURSER_LOG_FORMAT", "xml")];
    let mut found = problems(flags, &env);
    found.sort();
    assert_eq!(found, ["data", "database", "demo", "listen", "log_format", "tls_key"]);
}

#[test]
fn flags_beat_the_environment_which_beats_the_file() {
    let folder = std::env::temp_dir().join(format!("purser-config-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("purser.toml"), "listen = \"127.0.0.1:1\"\nlog = \"warn\"\nplain_http = true\ndemo = \"small\"\n").unwrap();
    let env = [("PURSER_LISTEN".to_owned(), "127.0.0.1:2".to_owned()), ("PURSER_LOG".to_owned(), "debug".to_owned())];
    let flags = Layer { data: Some(folder.clone()), listen: Some("localhost:3".into()), ..Layer::default() };
    let config = Config::load(flags, env).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:3");
    assert_eq!(config.log, "debug");
    assert!(config.plain_http);
    assert_eq!(config.demo, Some(DemoSize::Small));

    std::fs::write(folder.join("purser.toml"), "listen = \"127.0.0.1:1\"\nlisen = 3\n").unwrap();
    let refused = Config::load(Layer { data: Some(folder.clone()), ..Layer::default() }, []).unwrap_err().to_string();
    assert!(refused.contains("Line 2") && refused.contains("lisen"), "{refused}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_network_needs_tls() {
    let open = |layer: Layer| problems(Layer { data: Some("/nonexistent".into()), listen: Some("0.0.0.0:0".into()), ..layer }, &[]);
    assert_eq!(open(Layer::default()), ["listen"]);
    assert!(open(Layer { plain_http: Some("true".into()), ..Layer::default() }).is_empty());
    assert!(open(Layer { tls_self_signed: Some("true".into()), ..Layer::default() }).is_empty());
    assert!(open(Layer { tls_cert: Some("c".into()), tls_key: Some("k".into()), ..Layer::default() }).is_empty());
}

#[test]
fn outside_parties_are_named_whole_or_not_at_all() {
    let found = |env: &[(&str, &str)]| problems(Layer { data: Some("/nonexistent".into()), ..Layer::default() }, env);
    let sms = [("PURSER_SMS_ACCOUNT", "AC1"), ("PURSER_SMS_TOKEN", "secret"), ("PURSER_SMS_FROM", "+15005550006")];
    assert!(found(&sms).is_empty());
    assert_eq!(found(&sms[..2]), ["sms_account"]);
    assert_eq!(found(&[sms[0], sms[1], sms[2], ("PURSER_SMS_URL", "http://sms.example")]), ["sms_url"]);
    assert_eq!(found(&[sms[0], sms[1], sms[2], ("PURSER_SMS_URL", "http://localhost.evil.test")]), ["sms_url"]);
    assert!(found(&[sms[0], sms[1], sms[2], ("PURSER_SMS_URL", "http://127.0.0.1:9")]).is_empty());
    let captcha = [("PURSER_CAPTCHA", "turnstile"), ("PURSER_CAPTCHA_SITE_KEY", "site"), ("PURSER_CAPTCHA_SECRET", "secret")];
    assert!(found(&captcha).is_empty());
    assert_eq!(found(&captcha[1..]), ["captcha"]);
    assert_eq!(found(&[("PURSER_CAPTCHA", "riddle"), captcha[1], captcha[2]]), ["captcha"]);
    assert!(found(&[("PURSER_REDIS", "redis://127.0.0.1:6379/0")]).is_empty());
    assert_eq!(found(&[("PURSER_REDIS", "http://127.0.0.1")]), ["redis"]);
    for good in ["redis://127.0.0.1:6379/0", "rediss://:secret@bus.example"] {
        assert!(found(&[("PURSER_BUS", good)]).is_empty(), "{good}");
    }
    for named in ["nats://127.0.0.1:4222", "tls://bus.example"] {
        assert_eq!(found(&[("PURSER_BUS", named)]).is_empty(), cfg!(feature = "nats"), "{named}");
    }
    for bad in ["http://127.0.0.1", "redis", "nats://"] {
        assert_eq!(found(&[("PURSER_BUS", bad)]), ["bus"], "{bad}");
    }
}
