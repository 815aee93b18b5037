//! Files of SQLite 3, read only: the tables of a database, and the write-ahead log
//! beside it. <https://www.sqlite.org/fileformat2.html>, sections 1, 2 and 4.
//!
//! Nothing is executed: the text that defines a table is read for the names of its
//! columns and for nothing else. How it would be attacked: a page that is its own
//! child; an overflow chain that runs in a circle or into a table; a row of which the
//! header is longer than the row; two tables of one name; a write-ahead log of another
//! database, or one whose last transaction was cut; a database in write-ahead mode
//! whose log was left behind, which is then whole and holds less than it did.

use std::collections::BTreeMap;

use super::quoted;
use crate::limits;

/// What a database begins with.
pub const MAGIC: &[u8] = b"SQLite format 3\0";

/// What a write-ahead log begins with, but for its last bit.
const WAL_MAGIC: u32 = 0x377f_0682;

/// What a rollback journal begins with.
pub const JOURNAL_MAGIC: &[u8] = &[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// Why a file is no database that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteError {
    /// The header is not that of a database.
    #[error("no database: {what}")]
    Header {
        /// What is wrong with it.
        what: &'static str,
    },
    /// It is cut.
    #[error("{found} pages, where the header speaks of {expected}")]
    Truncated {
        /// By the header.
        expected: u32,
        /// In the file.
        found: u32,
    },
    /// A page is not what it has to be.
    #[error("page {page}: {what}")]
    Page {
        /// Which one.
        page: u32,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A table is defined in a way that is not read here.
    #[error("the table {}: {what}", quoted(.name))]
    Table {
        /// Which one.
        name: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A write-ahead log is not one of this database.
    #[error("the write-ahead log: {what}")]
    Wal {
        /// What is wrong with it.
        what: &'static str,
    },
    /// More than is read.
    #[error("more than {limit} rows in a database")]
    Rows {
        /// The bound.
        limit: usize,
    },
}

/// A value in a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// An integer.
    Integer(i64),
    /// Text.
    Text(String),
    /// Anything else: bytes, a number with a fraction, text that is no UTF-8.
    Other,
}

impl Cell {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Cell::Text(text) = self { Some(text) } else { None }
    }

    /// The integer, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        if let Cell::Integer(integer) = self { Some(*integer) } else { None }
    }
}

/// What is done with each row: its number, and its bytes.
type Take<'t> = dyn FnMut(i64, &[u8]) -> Result<(), SqliteError> + 't;

/// A database.
#[derive(Debug)]
pub struct Database<'f> {
    file: &'f [u8],
    /// Pages that a write-ahead log holds in newer versions.
    newer: BTreeMap<u32, &'f [u8]>,
    size: usize,
    usable: usize,
    pages: u32,
    ahead: bool,
    tables: BTreeMap<String, Table>,
}

#[derive(Debug)]
struct Table {
    root: u32,
    columns: Vec<String>,
    /// The column that stands for the number of the row.
    key: Option<usize>,
}

impl<'f> Database<'f> {
    /// Opens a database, with the write-ahead log that lies beside it.
    pub fn open(file: &'f [u8], wal: Option<&'f [u8]>) -> Result<Database<'f>, SqliteError> {
        let header = |what| SqliteError::Header { what };
        let head = file.get(..100).ok_or(header("shorter than a header"))?;
        if !head.starts_with(MAGIC) {
            return Err(header("another beginning"));
        }
        let size = match u16::from_be_bytes([head[16], head[17]]) {
            1 => 65_536,
            size if size.is_power_of_two() && size >= 512 => usize::from(size),
            _ => return Err(header("a page size that is none")),
        };
        let (write, read) = (head[18], head[19]);
        if !(1..=2).contains(&write) || !(1..=2).contains(&read) {
            return Err(header("a version that we do not know"));
        }
        let usable = size - usize::from(head[20]);
        if usable < 480 || head[21..24] != [64, 32, 32] {
            return Err(header("payload fractions that are none"));
        }
        if !file.len().is_multiple_of(size) {
            return Err(header("no whole number of pages"));
        }
        let there =
            u32::try_from(file.len() / size).map_err(|_| header("more pages than there are numbers"))?;
        // The number of pages counts only where whoever wrote last kept it.
        let stated = if word(head, 24) == word(head, 92) { word(head, 28) } else { there };
        let mut database = Database {
            file,
            newer: BTreeMap::new(),
            size,
            usable,
            pages: if stated == 0 { there } else { stated },
            ahead: write == 2 || read == 2,
            tables: BTreeMap::new(),
        };
        if let Some(wal) = wal.filter(|wal| !wal.is_empty()) {
            database.ahead(wal)?;
        }
        if database.newer.is_empty() && database.pages > there {
            return Err(SqliteError::Truncated { expected: database.pages, found: there });
        }
        database.define()?;
        // Where nothing was written yet, nobody has chosen one.
        match (word(database.page(1)?, 56), database.tables.is_empty()) {
            (1, _) | (0, true) => Ok(database),
            _ => Err(header("text that is not in UTF-8")),
        }
    }

    /// Whether it is in write-ahead mode, where newer pages lie in a file beside it.
    pub fn is_ahead(&self) -> bool {
        self.ahead
    }

    /// Whether it has a table of that name.
    pub fn has(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    /// How many tables it has.
    pub fn tables(&self) -> usize {
        self.tables.len()
    }

    /// The rows of a table in the order of their numbers, each by the columns asked for.
    /// A table without such a column is an error; one that is not there has no rows.
    pub fn rows<const N: usize>(
        &self,
        name: &str,
        columns: [&str; N],
    ) -> Result<Vec<[Cell; N]>, SqliteError> {
        let Some(table) = self.tables.get(name) else { return Ok(Vec::new()) };
        let wrong = |what| SqliteError::Table { name: name.to_owned(), what };
        let mut places = [0; N];
        for (place, column) in places.iter_mut().zip(columns) {
            let found = table.columns.iter().position(|known| known.eq_ignore_ascii_case(column));
            *place = found.ok_or_else(|| wrong("a column is missing"))?;
        }
        let mut rows = Vec::new();
        self.walk(table.root, &mut |number, record| {
            if rows.len() == limits::SQLITE_ROWS_MAX {
                return Err(SqliteError::Rows { limit: limits::SQLITE_ROWS_MAX });
            }
            let mut cells = read_record(record).ok_or_else(|| wrong("a row that cannot be read"))?;
            if let Some(key) = table.key.filter(|key| *key < cells.len()) {
                cells[key] = Cell::Integer(number);
            }
            // Columns that were added later are missing in older rows.
            let cell = |place: usize| cells.get(place).cloned().unwrap_or(Cell::Null);
            rows.push(places.map(cell));
            Ok(())
        })?;
        Ok(rows)
    }

    fn page(&self, number: u32) -> Result<&'f [u8], SqliteError> {
        if let Some(page) = self.newer.get(&number) {
            return Ok(page);
        }
        let wrong = SqliteError::Page { page: number, what: "not in the file" };
        if number == 0 || number > self.pages {
            return Err(wrong);
        }
        let from = (number as usize - 1) * self.size;
        self.file.get(from..from + self.size).ok_or(wrong)
    }

    /// Takes over the committed pages of a write-ahead log.
    fn ahead(&mut self, wal: &'f [u8]) -> Result<(), SqliteError> {
        let wrong = |what| SqliteError::Wal { what };
        let head = wal.get(..32).ok_or(wrong("shorter than a header"))?;
        let magic = word(head, 0);
        if magic & !1 != WAL_MAGIC || word(head, 4) != 3_007_000 {
            return Err(wrong("another beginning"));
        }
        if word(head, 8) as usize != self.size {
            return Err(wrong("pages of another size"));
        }
        let big = magic & 1 == 1;
        let mut sum = checksum(big, (0, 0), &head[..24]);
        if sum != (word(head, 24), word(head, 28)) {
            return Err(wrong("a checksum that does not match"));
        }
        let salt = &head[16..24];
        let mut open: BTreeMap<u32, &'f [u8]> = BTreeMap::new();
        // What comes after the last whole transaction was never there.
        for frame in wal[32..].chunks_exact(24 + self.size) {
            let (head, page) = frame.split_at(24);
            sum = checksum(big, checksum(big, sum, &head[..8]), page);
            if &head[8..16] != salt || sum != (word(head, 16), word(head, 20)) {
                break;
            }
            open.insert(word(head, 0), page);
            if word(head, 4) != 0 {
                self.pages = word(head, 4);
                self.newer.append(&mut open);
            }
        }
        Ok(())
    }

    /// Reads what tables there are.
    fn define(&mut self) -> Result<(), SqliteError> {
        let mut tables = BTreeMap::new();
        self.walk(1, &mut |_, record| {
            let page = SqliteError::Page { page: 1, what: "a definition that cannot be read" };
            let cells = read_record(record).ok_or(page.clone())?;
            let [kind, name, _, root, sql, ..] = cells.as_slice() else { return Err(page) };
            if kind.as_text() != Some("table") {
                return Ok(());
            }
            let name = name.as_text().ok_or(page.clone())?.to_owned();
            let wrong = |what| SqliteError::Table { name: name.clone(), what };
            // A view of another module has no pages.
            let root = root.as_integer().and_then(|root| u32::try_from(root).ok()).unwrap_or(0);
            let sql = sql.as_text().unwrap_or("");
            if tables.len() == limits::SQLITE_TABLES_MAX {
                return Err(wrong("too many tables"));
            }
            let table = match columns(sql) {
                Some((columns, key)) => Table { root, columns, key },
                // Tables that nobody asks for may be anything.
                None => Table { root: 0, columns: Vec::new(), key: None },
            };
            match tables.insert(name.clone(), table) {
                None => Ok(()),
                Some(_) => Err(wrong("defined twice")),
            }
        })?;
        self.tables = tables;
        Ok(())
    }

    /// Every row below a page, in order.
    fn walk(&self, root: u32, take: &mut Take<'_>) -> Result<(), SqliteError> {
        // No page is a child twice, so no more can wait than there are.
        let mut budget = u64::from(self.pages) + 1;
        // Nor can all rows together be longer than all pages.
        let mut bytes = u64::from(self.pages) * self.size as u64;
        let mut waiting = vec![root];
        while let Some(number) = waiting.pop() {
            let wrong = |what| SqliteError::Page { page: number, what };
            budget = budget.checked_sub(1).ok_or(wrong("in a circle"))?;
            let page = self.page(number)?;
            let start = if number == 1 { 100 } else { 0 };
            let (kind, count) = (page[start], half(page, start + 3));
            let (interior, first) = match kind {
                0x05 => (true, start + 12),
                0x0d => (false, start + 8),
                _ => return Err(wrong("no page of a table")),
            };
            let cells = (0..usize::from(count)).map(|cell| {
                let at =
                    page.get(first + 2 * cell..first + 2 * cell + 2).ok_or(wrong("cells beyond its end"))?;
                let at = usize::from(u16::from_be_bytes([at[0], at[1]]));
                page.get(..self.usable).and_then(|page| page.get(at..)).ok_or(wrong("a cell beyond its end"))
            });
            if interior {
                let mut children = Vec::with_capacity(usize::from(count) + 1);
                for cell in cells {
                    let cell: &[u8] = cell?;
                    children.push(word(cell.get(..4).ok_or(wrong("a cell that is cut"))?, 0));
                }
                children.push(word(page, start + 8));
                waiting.extend(children.into_iter().rev());
                if waiting.len() as u64 > u64::from(self.pages) {
                    return Err(wrong("more children than there are pages"));
                }
                continue;
            }
            for cell in cells {
                let cell = cell?;
                let (length, rest) = varint(cell).ok_or(wrong("a cell that is cut"))?;
                let (row, rest) = varint(rest).ok_or(wrong("a cell that is cut"))?;
                let length =
                    usize::try_from(length).ok().filter(|length| *length <= limits::SQLITE_ROW_BYTES_MAX);
                let length = length.ok_or(wrong("a row that is too long"))?;
                bytes = bytes.checked_sub(length as u64).ok_or(wrong("rows that lie on each other"))?;
                let record = self.payload(number, rest, length)?;
                take(row as i64, &record)?;
            }
        }
        Ok(())
    }

    /// A row with what of it lies on overflow pages.
    fn payload<'p>(
        &'p self,
        number: u32,
        cell: &'p [u8],
        length: usize,
    ) -> Result<std::borrow::Cow<'p, [u8]>, SqliteError> {
        let wrong = |what| SqliteError::Page { page: number, what };
        let most = self.usable - 35;
        if length <= most {
            return cell.get(..length).map(Into::into).ok_or(wrong("a row that is cut"));
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let local = least + (length - least) % (self.usable - 4);
        let local = if local <= most { local } else { least };
        let (here, rest) = cell.split_at_checked(local).ok_or(wrong("a row that is cut"))?;
        let mut whole = here.to_vec();
        let mut next = word(rest.get(..4).ok_or(wrong("a row that is cut"))?, 0);
        while whole.len() < length {
            let page = self.page(next)?;
            let take = (length - whole.len()).min(self.usable - 4);
            whole.extend_from_slice(&page[4..4 + take]);
            next = word(page, 0);
        }
        match next {
            0 => Ok(whole.into()),
            _ => Err(wrong("a row that goes on after its end")),
        }
    }
}

fn half(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Section 4.2 of the format.
fn checksum(big: bool, (mut one, mut two): (u32, u32), bytes: &[u8]) -> (u32, u32) {
    for pair in bytes.chunks_exact(8) {
        let at = |from: usize| {
            let word = [pair[from], pair[from + 1], pair[from + 2], pair[from + 3]];
            if big { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
        };
        one = one.wrapping_add(at(0)).wrapping_add(two);
        two = two.wrapping_add(at(4)).wrapping_add(one);
    }
    (one, two)
}

/// A number of one to nine bytes.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (place, byte) in bytes.iter().take(9).enumerate() {
        if place == 8 {
            return Some(((number << 8) | u64::from(*byte), &bytes[9..]));
        }
        number = (number << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[place + 1..]));
        }
    }
    None
}

/// The values of a row.
fn read_record(record: &[u8]) -> Option<Vec<Cell>> {
    let (length, _) = varint(record)?;
    let (head, mut body) = record.split_at_checked(usize::try_from(length).ok()?)?;
    let (_, mut head) = varint(head)?;
    let mut cells = Vec::new();
    while !head.is_empty() {
        let (kind, rest) = varint(head)?;
        head = rest;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => (kind - 12) / 2,
        };
        let (value, rest) = body.split_at_checked(usize::try_from(length).ok()?)?;
        body = rest;
        cells.push(match kind {
            0 => Cell::Null,
            8 => Cell::Integer(0),
            9 => Cell::Integer(1),
            1..=6 => {
                let sign = if value[0] & 0x80 == 0 { 0 } else { -1 };
                Cell::Integer(value.iter().fold(sign, |number: i64, byte| (number << 8) | i64::from(*byte)))
            }
            13.. if kind % 2 == 1 => match String::from_utf8(value.to_vec()) {
                Ok(text) => Cell::Text(text),
                Err(_) => Cell::Other,
            },
            _ => Cell::Other,
        });
    }
    body.is_empty().then_some(cells)
}

/// The names of the columns in a definition, and the one that is the number of the row.
fn columns(sql: &str) -> Option<(Vec<String>, Option<usize>)> {
    let open = sql.find('(')?;
    let (mut depth, mut quote, mut begin) = (0_u32, None, open + 1);
    let (mut parts, mut end) = (Vec::new(), None);
    for (at, character) in sql.char_indices().skip_while(|(at, _)| *at < open) {
        match (quote, character) {
            (Some(close), _) if character == close => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(character),
            (None, '[') => quote = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    parts.push(&sql[begin..at]);
                    end = Some(at + 1);
                    break;
                }
            }
            (None, ',') if depth == 1 => {
                parts.push(&sql[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    // Tables without numbers for their rows are stored in another way.
    let after = sql.get(end?..)?.to_ascii_lowercase();
    if after.contains("without") || !sql.trim_start().to_ascii_lowercase().starts_with("create table") {
        return None;
    }
    let (mut names, mut key) = (Vec::new(), None);
    for part in parts {
        let part = part.trim();
        let (name, rest) = match part.chars().next()? {
            open @ ('"' | '`' | '[') => {
                let close = if open == '[' { ']' } else { open };
                part[1..].split_once(close)?
            }
            _ => part.split_once(char::is_whitespace).unwrap_or((part, "")),
        };
        let bare = part.starts_with(name);
        let word = name.to_ascii_lowercase();
        if bare && ["primary", "foreign", "unique", "check", "constraint"].contains(&word.as_str()) {
            continue;
        }
        let rest = rest.split_whitespace().map(str::to_ascii_lowercase).collect::<Vec<_>>().join(" ");
        if rest.starts_with("integer primary key") {
            key = Some(names.len());
        }
        names.push(name.to_owned());
    }
    Some((names, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions() {
        let check = |sql: &str, expected: &[&str], key: Option<usize>| {
            let (names, found) = columns(sql).unwrap();
            assert_eq!(
                (names.iter().map(String::as_str).collect::<Vec<_>>(), found),
                (expected.to_vec(), key)
            );
        };
        check(
            "CREATE TABLE `a` (\n\t`b` text PRIMARY KEY NOT NULL,\n\t`c,d` integer\n, `e` text)",
            &["b", "c,d", "e"],
            None,
        );
        check(
            "create table a(id INTEGER  PRIMARY KEY, [x)] text, PRIMARY KEY(id), CHECK (x > (1)))",
            &["id", "x)"],
            Some(0),
        );
        check("CREATE TABLE a(\"check\" text, b numeric(1,2))", &["check", "b"], None);
        assert!(columns("CREATE TABLE a(b text PRIMARY KEY) WITHOUT ROWID").is_none());
        assert!(columns("CREATE TABLE a(b").is_none());
        assert!(columns("CREATE VIRTUAL TABLE a USING b(c)").is_none());
    }

    #[test]
    fn numbers() {
        assert_eq!(varint(&[0x7f, 9]), Some((127, &[9][..])));
        assert_eq!(varint(&[0x81, 0x00]), Some((128, &[][..])));
        assert_eq!(varint(&[0xff; 9]), Some((u64::MAX, &[][..])));
        assert_eq!(varint(&[0xff; 8]), None);
        assert_eq!(varint(&[]), None);
    }

    #[test]
    fn rows() {
        // Null, 1, -2 in one byte, "ab", a blob of one byte.
        let record = [6, 0, 9, 1, 17, 14, 0xfe, b'a', b'b', 7];
        let expected =
            vec![Cell::Null, Cell::Integer(1), Cell::Integer(-2), Cell::Text("ab".into()), Cell::Other];
        assert_eq!(read_record(&record), Some(expected));
        for cut in 0..record.len() {
            assert_eq!(read_record(&record[..cut]), None, "{cut}");
        }
        assert_eq!(read_record(&[record.as_slice(), &[0]].concat()), None);
        assert_eq!(read_record(&[2, 10]), None);
    }

    #[test]
    fn no_databases() {
        let check = |file: &[u8], expected: &str| {
            let error = Database::open(file, None).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(b"", "shorter");
        check(&[0; 200], "another beginning");
        let mut file = vec![0; 512];
        file[..16].copy_from_slice(MAGIC);
        check(&file, "page size");
        file[16] = 2;
        check(&file, "version");
        (file[18], file[19]) = (1, 1);
        check(&file, "fractions");
        file[21..24].copy_from_slice(&[64, 32, 32]);
        check(&file, "no page of a table");
        file[100] = 0x0d;
        assert!(Database::open(&file, None).is_ok());
        file[59] = 2;
        check(&file, "UTF-8");
        file[59] = 1;
        assert!(Database::open(&file, None).is_ok());
        // A page that is its own child.
        (file[100], file[104], file[111]) = (0x05, 0, 1);
        check(&file, "circle");
        file[111] = 2;
        check(&file, "not in the file");
        file[31] = 9;
        check(&file, "9");
        check(&file[..300], "whole number");
    }
}
