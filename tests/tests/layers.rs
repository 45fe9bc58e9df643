//! The top-level modules of these crates depend on each other in one direction only: no module is
//! used, directly or through others, by a module that it uses. Test code is exempt.

#[path = "common/modules.rs"]
mod modules;
#[path = "common/source.rs"]
mod source;

use std::path::Path;

use modules::{Arrows, File, files};
use source::{paths, tokens, without_tests};

/// Each crate's name, its root file, and one dependency that it is known to have.
const CRATES: [(&str, &str, [&str; 2]); 3] = [
    ("gan-core", "lib.rs", ["blob", "generator"]),
    ("gan-app", "lib.rs", ["serve", "app"]),
    ("xtask", "main.rs", ["console", "room"]),
];

#[test]
fn no_module_is_in_a_circle() {
    let mut circles = String::new();
    for (name, root, [from, to]) in CRATES {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src");
        let arrows = Arrows::of(root, &files(&source));
        assert!(arrows.has(from, to), "{name}: `{from}` uses `{to}`, which was not found");
        for circle in arrows.circles() {
            circles += &format!("{name}/src: {circle}");
        }
    }
    assert!(circles.is_empty(), "{circles}");
}

/// Returns the circles of a crate whose root declares the modules `a`, `b` and `c`.
fn circles(files: &[(&str, &str)]) -> Vec<String> {
    let with_root = [("lib.rs", "pub mod a;\nmod b;\nmod c;\n")];
    let owned = |&(name, content): &(&str, &str)| -> File { (name.into(), content.into()) };
    let files: Vec<_> = with_root.iter().chain(files).map(owned).collect();
    Arrows::of("lib.rs", &files).circles()
}

#[test]
fn a_circle_is_told_with_every_place() {
    let found = circles(&[
        ("a.rs", "use crate::b::X;\n\nfn f() { crate::b::g() }"),
        ("b/deep.rs", "use crate::{CODE, c::{self, Y}};"),
        ("c.rs", "\n\ntype X = crate::a::X;"),
    ]);
    let expected = "circle of a, b, c\n  a -> b: a.rs:1, a.rs:3\n  b -> c: b/deep.rs:1\n  \
                    c -> a: c.rs:3\n";
    assert_eq!(found, [expected]);
}

#[test]
fn arrows_in_one_direction_are_no_circle() {
    let files = [
        ("a.rs", "use crate::{a::own, b, c::X};"),
        ("b.rs", "use crate::c;\nuse super::c::Y;\nuse std::a;"),
        ("c.rs", "use gan_core::a;"),
    ];
    assert!(circles(&files).is_empty());
}

#[test]
fn two_circles_are_told_apart() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
        ("a.rs", "use crate::b;"),
        ("b.rs", "use crate::{a, d};"),
        ("d.rs", "use crate::e;"),
        ("e.rs", "use crate::d;"),
    ]
    .map(|(name, content)| (name.to_owned(), content.to_owned()));
    let expected = [
        "circle of a, b\n  a -> b: a.rs:1\n  b -> a: b.rs:1\n",
        "circle of d, e\n  d -> e: d.rs:1\n  e -> d: e.rs:1\n",
    ];
    assert_eq!(Arrows::of("lib.rs", &files).circles(), expected);
}

#[test]
fn tests_may_use_what_uses_them() {
    let tests = "#[cfg(test)]\nmod tests {\n    use crate::a;\n    fn f() { { crate::a::g() } }\n}";
    let declared = "#[cfg(test)]\nmod tests;";
    let uses = ("a.rs", "use crate::b;");
    assert!(circles(&[uses, ("b.rs", tests)]).is_empty());
    assert!(circles(&[uses, ("b.rs", declared), ("b/tests.rs", "use crate::a;")]).is_empty());
    // Code that follows the tests counts again.
    assert_eq!(circles(&[uses, ("b.rs", &format!("{tests}\nuse crate::a;"))]).len(), 1);
    assert_eq!(circles(&[uses, ("b.rs", &format!("{declared}\nuse crate::a;"))]).len(), 1);
}

#[test]
fn what_the_root_names_belongs_to_its_module() {
    let root = "mod a; mod b; pub use b::{self as c, Shape as Form, deep::Depth};";
    let found = |name: &str| {
        let files = [("lib.rs", root), ("a.rs", &format!("use crate::{name};"))]
            .map(|(name, content)| (name.to_owned(), content.to_owned()));
        Arrows::of("lib.rs", &files).has("a", "b")
    };
    assert!(found("Form") && found("Depth") && found("c") && found("{X, Form}"));
    assert!(!found("Shape") && !found("deep") && !found("X"));
}

/// Returns the first two segments of each path in a file that lies `depth` modules below the root.
fn found(source: &str, depth: usize) -> Vec<String> {
    let tokens = without_tests(&tokens(source));
    let found = paths(&tokens, depth);
    found.iter().map(|path| format!("{}:{}", path.segments.join("::"), path.line)).collect()
}

#[test]
fn paths_are_found_in_uses_types_and_calls() {
    let source = "use crate::{a, b::{C, d::{self, *}},\n e as f};\nfn g(_: &crate::h::I<crate::j>) \
                  { crate::k::l::<u8>() }\npub(crate) use std::m; pub(in crate::n) mod o {}";
    let expected = ["a:1", "b::C:1", "b::d:1", "b::d::*:1", "e:2", "h::I:3", "j:3", "k::l:3"];
    assert_eq!(found(source, 1)[..8], expected);
    assert_eq!(found(source, 1)[8..], ["n:4"]);
}

#[test]
fn as_many_supers_as_modules_lead_to_the_root() {
    assert_eq!(found("use super::{a, b::C}; super::super::d();", 1), ["a:1", "b::C:1"]);
    assert_eq!(found("use super::a; use super::super::{b::C}; self::super::d()", 2), ["b::C:1"]);
    let inline = "mod x { use super::a; use super::super::b; }\nuse super::c; enum mode { D }";
    assert_eq!(found(inline, 1), ["b:1", "c:2"]);
    assert!(found("pub(super) fn f() {}", 1).is_empty());
}

#[test]
fn comments_and_literals_hold_no_paths() {
    for hidden in [
        "// crate::a\n",
        "//! [`a`](crate::a)",
        "/* /* crate::a */ crate::a */",
        "\"crate::a \\\" crate::a\"",
        "br#\"\" crate::a \"#",
        "c\"crate::a\"",
    ] {
        assert!(found(hidden, 1).is_empty(), "{hidden}");
        assert_eq!(found(&format!("{hidden}\n;crate::z::Z"), 1).len(), 1, "{hidden}");
    }
    let quotes =
        "fn f<'a>(c: &'a char) -> bool { *c == '\"' || *c == '\\'' || b'\"' > 0 } crate::b";
    assert_eq!(found(quotes, 1), ["b:1"]);
}
