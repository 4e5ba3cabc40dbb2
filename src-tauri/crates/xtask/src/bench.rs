//! Measurements of a release build. What is measured and how lives in the package `purser-bench`; here it is built and given its files.

use crate::shell::{self, Result, built, cargo, program, root};
use crate::{journeys, system, ui};

/// Build, measure and write bench/RESULTS.md. Words after `bench` go to `purser-bench measure`.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    system::check_node()?;
    system::install(&[system::COMPILER, system::WINDOW, system::JOURNEYS, system::MEASURING])?;
    ui::build()?;
    println!("building the release");
    shell::run(&mut cargo(["build", "--release", "--bin", "purser", "--bin", "purser-bench"]))?;
    shell::run(&mut cargo(["build", "--release", "--package", "purser-desktop", "--features", "custom-protocol"]))?;
    let driver = journeys::window_driver()?;
    let mut measure = program(built("release", "purser-bench"), ["measure"]);
    measure.arg("--purser").arg(built("release", "purser")).arg("--desktop").arg(built("release", "purser-desktop"));
    measure.arg("--driver").arg(driver);
    shell::run(measure.arg("--out").arg(root().join("bench")).args(words))
}
