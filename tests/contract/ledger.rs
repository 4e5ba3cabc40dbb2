//! The ledger and the walls behind the money rules.

use purser_core::ids::{OrderId, PaymentId};
use purser_core::ledger::{AccountCode as Code, PostingKind};
use purser_core::{Currency, Error, Money};
use purser_store::ledger::{self, Posting};
use purser_store::{payments, sql};
use purser_testkit::{TestApp, both};

use crate::routes::shop::Shop;

fn posting(app: &TestApp, entries: Vec<(Code, i64)>) -> Posting {
    let at = app.app.clock.now();
    Posting {
        id: app.app.ids.next(at),
        kind: PostingKind::Import,
        memo: "Opening".into(),
        order: None,
        payment: None,
        refund: None,
        at,
        currency: Currency::EUR,
        entries,
    }
}

both! {
    async fn bookings_balance_and_stay(app) {
        let tenant = app.tenant().await;
        let (db, ids) = (&app.app.db, &app.app.ids);
        let good = posting(&app, vec![(Code::Cash, 100), (Code::Opening, -100)]);
        let bad = posting(&app, vec![(Code::Cash, 100), (Code::Opening, -99)]);
        let refused = db.transact(tenant, async |tx| ledger::post(tx, ids, &[good.clone(), bad]).await.map_err(Error::from)).await;
        assert!(matches!(refused, Err(Error::Internal(_))));
        for _ in 0..2 {
            let again = Posting { id: ids.next(good.at), ..good.clone() };
            db.transact(tenant, async |tx| ledger::post(tx, ids, &[again]).await.map_err(Error::from)).await.unwrap();
        }
        for statement in [
            "UPDATE ledger_entries SET amount = 1 WHERE tenant_id = $1",
            "DELETE FROM ledger_entries WHERE tenant_id = $1",
            "UPDATE ledger_postings SET memo = 'x' WHERE tenant_id = $1",
            "DELETE FROM ledger_postings WHERE tenant_id = $1",
        ] {
            let tried = db.transact(tenant, async |tx| tx.run(sql(statement).bind(tenant)).await.map_err(Error::from)).await;
            assert!(tried.is_err(), "{statement}");
        }
        let (accounts, proof, unbalanced) = db
            .read(tenant, async |tx| Ok::<_, Error>((ledger::balances(tx).await?, ledger::prove(tx).await?, ledger::unbalanced(tx).await?)))
            .await
            .unwrap();
        let cash = accounts.iter().find(|account| account.code == Code::Cash).unwrap();
        assert_eq!((accounts.len(), cash.debit, cash.credit), (2, 200, 0));
        assert!(unbalanced.is_empty());
        assert!(proof.iter().all(|one| (one.debit, one.credit) == (one.kept_debit, one.kept_credit)));
    }

    async fn accounts_are_opened_once_however_many_book_at_once(app) {
        let tenant = app.tenant().await;
        let tries = (0..8).map(|_| {
            let (app, posting) = (app.app.clone(), posting(&app, vec![(Code::Cash, 5), (Code::Opening, -5)]));
            tokio::spawn(async move {
                app.db.transact(tenant, async |tx| ledger::post(tx, &app.ids, &[posting]).await.map_err(Error::from)).await.unwrap();
            })
        });
        for one in tries.collect::<Vec<_>>() {
            one.await.unwrap();
        }
        let accounts = app.app.db.read(tenant, async |tx| ledger::balances(tx).await.map_err(Error::from)).await.unwrap();
        assert_eq!(accounts.iter().map(|account| account.debit + account.credit).collect::<Vec<_>>(), [40, 40]);
    }

    async fn the_schema_is_a_second_wall(app) {
        let shop = Shop::open(&app).await;
        let payment: PaymentId = shop.paid().await.parse().unwrap();
        let (tenant, db) = (app.tenant().await, &app.app.db);
        for statement in [
            "UPDATE payments SET refunded = captured + 1 WHERE tenant_id = $1",
            "UPDATE payments SET refund_pending = captured + 1 WHERE tenant_id = $1",
            "UPDATE payments SET refund_pending = -1 WHERE tenant_id = $1",
            "UPDATE payments SET captured = amount + 1 WHERE tenant_id = $1",
            "UPDATE orders SET refunded = paid + 1 WHERE tenant_id = $1",
            "UPDATE orders SET total = total - 1 WHERE tenant_id = $1",
            "UPDATE order_lines SET quantity = 0 WHERE tenant_id = $1",
            "UPDATE products SET stock = -1 WHERE tenant_id = $1",
            "UPDATE sandbox_charges SET refunded = captured + 1 WHERE tenant_id = $1",
        ] {
            let tried = db.transact(tenant, async |tx| tx.run(sql(statement).bind(tenant)).await).await;
            assert!(tried.is_err_and(|error| error.is_check()), "{statement}");
        }
        let reserve = async |amount, currency| {
            let money = Money::new(amount, currency);
            db.transact(tenant, async |tx| payments::reserve(tx, payment, money).await.map_err(Error::from)).await.unwrap()
        };
        assert!(reserve(5_901, Currency::EUR).await.is_none());
        assert!(reserve(1, "USD".parse().unwrap()).await.is_none());
        assert_eq!(reserve(5_000, Currency::EUR).await.unwrap().left, 900);
        assert!(reserve(901, Currency::EUR).await.is_none());
        assert_eq!(reserve(900, Currency::EUR).await.unwrap().left, 0);
        let elsewhere = app.db_tenant("Elsewhere").await;
        let found = db.read(elsewhere, async |tx| payments::find(tx, payment).await.map_err(Error::from)).await.unwrap();
        assert!(found.is_none());
        let nothing: OrderId = app.app.ids.next(app.app.clock.now());
        let found = db.read(tenant, async |tx| payments::of_order(tx, nothing).await.map_err(Error::from)).await.unwrap();
        assert!(found.is_empty());
    }
}
