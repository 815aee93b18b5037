//! A bar on stderr while evidence is read: only where stderr is a terminal, and
//! only once the reading takes long enough to be noticed.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::args::Reading;
use crate::evidence::Progress;

/// The bar.
pub struct Bar {
    bar: ProgressBar,
    items: AtomicU64,
}

impl Bar {
    /// A bar, where one is wanted and can be seen.
    pub fn wanted(reading: &Reading) -> Option<Bar> {
        if reading.quiet || reading.no_progress || !std::io::stderr().is_terminal() {
            return None;
        }
        // Three draws a second: enough to see that it moves.
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(3));
        let style = ProgressStyle::with_template(
            "{bar:30} {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left, {msg}",
        )
        .expect("the template is a constant that a test draws");
        bar.set_style(style.progress_chars("=> "));
        bar.enable_steady_tick(Duration::from_millis(500));
        Some(Bar { bar, items: AtomicU64::new(0) })
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn expect(&self, bytes: u64, _items: u64) {
        self.bar.inc_length(bytes);
    }

    fn advance(&self, bytes: u64, items: u64) {
        self.bar.inc(bytes);
        if items > 0 {
            let all = self.items.fetch_add(items, Ordering::Relaxed) + items;
            self.bar.set_message(format!("{all} items"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_one() {
        let template = "{bar:30} {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left, {msg}";
        assert!(ProgressStyle::with_template(template).is_ok());
    }
}
