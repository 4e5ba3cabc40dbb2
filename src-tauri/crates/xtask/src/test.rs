//! Everything that says whether Purser works, in the order that finds a fault soonest.

use crate::postgres::Cluster;
use crate::shell::{self, Result, cargo, root};
use crate::steps::{Done, Steps};
use crate::{fuzz, journeys, lint, schema, simulate, system, ui};

struct Wish<'a> {
    fast: bool,
    filter: Option<&'a str>,
}

/// Parts a filter can name; any other word picks Rust tests.
const PARTS: &[&str] = &["lint", "rust", "console", "schema", "simulate", "fuzz", "browser", "desktop"];

/// Run it.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    let mut wish = Wish { fast: false, filter: None };
    for word in words {
        match *word {
            "--fast" => wish.fast = true,
            word if word.starts_with('-') || wish.filter.is_some() => {
                return Err(format!("test does not know `{word}`; it takes --fast and one FILTER"));
            }
            word => wish.filter = Some(word),
        }
    }
    system::check_node()?;
    let mut steps = Steps::default();
    let ready = steps.step("system packages", |_| {
        let mut groups = vec![system::COMPILER, system::DATABASE];
        if wish.wants("desktop") || wish.wants("browser") || wish.wants("lint") {
            groups.push(system::WINDOW);
        }
        if wish.wants("desktop") || wish.wants("browser") {
            groups.push(system::JOURNEYS);
        }
        if wish.wants("fuzz") || wish.wants("rust") || wish.wants("browser") {
            groups.push(system::PYTHON);
        }
        system::install(&groups).map(|()| Done::Ran)
    });
    if ready {
        wish.steps(&mut steps);
    }
    steps.finish()
}

impl Wish<'_> {
    fn wants(&self, part: &str) -> bool {
        match self.filter {
            Some(filter) if PARTS.contains(&filter) => filter == part,
            Some(_) => part == "rust",
            None => !(self.fast && matches!(part, "simulate" | "fuzz" | "browser" | "desktop")),
        }
    }

    fn steps(&self, steps: &mut Steps) {
        if self.wants("lint") {
            lint::quick(steps);
        }
        if self.wants("console") {
            console(steps);
        }
        let built = steps.step("console: build", |_| ui::build().map(|()| Done::Ran));
        if self.wants("lint") {
            lint::clippy(steps);
        }
        if self.wants("schema") {
            steps.step("schema", |_| {
                if schema::exists() { schema::check().map(|()| Done::Ran) } else { Ok(Done::Skipped("no ui/openapi.json in this tree yet".into())) }
            });
        }
        if self.wants("rust") {
            self.rust(steps);
        }
        if self.wants("simulate") {
            steps.step("simulate", |tally| simulate::run(&[], tally).map(|()| Done::Ran));
        }
        if self.wants("fuzz") {
            fuzz::operations(steps);
        }
        if built && self.wants("browser") {
            journeys::browser(steps);
        }
        if built && self.wants("lint") && !self.fast {
            lint::window_clippy(steps);
        }
        if built && self.wants("desktop") {
            journeys::desktop(steps);
        }
    }

    /// Every Rust test that needs no window, on both engines.
    fn rust(&self, steps: &mut Steps) {
        let words = self.filter.filter(|filter| !PARTS.contains(filter));
        steps.step("rust: parties", |_| ui::parties().map(|()| Done::Ran));
        steps.step("rust: build", |_| shell::run(&mut cargo(["build", "--all-targets"])).map(|()| Done::Ran));
        steps.step("rust: tests on SQLite and PostgreSQL", |tally| {
            let cluster = Cluster::start()?;
            let mut tests = cargo(["test", "--no-fail-fast"]);
            tests.args(words).env("PURSER_TEST_POSTGRES", &cluster.url);
            shell::run_counting(&mut tests, tally).map(|()| Done::Ran)
        });
    }
}

fn console(steps: &mut Steps) {
    steps.step("console: packages", |_| ui::packages().map(|()| Done::Ran));
    steps.step("console: types", |_| shell::run(&mut ui::npm(&["run", "--silent", "check"])).map(|()| Done::Ran));
    steps.step("console: lint", |_| shell::run(&mut ui::npm(&["run", "--silent", "lint"])).map(|()| Done::Ran));
    steps.step("console: tests", |tally| {
        if !has_tests(&root().join("ui/src")) {
            return Ok(Done::Skipped("no tests in ui/src yet".into()));
        }
        shell::run_counting(&mut ui::npm(&["run", "--silent", "test"]), tally).map(|()| Done::Ran)
    });
}

fn has_tests(dir: &std::path::Path) -> bool {
    std::fs::read_dir(dir).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() { has_tests(&path) } else { entry.file_name().to_string_lossy().contains(".test.ts") }
    })
}
