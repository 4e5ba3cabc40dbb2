//! Log lines go to standard error; standard output belongs to what was asked for.

use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Start logging. `filter` was checked with the settings.
pub(crate) fn start(filter: &str, format: LogFormat) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Fails when logging was started before, as tests do; the first one stays.
    drop(match format {
        LogFormat::Plain => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => lines.json().try_init(),
    });
}
