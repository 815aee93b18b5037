use super::*;

fn at(second: i64) -> UnixTime {
    UnixTime::new(second, 0).unwrap()
}

fn between(earliest: Option<i64>, latest: Option<i64>) -> Interval {
    Interval { earliest: earliest.map(at), latest: latest.map(at) }
}

fn moment(sort: Sort, item: &str, proven: Interval) -> Moment {
    Moment {
        sort,
        case: 0,
        case_id: "case".into(),
        item: item.into(),
        place: String::new(),
        chain: None,
        sequence: 0,
        what: "did".into(),
        who: "somebody".into(),
        claimed: None,
        proven,
        by: BTreeSet::new(),
        claim: Claim::None,
        ties: Ties::default(),
    }
}

fn event(sequence: u64, proven: Interval, claimed: i64, bound: bool) -> Moment {
    let ties = Ties { bound, ..Ties::default() };
    let claim = Claim::of(Some(at(claimed)), &proven);
    Moment {
        chain: Some("chain".into()),
        sequence,
        place: format!("line {sequence}"),
        claimed: Some(at(claimed)),
        claim,
        ties,
        ..moment(Sort::Event, "log", proven)
    }
}

fn signature(item: &str, is: &str, about: &str) -> Moment {
    let set = |text: &str| text.split_terminator(' ').map(str::to_owned).collect();
    let ties = Ties { is: set(is), about: set(about), over: item.to_owned(), ..Ties::default() };
    Moment { ties, ..moment(Sort::Signature, item, Interval::UNKNOWN) }
}

fn stamp(item: &str, covers: &str, proven: Interval) -> Moment {
    let ties = Ties { covers: BTreeSet::from([covers.to_owned()]), ..Ties::default() };
    Moment { ties, ..moment(Sort::Stamp, item, proven) }
}

/// Sorted as a course is, with its pairs in words.
fn course(mut moments: Vec<Moment>) -> (Vec<String>, Vec<String>) {
    moments.sort_by(|a, b| a.key().cmp(&b.key()));
    let moments = order::ordered(moments);
    let (pairs, left_out) = pairs::pairs(&moments);
    assert_eq!(left_out, 0);
    let called = |moment: &Moment| match moment.sequence {
        0 => moment.item.clone(),
        sequence => sequence.to_string(),
    };
    let pairs = pairs.iter().map(|pair| {
        let (first, second) = (called(&moments[pair.first]), called(&moments[pair.second]));
        let (because, relation, shown) = (pair.because.name(), pair.relation.name(), pair.shown.name());
        format!("{first} {second} {because} {relation} {shown}")
    });
    let pairs = pairs.collect();
    (moments.iter().map(called).collect(), pairs)
}

#[test]
fn intervals() {
    let check = |first, second, expected| assert_eq!(Relation::of(&first, &second), expected);
    let (early, late) = (between(Some(1), Some(3)), between(Some(4), Some(6)));
    check(early, late, Relation::Before);
    check(late, early, Relation::Contradictory);
    check(early, between(Some(3), Some(4)), Relation::Overlapping);
    check(Interval::UNKNOWN, late, Relation::Overlapping);
    check(late, Interval::UNKNOWN, Relation::Overlapping);
    check(between(None, Some(3)), between(Some(4), None), Relation::Before);
    check(between(Some(4), None), between(None, Some(3)), Relation::Contradictory);
    check(between(None, Some(3)), between(None, Some(9)), Relation::Overlapping);
}

#[test]
fn claims() {
    let check = |claimed: Option<i64>, proven, expected| {
        assert_eq!(Claim::of(claimed.map(at), &proven), expected);
    };
    check(None, between(Some(1), Some(2)), Claim::None);
    check(Some(1), Interval::UNKNOWN, Claim::Open);
    check(Some(1), between(Some(1), Some(2)), Claim::Consistent);
    check(Some(2), between(Some(1), Some(2)), Claim::Consistent);
    check(Some(0), between(Some(1), Some(2)), Claim::TooEarly);
    check(Some(3), between(Some(1), Some(2)), Claim::TooLate);
    check(Some(0), between(None, Some(2)), Claim::Consistent);
}

#[test]
fn stamps_bound_what_is_before_and_what_is_after() {
    let mut bounds = Bounds::default();
    bounds.lines.insert(3, vec![(between(Some(10), Some(12)), "one".into())]);
    bounds.lines.insert(5, vec![(between(Some(20), Some(22)), "two".into())]);
    bounds.whole.push((between(Some(30), Some(32)), "three".into()));
    let check = |line, carried, expected: Interval, by: &[&str]| {
        let by = by.iter().map(|who| (*who).to_owned()).collect();
        assert_eq!(bounds.around(line, carried), (expected, by), "{line}");
    };
    check(1, true, between(None, Some(12)), &["one"]);
    check(3, true, between(None, Some(12)), &["one"]);
    check(4, true, between(Some(10), Some(22)), &["one", "two"]);
    check(6, true, between(Some(20), Some(32)), &["three", "two"]);
    // A broken chain carries nothing; the whole file was there all the same.
    check(1, false, between(None, Some(32)), &["three"]);
    check(6, false, between(None, Some(32)), &["three"]);
}

#[test]
fn events_of_a_chain() {
    let whole = [
        event(1, between(None, Some(12)), 1, true),
        event(2, between(Some(10), Some(22)), 2, true),
        event(3, between(Some(23), None), 30, true),
    ];
    let (order, pairs) = course(whole.to_vec());
    assert_eq!(order, ["1", "2", "3"]);
    assert_eq!(pairs, ["1 2 chain certainly-before hashes", "2 3 chain certainly-before times"]);
    // Without hashes that hold each other nothing but times orders.
    let (order, pairs) =
        course(vec![event(1, Interval::UNKNOWN, 9, false), event(2, Interval::UNKNOWN, 3, false)]);
    assert_eq!(order, ["1", "2"]);
    assert_eq!(pairs, ["1 2 chain overlapping nothing"]);
}

#[test]
fn a_chain_whose_stamps_run_backwards_contradicts_itself() {
    let (order, pairs) = course(vec![
        event(1, between(Some(10), Some(11)), 1, true),
        event(2, between(Some(3), Some(4)), 2, true),
    ]);
    assert_eq!(order, ["2", "1"]);
    assert_eq!(pairs, ["1 2 chain contradictory times"]);
}

#[test]
fn what_is_stamped_comes_before_its_stamp() {
    let (order, pairs) = course(vec![stamp("t", "s", between(Some(5), Some(6))), signature("s", "", "")]);
    assert_eq!(order, ["s", "t"]);
    assert_eq!(pairs, ["s t stamped certainly-before hashes"]);
}

#[test]
fn statements() {
    let named = signature("named", "sha256:1", "");
    let (order, pairs) = course(vec![signature("a", "", "sha256:1"), named.clone()]);
    assert_eq!(order, ["named", "a"]);
    assert_eq!(pairs, ["named a names certainly-before hashes"]);
    // Two about the same thing have no order of their own.
    let (_, pairs) = course(vec![signature("a", "", "sha256:7"), signature("b", "", "sha256:7")]);
    assert_eq!(pairs, ["a b same-artifact overlapping nothing"]);
    let late = Moment { proven: between(Some(9), None), ..signature("a", "", "sha256:7") };
    let early = Moment { proven: between(None, Some(3)), ..signature("b", "", "sha256:7") };
    assert_eq!(course(vec![late, early]).1, ["b a same-artifact certainly-before times"]);
}

/// Which of several signatures in a file a stamp there is about, nothing says.
#[test]
fn a_stamp_beside_several_signatures() {
    let inside = Moment { place: "time stamp 0".into(), ..stamp("f", "f", between(Some(1), Some(2))) };
    let inside = Moment { ties: Ties::default(), ..inside };
    let one = |over: &str| {
        let mut one = signature("f", "", "");
        one.ties.over = over.to_owned();
        one
    };
    assert_eq!(course(vec![inside.clone(), one("1")]).1, ["f f stamped certainly-before hashes"]);
    assert_eq!(course(vec![inside, one("1"), one("2")]).1, Vec::<String>::new());
}

/// However moments are tied, each stands there once.
#[test]
fn circles_end() {
    let ring: Vec<Moment> =
        (0..50).map(|n| signature(&n.to_string(), &n.to_string(), &((n + 1) % 50).to_string())).collect();
    let (order, pairs) = course(ring);
    assert_eq!((order.len(), pairs.len()), (50, 50));
    assert_eq!(order.into_iter().collect::<BTreeSet<_>>().len(), 50);
}

#[test]
fn more_pairs_than_anybody_reads_are_counted() {
    let many: Vec<Moment> = (0..200).map(|n| signature(&n.to_string(), "", "x")).collect();
    let (pairs, left_out) = pairs::pairs(&many);
    assert_eq!(
        (pairs.len(), left_out),
        (limits::MOMENT_PAIRS_MAX, 200 * 199 / 2 - limits::MOMENT_PAIRS_MAX as u64)
    );
}

/// Nothing of the evidence reaches the drawing as markup.
#[test]
fn hostile_names_in_the_drawing() {
    let mut hostile = moment(Sort::Signature, "x", between(Some(1), None));
    hostile.who = "\"><script>".to_owned();
    hostile.what = "\u{202E}</text>".to_owned();
    let course = Course {
        status: Status::Verified,
        chains: Vec::new(),
        moments: vec![hostile],
        moments_left_out: 0,
        pairs: Vec::new(),
        pairs_left_out: 0,
    };
    let mut page = Vec::new();
    write_course_html(&course, &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(!page.contains("<script") && !page.contains('\u{202E}'));
    assert_eq!(page.matches("</text>").count(), page.matches("<text").count());
    assert!(page.contains("&quot;&gt;&lt;script&gt;"));
}
