//! Start and end of the desktop program: folders, engine, window; and when it goes, everything in order.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tauri::{AppHandle, Manager, RunEvent, WindowEvent};
use tracing_subscriber::EnvFilter;

use crate::desk::{self, NativeDesk};
use crate::ipc::{self, Door};
use crate::profiles::Store;
use crate::shell::{self, Setup, Shell};
use crate::vault::{Fallback, Vault};
use crate::watchdog::{self, Watchdog};
use crate::window::{self, Places, Zoom};
use crate::{engine, files, menu};

/// The admin console, in a window of its own.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "purser-desktop", version)]
pub struct Flags {
    /// The data folder, this time; otherwise the one that was chosen in the window.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where profiles and window sizes are remembered.
    #[arg(long, value_name = "DIR")]
    config: Option<PathBuf>,
    /// Fill an empty data folder with a plausible business to look around in.
    #[arg(long, value_name = "SIZE")]
    demo: Option<Demo>,
    /// Save a copy of the keys that the data folder's secrets are sealed with, from the keychain to a file, and end.
    #[arg(long, value_name = "FILE", requires = "data")]
    save_seal_keys: Option<PathBuf>,
    /// What is logged, in the form `info,purser_http=debug`.
    #[arg(long, default_value = "warn,purser_desktop=info", value_name = "FILTER")]
    log: String,
    /// Wait for the process that started this one to let go of the data folder.
    #[arg(long, hide = true)]
    after_other: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Demo {
    Small,
}

/// Open the window; returns when the last one is closed.
pub fn run(flags: Flags) -> Result<(), String> {
    let filter = EnvFilter::try_new(&flags.log).map_err(|error| format!("--log: {error}"))?;
    // Fails when somebody logs already, which is as good.
    drop(tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init());
    // Two providers come along with the libraries, so one has to be named; the engine names the same one.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    if let (Some(file), Some(data)) = (&flags.save_seal_keys, &flags.data) {
        return save_seal_keys(data, file);
    }
    if flags.after_other {
        std::thread::sleep(std::time::Duration::from_secs(2));
    }
    let mut builder = tauri::Builder::default();
    if let Some(id) = instance_name(flags.config.as_deref()) {
        let once = tauri_plugin_single_instance::Builder::new().dbus_id(id).callback(|app, _, _| window::to_front(app));
        builder = builder.plugin(once.build());
    }
    let sizes = tauri_plugin_window_state::Builder::new().with_filename(sizes_file(flags.config.as_deref()));
    let app = builder
        .plugin(sizes.build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .menu(menu::build)
        .on_window_event(|window, event| {
            if let WindowEvent::Destroyed = event {
                window.state::<Arc<Door>>().closed(window.label());
            }
        })
        .on_menu_event(|app, event| menu::chosen(app, &event))
        .invoke_handler(tauri::generate_handler![ipc::api, ipc::events])
        .setup(move |app| set_up(app.handle(), &flags))
        .build(tauri::generate_context!())
        .map_err(|error| format!("The window cannot be opened: {error}"))?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            let shell = app.state::<Arc<Shell>>().inner().clone();
            tauri::async_runtime::block_on(async move { shell.close().await });
        }
    });
    Ok(())
}

/// For whoever can not get in any more, and for a server on the window's folder: the account on this machine has the keychain anyway.
fn save_seal_keys(data: &Path, file: &Path) -> Result<(), String> {
    let vault = Vault::open(Fallback::Memory, Path::new(""));
    let keys = purser_server::seal_keys(data, vault.keychain().as_deref()).map_err(|error| error.to_string())?;
    files::write(file, keys.as_bytes())
}

fn set_up(app: &AppHandle, flags: &Flags) -> Result<(), Box<dyn std::error::Error>> {
    let config_folder = match &flags.config {
        Some(folder) => std::path::absolute(folder)?,
        None => app.path().app_config_dir()?,
    };
    let web = flags.config.is_some().then(|| config_folder.join("web"));
    let store = Store::open(&config_folder);
    let settings = store.settings();
    let data_folder = match flags.data.clone().or(settings.data_folder) {
        Some(folder) => std::path::absolute(folder)?,
        None => app.path().app_data_dir()?.join("data"),
    };
    let vault = Vault::open(settings.keychain_fallback, &shell::session_file(&config_folder));
    if let Some(reason) = vault.reason() {
        tracing::warn!(
            "there is no keychain ({reason}); sessions rest in {}",
            if vault.fallback() == Some(Fallback::File) { "a file" } else { "memory" }
        );
    }
    let demo = flags.demo.map(|Demo::Small| purser_server::DemoSize::Small);
    let desk = Box::new(NativeDesk(app.clone()));
    let opener = engine::opener(demo, vault.keychain());
    let setup = Setup { config_folder, data_folder, vault, store, opener, desk };
    // The engine is opened on the runtime while the window is being drawn.
    let shell = tauri::async_runtime::block_on(async move { Shell::start(setup) });
    app.manage(shell.clone());
    app.manage(Arc::new(Door::new(shell.clone())));
    app.manage(Watchdog::default());
    app.manage(Zoom::default());
    app.manage(Places { web });
    watchdog::watch(&window::open(app, window::MAIN)?);
    leave_in_order(app);
    let app = app.clone();
    tauri::async_runtime::spawn(async move { settle_owner(&app, &shell).await });
    Ok(())
}

/// Asked to stop by the system, Purser ends as if somebody had chosen Quit.
#[cfg(unix)]
fn leave_in_order(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            if let Ok(mut asked) = signal(kind) {
                asked.recv().await;
                app.exit(0);
            }
        });
    }
}

#[cfg(not(unix))]
fn leave_in_order(_: &AppHandle) {}

/// Another process has the data folder: say which, and offer what can be done.
async fn settle_owner(app: &AppHandle, shell: &Arc<Shell>) {
    let Err(refusal) = shell.local().wait().await else { return };
    if shell.profile_of(window::MAIN).url.is_some() {
        // Nobody asked for this computer's engine; the page says so if somebody does.
        return;
    }
    let connect = if refusal.address.is_some() { "Connect to it" } else { "Quit" };
    let quit_or_leave = if refusal.address.is_some() { "Quit" } else { "Stay" };
    let chosen = match desk::ask(app, "Purser", &refusal.detail, [connect, "Choose another folder", quit_or_leave]).await {
        0 if refusal.address.is_some() => shell.connect_to_owner(window::MAIN, refusal.address.as_deref().unwrap_or_default()).await.map(drop),
        1 => match shell.desk.pick_folder().await {
            Some(folder) => shell.move_to(folder).await,
            None => return,
        },
        2 if refusal.address.is_none() => return,
        _ => {
            app.exit(1);
            return;
        }
    };
    if let Err(problem) = chosen {
        desk::say(app, "Purser", &problem.detail);
    }
    if let Some(window) = app.get_webview_window(window::MAIN) {
        window::start_over(&window);
    }
}

/// One running program for each place it remembers things in. `None` where that cannot be told.
fn instance_name(config: Option<&Path>) -> Option<String> {
    const NAME: &str = "app.purser.desktop";
    match config {
        None => Some(NAME.to_owned()),
        Some(folder) => {
            let folder = std::path::absolute(folder).ok()?;
            let place = folder
                .to_string_lossy()
                .bytes()
                .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
            Some(format!("{NAME}.p{place:016x}"))
        }
    }
}

/// Joined to the program's own configuration folder, which a whole path replaces.
fn sizes_file(config: Option<&Path>) -> String {
    let folder = config.and_then(|folder| std::path::absolute(folder).ok()).unwrap_or_default();
    folder.join("windows.json").to_string_lossy().into_owned()
}
