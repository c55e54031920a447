use super::*;

fn svg(inside: &str) -> Result<Svg, String> {
    Svg::parse(&format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'>{inside}</svg>"
    ))
}

#[test]
fn shapes_are_drawn_at_the_size_asked_for() {
    let bitmap = svg("<rect width='5' height='10' fill='#f00'/>").unwrap();
    let bitmap = bitmap.draw((40, 20), (40.0, 20.0)).unwrap();
    assert_eq!(
        &bitmap.row(10)[19 * 4..21 * 4],
        [255, 0, 0, 255, 0, 0, 0, 0]
    );
}

#[test]
fn copies_of_copies_are_refused() {
    let doubled = (1..60).fold("<g id='a0'><rect/></g>".to_owned(), |all, n| {
        let m = n - 1;
        format!("{all}<g id='a{n}'><use href='#a{m}'/><use href='#a{m}'/></g>")
    });
    let error = svg(&format!("<defs>{doubled}</defs><use href='#a59'/>")).unwrap_err();
    assert!(error.contains("too many elements"), "{error}");
}

#[test]
fn entities_are_followed_as_far_as_editors_use_them() {
    let with = |entities: &str, inside: &str| {
        Svg::parse(&format!(
            "<!DOCTYPE svg [{entities}]><svg xmlns='http://www.w3.org/2000/svg' \
             width='10' height='10'>{inside}</svg>"
        ))
    };
    let red = "<!ENTITY red '#f00'>";
    let bitmap = with(red, "<rect width='9' height='9' fill='&red;'/>");
    assert_eq!(
        bitmap.unwrap().draw((10, 10), (10.0, 10.0)).unwrap().row(5)[..4],
        [255, 0, 0, 255]
    );

    let refused = |entities: &str, inside: &str| with(entities, inside).unwrap_err();
    // One inside the other, and a long one again and again.
    let laughs = (1..10).fold("<!ENTITY e0 'ha'>".to_owned(), |all, n| {
        let before = format!("&e{};", n - 1).repeat(10);
        format!("{all}<!ENTITY e{n} '{before}'>")
    });
    let error = refused(&laughs, "<desc>&e9;</desc>");
    assert!(error.contains("no readable SVG"), "{error}");
    let long = format!("<!ENTITY a '>' ><!ENTITY b \"{}\">", "x".repeat(1 << 20));
    let error = refused(&long, &format!("<desc>{}</desc>", "&b;".repeat(1 << 10)));
    assert!(error.contains("too much text"), "{error}");
    assert_eq!(longest_quoted(" a 'xyz' \"x>\" > 'longer'"), 3);
}

#[test]
fn what_refers_to_itself_ends() {
    let _ = svg("<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>");
}

#[test]
fn files_that_take_too_long_are_refused() {
    let filter = |kind: &str| {
        svg(&format!(
            "<filter id='f'><{kind} radius='9999'/></filter><rect width='9' height='9' filter='url(#f)'/>"
        ))
    };
    for kind in ["feTurbulence", "feMorphology"] {
        assert!(filter(kind).unwrap_err().contains(kind));
    }
    let faded = "<g opacity='.5'><rect width='9' height='9'/><rect width='5' height='9'/></g>";
    assert!(svg(&faded.repeat(401)).is_err());
    assert!(svg(&faded.repeat(300)).is_ok());
}

#[test]
fn no_file_is_opened() {
    let named = "<image href='/proc/self/environ' width='9' height='9'/><image href='data:image/svg+xml;utf8,&lt;svg/>' width='9' height='9'/>";
    let svg = svg(named).unwrap();
    let bitmap = svg.draw((10, 10), (10.0, 10.0)).unwrap();
    assert!(bitmap.data.iter().all(|byte| *byte == 0));
    assert_eq!(Vec::from_iter(svg.gaps().clone()), ["images"]);
}

#[test]
fn what_is_left_out_is_named() {
    let gaps = |inside: &str| Vec::from_iter(svg(inside).unwrap().gaps().clone());
    let moving = "<rect width='9' height='9'><animate attributeName='x' to='5'/></rect>";
    let words = "<g><text y='9'><tspan>Sale</tspan></text></g>";
    assert_eq!(gaps(&format!("{moving}{words}")), ["animations", "text"]);
    let data = "<defs><image id='i' href='data:image/png;base64,AAAA'/></defs>";
    let page = "<foreignObject width='9' height='9'/><script>let a;</script>";
    assert_eq!(
        gaps(&format!("{data}{page}")),
        ["foreign objects", "images", "scripts"]
    );
    let keyed = "<style><![CDATA[ rect { x: 1 } @keyframes a { to { x: 5 } } ]]></style>";
    assert_eq!(gaps(keyed), ["animations"]);
    let nothing = "<text> <tspan/>\n</text><title>text</title><style>rect{x:1}</style>";
    assert!(gaps(nothing).is_empty());
}

/// Where a file shows anything, as (left, top, right, bottom) of a bitmap that a box of
/// this size is stretched to, twice as wide and three times as high.
fn covered(file: &str, (width, height): (u32, u32)) -> [usize; 4] {
    let shown = (f64::from(width), f64::from(height));
    let bitmap = Svg::parse(file).unwrap();
    let bitmap = bitmap.draw((2 * width, 3 * height), shown).unwrap();
    let spots = (0..bitmap.height).flat_map(|y| (0..bitmap.width).map(move |x| (x, y)));
    let spots = spots.filter(|&(x, y)| bitmap.row(y)[x * 4 + 3] > 127);
    spots.fold([usize::MAX, usize::MAX, 0, 0], |found, (x, y)| {
        let [left, top, right, bottom] = found;
        [left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1)]
    })
}

/// A square that is all of a view box of 10 by 10.
fn square(head: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' {head}>\
         <rect x='-5' y='5' width='10' height='10' fill='#f00'/></svg>"
    )
}

#[test]
fn a_view_box_is_fitted_as_the_file_says() {
    let view = "viewBox='-5 5 10 10'";
    for (aspect, wide, high) in [
        ("", [80, 0, 160, 120], [0, 120, 80, 240]),
        ("xMidYMid meet", [80, 0, 160, 120], [0, 120, 80, 240]),
        ("xMinYMax", [0, 0, 80, 120], [0, 240, 80, 360]),
        ("xMaxYMin", [160, 0, 240, 120], [0, 0, 80, 120]),
        ("none", [0, 0, 240, 120], [0, 0, 80, 360]),
        ("xMidYMid slice", [0, 0, 240, 120], [0, 0, 80, 360]),
        ("nonsense", [80, 0, 160, 120], [0, 120, 80, 240]),
    ] {
        // Whatever size and proportions it has of its own.
        for own in [
            "",
            "width='10' height='10'",
            "width='90' height='20'",
            "width='100%'",
        ] {
            let file = square(&format!("{view} {own} preserveAspectRatio='{aspect}'"));
            assert_eq!(covered(&file, (120, 40)), wide, "{file}");
            assert_eq!(covered(&file, (40, 120)), high, "{file}");
        }
    }
}

#[test]
fn a_file_without_a_view_box_is_stretched() {
    let file = "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10' \
                preserveAspectRatio='xMidYMid'><rect width='10' height='10' fill='#f00'/></svg>";
    assert_eq!(covered(file, (120, 40)), [0, 0, 240, 120]);
    assert_eq!(covered(file, (40, 120)), [0, 0, 80, 360]);
}

#[test]
fn what_is_sliced_off_is_that_of_the_far_side() {
    let file = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10' \
                preserveAspectRatio='xMinYMax slice'>\
                <rect y='5' width='10' height='5' fill='#f00'/></svg>";
    // Three views high: the lower half of the view is more than the box.
    assert_eq!(covered(file, (120, 40)), [0, 0, 240, 120]);
    // As high as wide.
    assert_eq!(covered(file, (40, 40)), [0, 60, 80, 120]);
}

#[test]
fn a_view_box_of_numbers_that_are_not_drawn_is_none() {
    let drawn = |view_box: &str| {
        let red = "<rect width='5' height='10' fill='#f00'/>";
        let svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'{view_box}>{red}</svg>"
        );
        let svg = Svg::parse(&svg).unwrap();
        svg.draw((40, 20), (40.0, 20.0)).unwrap()
    };
    let stretched = drawn("");
    assert!(drawn(" viewBox='0 0 10 10'") != stretched);
    for numbers in ["0 0 1e-50 1e-50", "0 0 1e39 1e39", "1e39 0 10 10"] {
        let none = drawn(&format!(" viewBox='{numbers}'"));
        assert!(none == stretched, "{numbers}");
    }
}
