//! What was mailed, as whoever opens the mail finds it.

use crate::TestApp;

impl TestApp {
    /// The secret of the newest link mailed to `email`, as whoever opens the mail finds it.
    pub async fn mailed_token(&self, email: &str) -> String {
        self.settle().await;
        let owner = self.owner_unasked().await;
        let mails = owner.get(&format!("/mailbox?limit=20&search={email}")).await.ok().data();
        // What became of the account is told without a link.
        let linked = mails.as_array().and_then(|mails| mails.iter().find(|mail| mail["template"] != "account_notice")).cloned().unwrap_or_default();
        let id = linked["id"].as_str().unwrap_or_else(|| panic!("nothing was mailed to {email}")).to_owned();
        let mail = owner.get(&format!("/mailbox/{id}")).await.ok().data();
        let text = mail["text"].as_str().expect("a text");
        let token = text.split("#token=").nth(1).unwrap_or_else(|| panic!("no link in {text}"));
        token.split_whitespace().next().expect("a token").to_owned()
    }

    /// The code of the newest message to `address`, as whoever opens it finds it.
    pub async fn sent_code(&self, address: &str) -> String {
        self.settle().await;
        let owner = self.owner_unasked().await;
        let mails = owner.get(&format!("/mailbox?limit=1&template=sign_in_code&search={address}")).await.ok().data();
        let id = mails[0]["id"].as_str().unwrap_or_else(|| panic!("nothing was sent to {address}")).to_owned();
        let mail = owner.get(&format!("/mailbox/{id}")).await.ok().data();
        let text = mail["text"].as_str().expect("a text").to_owned();
        let digits = text.split(|sign: char| !sign.is_ascii_digit()).find(|part| part.len() == 6);
        digits.unwrap_or_else(|| panic!("no code in {text}")).to_owned()
    }
}
