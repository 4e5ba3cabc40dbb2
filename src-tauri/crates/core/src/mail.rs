//! Mail: what there is to say, and what became of it. The words themselves are in the service.

crate::text_enum! {
    /// What a mail is about.
    Template {
        /// Somebody is asked in and chooses a password.
        Invitation = "invitation",
        /// An address is to be proved.
        Verification = "verification",
        /// An address was proved; how it goes on.
        Welcome = "welcome",
        /// A forgotten password is to be replaced.
        PasswordReset = "password_reset",
        /// A password was changed.
        PasswordChanged = "password_changed",
        /// A code to sign in with.
        SignInCode = "sign_in_code",
        /// Somebody signed in from where they never did before.
        NewDevice = "new_device",
        /// Somebody opened the sealed way in.
        BreakGlass = "break_glass",
    }
}

crate::text_enum! {
    /// How a message reaches a person.
    Channel {
        /// By e-mail.
        Email = "email",
        /// As a text message.
        Sms = "sms",
    }
}

crate::text_enum! {
    /// What became of a mail.
    MailState {
        /// Waits to be sent.
        Queued = "queued",
        /// Was handed over.
        Sent = "sent",
        /// Was not taken; it is tried again as long as its job has tries.
        Failed = "failed",
    }
}
