use super::*;

fn read(css: &str) -> Gradient {
    Gradient::parse(css).unwrap_or_else(|| panic!("{css} is refused"))
}

#[test]
fn a_prefixed_gradient_is_read_as_browsers_read_it() {
    for (draft, today) in [
        ("red, blue", "red, blue"),
        ("0deg, red, blue", "90deg, red, blue"),
        ("30deg, red, blue", "60deg, red, blue"),
        ("90deg, red, blue", "0deg, red, blue"),
        ("-180deg, red, blue", "270deg, red, blue"),
        ("0.25turn, red, blue", "0turn, red, blue"),
        ("left, red, blue", "to right, red, blue"),
        ("RIGHT, red, blue", "to left, red, blue"),
        ("top, red 10%, blue", "to bottom, red 10%, blue"),
        ("bottom, red, blue", "to top, red, blue"),
    ] {
        for name in ["linear-gradient", "repeating-linear-gradient"] {
            let draft = read(&format!("-webkit-{name}({draft})"));
            let today = read(&format!("{name}({today})"));
            assert_eq!(draft, today);
        }
    }
}

#[test]
fn a_prefixed_corner_is_where_the_line_begins() {
    let lines = [
        (
            "-webkit-linear-gradient(top left, red, blue)",
            (0.8, 0.6),
            50.0,
        ),
        (
            "-webkit-linear-gradient(right bottom, red, blue)",
            (-0.8, -0.6),
            50.0,
        ),
        (
            "linear-gradient(to bottom right, red, blue)",
            (0.6, 0.8),
            48.0,
        ),
    ];
    for (css, direction, length) in lines {
        let (along, line) = read(css).line(40.0, 30.0);
        let apart = (along.0 - direction.0).hypot(along.1 - direction.1);
        assert!(apart < 1e-9, "{css}: {along:?}");
        assert!((line - length).abs() < 1e-9, "{css}: {line}");
    }
}

#[test]
fn what_browsers_refuse_is_refused() {
    for css in [
        "-webkit-linear-gradient(to right, red, blue)",
        "-webkit-linear-gradient(left left, red, blue)",
        "-webkit-linear-gradient(90deg, red, 80%, blue)",
        "-moz-linear-gradient(left, red, blue)",
        "linear-gradient(left, red, blue)",
        "linear-gradient(to, red, blue)",
        "linear-gradient(to left right, red, blue)",
        "linear-gradient(f00, blue)",
        "linear-gradient(red, hsv(240, 100%, 100%))",
        "linear-gradient(red)",
        "linear-gradient()",
        "linear-gradient(red,,blue)",
        "linear-gradient(red, blue,)",
        "linear-gradient(, red, blue)",
        "linear-gradient(90deg, , red, blue)",
        "-webkit-linear-gradient(left, red, blue, )",
        "linear-gradient (red, blue)",
        "-webkit-linear-gradient\t(red, blue)",
        "linear-gradient(1e308turn, red, blue)",
        "-webkit-linear-gradient(-1e308rad, red, blue)",
    ] {
        assert_eq!(Gradient::parse(css), None, "{css}");
    }
    read("linear-gradient(90deg, red, 80%, blue)");
    read("linear-gradient( 90deg ,red  10%,\n\tblue )");
    read(" Linear-Gradient(1e300turn, red, blue) ; ");
}
