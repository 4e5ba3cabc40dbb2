//! Windows: made, shown again, brought to the front, zoomed. Each looks at one profile.

use tauri::utils::config::Color;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// The first window; the only one whose profile is remembered.
pub(crate) const MAIN: &str = "main";
const TITLE: &str = "Purser";
/// The page's own ground (light), so that the moment before the first paint is not a flash of white.
const GROUND: Color = Color(0xf7, 0xf6, 0xf3, 0xff);

/// Where the system's language is "C" (a bare server, a container) `WebKitGTK` hands that to the page, where every `Intl` refuses it.
const SPEAKABLE: &str = "try { new Intl.Locale(navigator.language) } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-GB' });
    Object.defineProperty(navigator, 'languages', { value: Object.freeze(['en-GB', 'en']) });
}";

/// Sizes the page may be shown in; the one in the middle is its own.
const ZOOM: [f64; 9] = [0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0];
const ZOOM_NONE: usize = 4;

/// Make a window with the label.
pub(crate) fn open(app: &AppHandle, label: &str) -> tauri::Result<WebviewWindow> {
    let builder = WebviewWindowBuilder::new(app, label, WebviewUrl::App("index.html".into()))
        .title(TITLE)
        .inner_size(1_280.0, 840.0)
        .min_inner_size(760.0, 520.0)
        .background_color(GROUND)
        .initialization_script(SPEAKABLE)
        // Dropping a file on an upload field is the page's business.
        .disable_drag_drop_handler()
        // The console and nothing else: no link leads this window away.
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri") || url.host_str() == Some("tauri.localhost") || cfg!(debug_assertions) && url.port() == Some(1_420)
        })
        .on_new_window(|_, _| tauri::webview::NewWindowResponse::Deny);
    match &app.state::<Places>().web {
        Some(folder) => builder.data_directory(folder.clone()).build(),
        None => builder.build(),
    }
}

/// One more window, with a label that is free.
pub(crate) fn open_another(app: &AppHandle) -> tauri::Result<WebviewWindow> {
    let label = (2..1_000).map(|number: u32| format!("window-{number}")).find(|label| app.get_webview_window(label).is_none()).unwrap_or_default();
    open(app, &label)
}

/// The window in front, else the first one.
pub(crate) fn focused(app: &AppHandle) -> Option<WebviewWindow> {
    let all = app.webview_windows();
    let in_front = all.values().find(|window| window.is_focused().unwrap_or(false)).cloned();
    in_front.or_else(|| all.get(MAIN).cloned()).or_else(|| all.into_values().next())
}

/// Bring Purser to the front: somebody started it a second time.
pub(crate) fn to_front(app: &AppHandle) {
    let Some(window) = focused(app).or_else(|| open(app, MAIN).ok()) else { return };
    for done in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = done {
            tracing::warn!("the window could not be brought to the front: {error}");
        }
    }
}

/// Begin anew at the first page: nothing of what was on it belongs to what comes.
pub(crate) fn start_over(window: &WebviewWindow) {
    let home = window.url().map(|mut url| {
        url.set_path("/");
        url.set_query(None);
        url.set_fragment(None);
        url
    });
    if let Err(error) = home.and_then(|url| window.navigate(url)) {
        tracing::warn!("the page could not be loaded again: {error}");
    }
}

/// The next size up or down.
pub(crate) fn zoom(app: &AppHandle, step: isize) {
    let sizes = app.state::<Zoom>();
    let mut at = sizes.0.lock();
    *at = if step == 0 { ZOOM_NONE } else { at.saturating_add_signed(step).min(ZOOM.len() - 1) };
    for window in app.webview_windows().values() {
        if let Err(error) = window.set_zoom(ZOOM[*at]) {
            tracing::warn!("the page could not be resized: {error}");
        }
    }
}

/// Where the webview keeps what the page remembers; the system's own place when nothing was said.
pub(crate) struct Places {
    pub(crate) web: Option<std::path::PathBuf>,
}

/// Which size is in use.
pub(crate) struct Zoom(parking_lot::Mutex<usize>);

impl Default for Zoom {
    fn default() -> Self {
        Self(parking_lot::Mutex::new(ZOOM_NONE))
    }
}
