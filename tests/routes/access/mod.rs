mod explain;
mod explain_self;
mod impersonation;
mod keys;
mod policies;
mod review;
mod rights;
mod roles;
