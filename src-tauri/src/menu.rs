//! The native menu. What concerns the page goes to it as an event of the window in front (`navigate`, `palette`, `keys`); what
//! concerns the shell happens here. It works while the page does not.

use std::sync::Arc;

use serde_json::json;
use tauri::menu::{Menu, MenuBuilder, MenuEvent, MenuItem, MenuItemBuilder, SubmenuBuilder};
use tauri::{AppHandle, Manager, Wry};

use crate::desk;
use crate::local::Scope;
use crate::problem::Problem;
use crate::routes;
use crate::shell::Shell;
use crate::watchdog;
use crate::window;

/// Areas by their keys: (path, words).
const AREAS: [(&str, &str); 9] = [
    ("/", "Home"),
    ("/people", "People"),
    ("/orders", "Orders"),
    ("/payments", "Payments"),
    ("/refunds", "Refunds"),
    ("/products", "Products"),
    ("/files", "Files"),
    ("/ledger", "Ledger"),
    ("/audit", "Audit"),
];

fn item(app: &AppHandle, id: &str, words: &str, keys: Option<&str>) -> tauri::Result<MenuItem<Wry>> {
    let builder = MenuItemBuilder::with_id(id, words);
    match keys {
        Some(keys) => builder.accelerator(keys).build(app),
        None => builder.build(app),
    }
}

/// The whole menu.
pub(crate) fn build(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let share = SubmenuBuilder::new(app, "Share")
        .item(&item(app, "share-machine", "On this machine", None)?)
        .item(&item(app, "share-network", "On this network", None)?)
        .item(&item(app, "share-off", "Stop sharing", None)?)
        .build()?;
    let file = SubmenuBuilder::new(app, "File")
        .item(&item(app, "new-window", "New window", Some("CmdOrCtrl+Shift+N"))?)
        .item(&item(app, "go:/connections", "Connections", Some("CmdOrCtrl+Shift+C"))?)
        .separator()
        .item(&share)
        .item(&item(app, "data-folder", "Data folder…", None)?)
        .item(&item(app, "browser", "Open in browser", Some("CmdOrCtrl+Shift+B"))?)
        .separator()
        .item(&item(app, "go:/settings", "Settings", Some("CmdOrCtrl+Comma"))?)
        .item(&item(app, "close-window", "Close window", Some("CmdOrCtrl+W"))?)
        .item(&item(app, "quit", "Quit Purser", Some("CmdOrCtrl+Q"))?)
        .build()?;
    let mut menu = MenuBuilder::new(app).item(&file);
    // Elsewhere the webview does this by itself; macOS only hears of ⌘C through a menu.
    if cfg!(target_os = "macos") {
        menu = menu.item(&SubmenuBuilder::new(app, "Edit").undo().redo().separator().cut().copy().paste().select_all().build()?);
    }
    let view = SubmenuBuilder::new(app, "View")
        .item(&item(app, "palette", "Command palette", Some("CmdOrCtrl+K"))?)
        .item(&item(app, "reload", "Reload", Some("CmdOrCtrl+R"))?)
        .separator()
        .item(&item(app, "zoom-in", "Larger", Some("CmdOrCtrl+="))?)
        .item(&item(app, "zoom-out", "Smaller", Some("CmdOrCtrl+-"))?)
        .item(&item(app, "zoom-none", "Actual size", Some("CmdOrCtrl+0"))?)
        .item(&item(app, "full-screen", "Full screen", Some("F11"))?)
        .separator()
        .item(&item(app, "draw-simply", "Restart with simple drawing", None)?)
        .build()?;
    let mut go = SubmenuBuilder::new(app, "Go");
    for (place, (path, words)) in AREAS.iter().enumerate() {
        go = go.item(&item(app, &format!("go:{path}"), words, Some(&format!("CmdOrCtrl+{}", place + 1)))?);
    }
    let go = go.separator().item(&item(app, "go:/import", "Import", None)?).build()?;
    let help = SubmenuBuilder::new(app, "Help")
        .item(&item(app, "keys", "Keyboard shortcuts", Some("CmdOrCtrl+/"))?)
        .item(&item(app, "about", "About Purser", None)?)
        .build()?;
    menu.item(&view).item(&go).item(&help).build()
}

/// Somebody chose an item.
pub(crate) fn chosen(app: &AppHandle, event: &MenuEvent) {
    let id = event.id().as_ref();
    let in_front = window::focused(app);
    let shell = app.state::<Arc<Shell>>().inner().clone();
    let tell = |event: serde_json::Value| shell.tell(in_front.as_ref().map(tauri::WebviewWindow::label), event);
    let done = match (id, &in_front) {
        ("palette" | "keys", _) => {
            tell(json!({"topic": "shell", "action": id}));
            Ok(())
        }
        ("new-window", _) => window::open_another(app).map(|window| watchdog::watch(&window)),
        ("reload", Some(window)) => window.reload(),
        ("close-window", Some(window)) => window.close(),
        ("full-screen", Some(window)) => window.is_fullscreen().and_then(|full| window.set_fullscreen(!full)),
        ("quit", _) => {
            app.exit(0);
            Ok(())
        }
        _ => {
            if let Some(to) = id.strip_prefix("go:") {
                tell(json!({"topic": "shell", "action": "navigate", "to": to}));
            } else {
                chosen_of_shell(app, id);
            }
            Ok(())
        }
    };
    if let Err(error) = done {
        tracing::warn!(id, "the menu could not do this: {error}");
    }
}

fn chosen_of_shell(app: &AppHandle, id: &str) {
    match id {
        "zoom-in" => window::zoom(app, 1),
        "zoom-out" => window::zoom(app, -1),
        "zoom-none" => window::zoom(app, 0),
        "draw-simply" => watchdog::draw_simply(app),
        "about" => {
            desk::say(app, "Purser", &format!("Purser {}\n\nThe admin console that carries its back office with it.", env!("CARGO_PKG_VERSION")));
        }
        "share-machine" => later(app, |shell, _| async move { routes::share(&shell, true, Scope::Machine).await.map(|sharing| sharing.address) }),
        "share-network" => later(app, |shell, _| async move { routes::share(&shell, true, Scope::Network).await.map(|sharing| sharing.address) }),
        "share-off" => later(app, |shell, _| async move {
            routes::share(&shell, false, Scope::Machine).await.map(|_| Some("Nobody else can reach it now.".to_owned()))
        }),
        "browser" => later(app, |shell, window| async move { routes::in_browser(&shell, &window).await.map(|_| None) }),
        "data-folder" => {
            let windows: Vec<_> = app.webview_windows().into_values().collect();
            later(app, |shell, _| async move {
                if let Some(folder) = shell.desk.pick_folder().await {
                    shell.move_to(folder).await?;
                    windows.iter().for_each(window::start_over);
                }
                Ok(None)
            });
        }
        _ => {}
    }
}

/// Do it without holding up the menu; say how it went where there is something to say.
fn later<F: Future<Output = Result<Option<String>, Problem>> + Send + 'static>(app: &AppHandle, work: impl FnOnce(Arc<Shell>, String) -> F) {
    let shell = app.state::<Arc<Shell>>().inner().clone();
    let label = window::focused(app).map_or_else(|| window::MAIN.to_owned(), |window| window.label().to_owned());
    let (app, work) = (app.clone(), work(shell, label));
    tauri::async_runtime::spawn(async move {
        match work.await {
            Ok(Some(words)) => desk::say(&app, "Purser", &words),
            Ok(None) => {}
            Err(problem) => desk::say(&app, "Purser", &problem.detail),
        }
    });
}
