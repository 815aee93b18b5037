//! The report: what a person reads, signs off and hands on.
//!
//! [`Report`] is made once from the outcome; each output is a function of it.
//! No host path, duration, thread count or clock is in it, so the same evidence
//! gives the same bytes everywhere. docs/formats/report.md describes it.

mod course;
mod html;
mod json;
mod junit;
mod markup;
mod model;
mod sarif;
mod table;
mod vsa;

pub use course::{
    Because, Claim, Course, Moment, Pair, Relation, Shown, Sort, write_course_html, write_course_json,
    write_course_ndjson, write_course_table,
};
pub use html::write_html;
pub use json::{error_object, report_id, write_json, write_ndjson};
pub use junit::write_junit;
pub use model::{About, At, CaseReport, CheckLine, ItemReport, KitLine, Report, SubjectReport, TrustLine};
pub use sarif::write_sarif;
pub use table::write_table;
pub use vsa::write_vsa;

/// The name of the form.
pub const SCHEMA: &str = "stella.report/v1";

/// The version of the set of checks: raised when the same evidence could get
/// another answer.
pub const RULES: &str = "1";
