//! What a killed process leaves behind is gone after the next start; what belongs to somebody stays.

use purser_core::time::HOUR;
use purser_service::files;
use purser_testkit::both;

use super::{objects, upload};

both! {
    async fn orphans_go_and_files_stay(app) {
        let owner = app.owner().await;
        let id = upload(&owner, "a.txt", b"keep me").await.is(201).data()["id"].as_str().unwrap().to_owned();
        let kept = objects(&app);
        let shelf = kept[0].parent().unwrap();
        // An object whose row was never written, and one that was being written.
        let orphan = uuid::Uuid::from_u128(uuid::Uuid::parse_str(&id).unwrap().as_u128() ^ 0x10_0000_0000);
        std::fs::write(shelf.join(orphan.to_string()), b"nobody knows me").unwrap();
        let half = app.database.folder.path().join("objects/unfinished").join(orphan.to_string());
        std::fs::write(&half, b"hal").unwrap();
        assert_eq!(objects(&app).len(), 3);
        app.advance(2 * HOUR);
        app.app.vault.tidy(app.app.clock.now()).await.unwrap();
        assert_eq!(files::sweep(&app.app, app.app.clock.now()).await.unwrap(), 1);
        assert_eq!(objects(&app), kept);
        let owner = app.owner().await;
        assert_eq!(owner.get(&format!("/files/{id}/download")).await.ok().text(), "keep me");
    }

    async fn the_bytes_of_a_deleted_file_go_when_its_grace_is_over(app) {
        let owner = app.owner().await;
        let made = async |name: &str| upload(&owner, name, b"brass").await.is(201).data()["id"].as_str().unwrap().to_owned();
        let (gone, kept) = (made("gone.txt").await, made("kept.txt").await);
        let _ = owner.delete(&format!("/files/{gone}")).await.is(204);
        let swept = async || files::sweep(&app.app, app.app.clock.now()).await.unwrap();
        app.advance(files::GRACE - HOUR);
        assert_eq!((swept().await, objects(&app).len()), (0, 2), "its grace is not over");
        app.advance(2 * HOUR);
        assert_eq!(swept().await, 1);
        assert_eq!(swept().await, 0);
        let left = objects(&app);
        assert!(left.len() == 1 && left[0].ends_with(&kept), "{left:?}");
        let owner = app.owner().await;
        let _ = owner.get(&format!("/files/{gone}/download")).await.problem(404, "not_found");
        assert_eq!(owner.get(&format!("/files/{kept}/download")).await.ok().text(), "brass");
        // The log still tells of it, and is whole.
        assert_eq!(owner.get("/audit?action=file.delete").await.ok().meta()["total"], 1);
        assert!(owner.get("/audit/verify").await.ok().data()["intact"].as_bool().unwrap());
    }
}
