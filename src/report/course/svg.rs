//! The drawing of a timeline: a row for each moment, a column for each instant.
//!
//! Columns are the instants that something names, in order, and equally far apart:
//! what matters on it is what lies before what, and a day that lies between years
//! would be a dot on a scale. Marks differ by shape, so that neither colour nor a
//! good printer is needed. Every number is an integer.

use std::collections::BTreeSet;

use super::json::name;
use super::{Claim, Course, Moment};
use crate::report::markup::escaped;
use crate::time::UnixTime;

/// Rows in one drawing: as many as go on a page of paper.
pub(super) const ROWS: usize = 40;

/// Rows that are drawn at all; the table lists all moments.
pub(super) const ROWS_DRAWN_MAX: usize = 400;

const LABEL: usize = 400;
const FIELD: usize = 800;
const EDGE: usize = 20;
/// Right of the last column, for the date over it.
const MARGIN: usize = 90;
const HEAD: usize = 150;
const ROW: usize = 24;
/// Letters of a label.
const LETTERS: usize = 52;
/// How far apart the dates over the columns have to be, so that they can be read.
const DATES_APART: usize = 16;

/// Where instants are.
pub(super) struct Scale(Vec<UnixTime>);

impl Scale {
    /// Of everything that will be drawn.
    pub fn of(course: &Course) -> Scale {
        let all = course.moments.iter().take(ROWS_DRAWN_MAX);
        let instants = all.flat_map(|moment| [moment.proven.earliest, moment.proven.latest, moment.claimed]);
        let instants: BTreeSet<UnixTime> = instants.flatten().collect();
        Scale(instants.into_iter().collect())
    }

    /// Whether there is anything to draw.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn column(&self, number: usize) -> usize {
        match self.0.len() {
            0 | 1 => LABEL + EDGE + FIELD / 2,
            many => LABEL + EDGE + FIELD * number / (many - 1),
        }
    }

    fn x(&self, instant: UnixTime) -> usize {
        self.column(self.0.binary_search(&instant).unwrap_or_else(|place| place))
    }
}

/// One drawing of some moments, of which the first has that number.
pub(super) fn draw(scale: &Scale, moments: &[Moment], from: usize, number: usize) -> String {
    let (width, height) = (LABEL + FIELD + 2 * EDGE + MARGIN, HEAD + ROW * moments.len() + EDGE);
    let mut out = format!(
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"drawing{number} about{number}\" \
         xmlns=\"http://www.w3.org/2000/svg\">\n<title id=\"drawing{number}\">Moments {} to {}</title>\n\
         <desc id=\"about{number}\">A row for each moment of the table below, a column for each instant, from {} \
         to {}. The table says the same in words.</desc>\n",
        name(from),
        name(from + moments.len().saturating_sub(1)),
        scale.0.first().map_or(String::new(), ToString::to_string),
        scale.0.last().map_or(String::new(), ToString::to_string),
    );
    for row in (0..moments.len()).step_by(2) {
        out += &format!(
            "<rect class=\"row\" x=\"0\" y=\"{}\" width=\"{width}\" height=\"{ROW}\"/>\n",
            HEAD + ROW * row
        );
    }
    let mut last = None;
    for (column, instant) in scale.0.iter().enumerate() {
        let x = scale.column(column);
        out += &format!("<path class=\"grid\" d=\"M{x} {HEAD}V{}\"/>\n", height - EDGE);
        if last.is_none_or(|last| x >= last + DATES_APART) {
            out += &format!(
                "<text transform=\"translate({} {}) rotate(-60)\">{}</text>\n",
                x + 4,
                HEAD - 6,
                date(*instant)
            );
            last = Some(x);
        }
    }
    for (row, moment) in moments.iter().enumerate() {
        let y = HEAD + ROW * row;
        let label: String = format!("{} {}: {}", name(from + row), moment.who, moment.what);
        let label = match label.char_indices().nth(LETTERS) {
            Some((end, _)) => format!("{}\u{2026}", &label[..end]),
            None => label,
        };
        out += &format!("<text x=\"4\" y=\"{}\">{}</text>\n", y + 16, escaped(&label));
        out += &bar(scale, moment, y + ROW / 2);
    }
    out + "</svg>\n"
}

/// To the second: the table has the rest.
fn date(instant: UnixTime) -> String {
    let whole = UnixTime::new(instant.seconds(), 0).map_or(String::new(), |whole| whole.to_string());
    if instant.nanos() == 0 { whole } else { whole.replace('Z', ".\u{2026}Z") }
}

/// What is proven as a bar, what is claimed as a ring.
fn bar(scale: &Scale, moment: &Moment, middle: usize) -> String {
    let (left, right) = (LABEL + EDGE / 2, LABEL + EDGE + FIELD + EDGE / 2);
    let top = middle - 5;
    let mut out =
        match (moment.proven.earliest.map(|at| scale.x(at)), moment.proven.latest.map(|at| scale.x(at))) {
            (None, None) => String::new(),
            (Some(from), Some(to)) => {
                let (x, width) = if to > from { (from, to - from) } else { (from - 3, 6) };
                format!("<rect class=\"proven\" x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"10\"/>\n")
            }
            (None, Some(to)) => {
                let width = to.saturating_sub(left).max(4);
                format!(
                    "<rect class=\"halfopen\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"10\"/>\
                 <path class=\"arrow\" d=\"M{} {top}l-5 5l5 5\"/>\n",
                    left + 10
                )
            }
            (Some(from), None) => {
                let width = right.saturating_sub(from).max(4);
                format!(
                    "<rect class=\"halfopen\" x=\"{from}\" y=\"{top}\" width=\"{width}\" height=\"10\"/>\
                 <path class=\"arrow\" d=\"M{} {top}l5 5l-5 5\"/>\n",
                    right - 10
                )
            }
        };
    let Some(claimed) = moment.claimed.map(|at| scale.x(at)) else { return out };
    out += &format!("<circle class=\"claim\" cx=\"{claimed}\" cy=\"{middle}\" r=\"4\"/>\n");
    if let Claim::TooEarly | Claim::TooLate = moment.claim {
        let x = claimed - 8;
        out += &format!("<path class=\"wrong\" d=\"M{x} {}l16 16m0 -16l-16 16\"/>\n", middle - 8);
    }
    out
}
