//! Mail: what there is to say, and what became of it. The words themselves are in the service.

use crate::access::{Permission, Role, RoleKey};

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
        /// Another system could not be told for so long that it is told no more.
        WebhookOff = "webhook_off",
        /// What staff put together for a customer, to look at before it is ordered.
        Offer = "offer",
        /// Something their account depends on changed; a [`Notice`] says what.
        AccountNotice = "account_notice",
        /// An order was paid: what is in it and where it goes.
        OrderConfirmed = "order_confirmed",
        /// A parcel of an order left.
        OrderShipped = "order_shipped",
        /// All of an order arrived.
        OrderDelivered = "order_delivered",
        /// An order was called off.
        OrderCancelled = "order_cancelled",
        /// Money of an order went back.
        OrderRefunded = "order_refunded",
        /// Something waits for somebody on the staff; a [`Wish`] says what.
        StaffNotice = "staff_notice",
        /// What a week came to.
        WeeklyReport = "weekly_report",
    }
}

crate::text_enum! {
    /// What a person is told of about their own account.
    Notice {
        /// A second factor or a passkey was added.
        FactorAdded = "factor_added",
        /// One was taken away.
        FactorRemoved = "factor_removed",
        /// All were taken away by staff.
        FactorsReset = "factors_reset",
        /// There are new backup codes.
        BackupCodesRenewed = "backup_codes_renewed",
        /// The account has another address; told to the one before.
        EmailChanged = "email_changed",
        /// An API key was made.
        KeyMade = "key_made",
        /// An account elsewhere opens this one from now on.
        ProviderLinked = "provider_linked",
        /// It does no longer.
        ProviderUnlinked = "provider_unlinked",
        /// Somebody sees Purser as they do.
        Impersonated = "impersonated",
        /// Their password runs out soon.
        PasswordExpires = "password_expires",
        /// Somebody wanted to make an account with their address, and they have one.
        AlreadyRegistered = "already_registered",
        /// One of their API keys runs out soon.
        KeyExpires = "key_expires",
        /// They have another role.
        RoleChanged = "role_changed",
        /// Too many failures locked their account for a while, towards one address of the network.
        LockedHere = "locked_here",
        /// The same towards every address but their usual ones.
        LockedEverywhere = "locked_everywhere",
        /// Too many wrong codes: no second factor is taken for a while.
        FactorsLocked = "factors_locked",
    }
}

crate::text_enum! {
    /// What somebody on the staff can be told of by mail, if they want to.
    Wish {
        /// The time to answer a dispute runs out.
        Disputes = "disputes",
        /// A request waits for somebody to decide.
        Approvals = "approvals",
        /// Products run out.
        Stock = "stock",
        /// Work was given up.
        Jobs = "jobs",
        /// The week in figures.
        Weekly = "weekly",
    }
}

impl Wish {
    /// What one has to have the right to, to be told.
    pub const fn needs(self) -> Permission {
        match self {
            Self::Disputes => Permission::AnswerDispute,
            Self::Approvals => Permission::DecideApproval,
            Self::Stock => Permission::UpdateProduct,
            Self::Jobs => Permission::ManageJob,
            Self::Weekly => Permission::ReadStats,
        }
    }

    /// Whether somebody of this role is told unless they chose otherwise.
    pub fn is_usual_for(self, role: RoleKey) -> bool {
        matches!(self, Self::Disputes | Self::Approvals) && (role == Role::Owner || role == Role::Finance)
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
