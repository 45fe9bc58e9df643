//! What a file's first bytes say that it is, in words.

/// What a file of this beginning is, after "this is ".
pub(super) fn name(start: &[u8]) -> String {
    if let &[0, 0, kind, dimensions, ..] = start
        && let Some(numbers) = numbers(kind)
    {
        let shape = format!("{dimensions}-dimensional {numbers}");
        return match (kind, dimensions) {
            (8, 1) => format!("a labels file (magic of {shape})"),
            (8, 3) => format!("an images file (magic of {shape})"),
            _ => format!("a file of {shape}"),
        };
    }
    let known: [(&[u8], &str); 8] = [
        (b"\x89PNG", "a PNG picture"),
        (b"\xFF\xD8", "a JPEG picture"),
        (b"\x93NUM", "a NumPy array (.npy)"),
        (b"PK", "a ZIP archive (or .npz): unpack it, unless it is an .npz"),
        (b"\x1F\x8B", "packed by gzip once more: unpack it"),
        (b"\xFD7zX", "packed by xz: unpack it"),
        (b"BZh", "packed by bzip2: unpack it"),
        (b"<", "a web page or another text"),
    ];
    let found = known.iter().find(|(magic, _)| start.starts_with(magic));
    found.map_or("no IDX file", |(_, name)| name).into()
}

/// IDX's types of numbers.
fn numbers(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0x08 => "bytes",
        0x09 => "signed bytes",
        0x0B => "16-bit integers",
        0x0C => "32-bit integers",
        0x0D => "32-bit floats",
        0x0E => "64-bit floats",
        _ => return None,
    })
}
