//! `stella forensic timeline`: what happened when, over everything that is there.

use std::io::{self, Write};
use std::path::Path;

use crate::cli::args::{CourseFormat, Output, Timeline};
use crate::cli::failure::Failure;
use crate::cli::{collecting, judging, writing};
use crate::policy::Status;
use crate::report::{self, Course};

/// Runs the command; the number is the exit status.
pub fn run(arguments: &Timeline) -> Result<u8, Failure> {
    let reports: Vec<&Path> = arguments.reports.iter().map(|(_, file)| file.as_path()).collect();
    let judged =
        judging::judge(arguments.evidence.clone(), &arguments.judging, &arguments.reading, &reports)?;
    let course = Course::new(&judged.evidence, &judged.outcome);
    if course.is_empty() {
        return Err(Failure::missing(
            "nothing at the given paths has a time: no event of a timeline, and no signature, stamp or entry \
             of a log that holds under the trust that was given",
        ));
    }
    for (format, file) in &arguments.reports {
        let mut bytes = Vec::new();
        let written = match format {
            CourseFormat::Json => report::write_course_json(&course, &mut bytes),
            CourseFormat::Html => report::write_course_html(&course, &mut bytes),
        };
        written.map_err(|error| Failure::fault(format!("the timeline cannot be written: {error}")))?;
        writing::whole(file, &bytes)?;
    }
    match print(&course, collecting::output(arguments.output)) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        printed => {
            printed.map_err(|error| Failure::fault(format!("the result cannot be written: {error}")))?;
        }
    }
    Ok(match course.status {
        _ if judged.report.has_fault() => 1,
        Status::Rejected => 3,
        Status::Inconclusive => 6,
        Status::Verified => 0,
    })
}

fn print(course: &Course, output: Output) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match output {
        Output::Json => report::write_course_json(course, &mut out)?,
        Output::Ndjson => report::write_course_ndjson(course, &mut out)?,
        Output::Table => report::write_course_table(course, &mut out)?,
    }
    out.flush()
}
