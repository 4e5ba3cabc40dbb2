//! A window may stay blank: after an update of the system's webview, or on a graphics driver it does not like. The page says
//! something within seconds of being loaded; when it does not, a native dialog offers the browser instead.

use std::collections::HashSet;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tauri::{AppHandle, Manager, WebviewWindow};

use crate::desk;
use crate::routes;
use crate::shell::Shell;
use crate::window;

const PATIENCE: Duration = Duration::from_secs(12);

/// Which windows were heard of.
#[derive(Default)]
pub(crate) struct Watchdog(Mutex<HashSet<String>>);

impl Watchdog {
    pub(crate) fn heard(&self, window: &str) {
        let mut heard = self.0.lock();
        if !heard.contains(window) {
            heard.insert(window.to_owned());
            tracing::info!(window, "the page is there");
        }
    }

    fn knows(&self, window: &str) -> bool {
        self.0.lock().contains(window)
    }

    fn forget(&self, window: &str) {
        self.0.lock().remove(window);
    }
}

/// Wait for a window's page; offer the browser when it does not come, or when it goes.
pub(crate) fn watch(window: &WebviewWindow) {
    notice_death(window);
    watch_page(window.app_handle(), window.label());
}

fn watch_page(app: &AppHandle, window: &str) {
    let (app, window) = (app.clone(), window.to_owned());
    tauri::async_runtime::spawn(async move {
        loop {
            tokio::time::sleep(PATIENCE).await;
            if app.state::<Watchdog>().knows(&window) || app.get_webview_window(&window).is_none() {
                return;
            }
            if !offer(&app, &window, "The window has stayed blank", "Keep waiting").await {
                return;
            }
        }
    });
}

/// Be told when the page's process dies.
#[cfg(target_os = "linux")]
fn notice_death(window: &WebviewWindow) {
    use webkit2gtk::WebViewExt;
    let (app, label) = (window.app_handle().clone(), window.label().to_owned());
    let noticed = window.with_webview(move |webview| {
        webview.inner().connect_web_process_terminated(move |_, how| {
            tracing::error!(?how, "the page's process ended");
            died(&app, &label);
        });
    });
    if let Err(error) = noticed {
        tracing::warn!("a dying page would not be noticed: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
fn notice_death(_: &WebviewWindow) {}

/// The page's process died.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only WebKitGTK tells so far"))]
fn died(app: &AppHandle, window: &str) {
    app.state::<Watchdog>().forget(window);
    let (app, window) = (app.clone(), window.to_owned());
    tauri::async_runtime::spawn(async move {
        let again = offer(&app, &window, "The page stopped working", "Load it again").await;
        if let Some(window) = app.get_webview_window(&window).filter(|_| again) {
            window::start_over(&window);
            watch_page(&app, window.label());
        }
    });
}

/// `true`: neither, but what the last button says.
async fn offer(app: &AppHandle, window: &str, what: &str, otherwise: &str) -> bool {
    let question = format!(
        "{what}. This can follow an update of the system's web view. Your data is safe, and the same console works in a browser.\n\n\
         Simple drawing starts Purser again without the graphics card."
    );
    match desk::ask(app, "Purser", &question, ["Open in browser", "Simple drawing", otherwise]).await {
        0 => {
            let shell = app.state::<Arc<Shell>>().inner().clone();
            if let Err(problem) = routes::in_browser(&shell, window).await {
                desk::say(app, "Purser", &problem.detail);
            }
            false
        }
        1 => {
            draw_simply(app);
            false
        }
        _ => true,
    }
}

/// Start again with the drawing that works everywhere. The environment has to be there before the process is.
pub(crate) fn draw_simply(app: &AppHandle) {
    let program = std::env::current_exe();
    let started = program.and_then(|program| {
        Command::new(program)
            .args(std::env::args_os().skip(1).filter(|argument| argument != "--after-other"))
            .arg("--after-other")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
            .spawn()
    });
    match started {
        Ok(_) => app.exit(0),
        Err(error) => desk::say(app, "Purser", &format!("Purser could not be started again: {error}.")),
    }
}
