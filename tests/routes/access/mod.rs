mod explain;
mod impersonation;
mod keys;
mod policies;
mod review;
mod rights;
mod roles;
