//! Edits the text of a `mimeapps.list`: one choice added or removed, every other line left as it is.
//! Text in, text out. Reference: Association between MIME types and applications 1.0.1.

const DEFAULTS: &str = "[Default Applications]";

/// `text` with `entry` as the program for `mime`.
pub fn with_default(text: &str, mime: &str, entry: &str) -> String {
    let mut lines: Vec<String> = without(text, mime, entry).lines().map(str::to_owned).collect();
    let line = format!("{mime}={entry}");
    match lines.iter().position(|line| line.trim() == DEFAULTS) {
        Some(place) => lines.insert(place + 1, line),
        None => lines.extend([DEFAULTS.to_owned(), line]),
    }
    joined(lines)
}

/// `text` without `entry` for `mime`, in whatever section; other programs for the same type stay.
pub fn without(text: &str, mime: &str, entry: &str) -> String {
    let keep = |line: &str| match line.split_once('=') {
        Some((key, entries)) if key.trim() == mime => {
            let others: Vec<_> = entries
                .split(';')
                .map(str::trim)
                .filter(|other| !other.is_empty() && *other != entry)
                .collect();
            (!others.is_empty()).then(|| format!("{mime}={}", others.join(";")))
        }
        _ => Some(line.to_owned()),
    };
    joined(text.lines().filter_map(keep).collect())
}

/// True when nothing but section headings is left.
pub fn is_empty(text: &str) -> bool {
    text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('['))
}

fn joined(lines: Vec<String>) -> String {
    lines.into_iter().map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHERS: &str =
        "# mine\n[Default Applications]\ntext/plain=a.desktop\n\n[Added Associations]\nx/y=b.desktop;\n";

    #[test]
    fn a_choice_comes_and_goes_and_all_else_stays() {
        let with = with_default(OTHERS, "x/z", "d.desktop");
        assert!(with.contains("[Default Applications]\nx/z=d.desktop\ntext/plain=a.desktop\n"));
        assert_eq!(without(&with, "x/z", "d.desktop"), OTHERS);
    }

    #[test]
    fn adding_twice_gives_one_line() {
        let once = with_default("", "x/z", "d.desktop");
        assert_eq!(with_default(&once, "x/z", "d.desktop"), once);
        assert!(is_empty(&without(&once, "x/z", "d.desktop")));
    }

    #[test]
    fn another_program_for_the_same_type_stays() {
        let text = "[Default Applications]\nx/z=d.desktop;other.desktop;\n";
        assert_eq!(without(text, "x/z", "d.desktop"), "[Default Applications]\nx/z=other.desktop\n");
    }
}
