//! The picture: time against the number of messages.

use std::error::Error;

use plotters::coord::Shift;
use plotters::coord::combinators::BindKeyPoints;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::timing::short;

/// The times of an engine.
pub struct Line {
    /// What it is called.
    pub name: String,
    /// Its colour, one that is seen on white and on black.
    pub color: RGBColor,
    /// Whether it is one of ours.
    pub bold: bool,
    /// The number of messages and the seconds that they take.
    pub points: Vec<(f64, f64)>,
}

const SIZE: (u32, u32) = (860, 480);
/// The room for names at the right.
const NAMES: u32 = 250;
const FONT: &str = "system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif";

const PAPER: RGBColor = RGBColor(255, 255, 255);
const INK: RGBColor = RGBColor(31, 35, 40);
const GRID: RGBColor = RGBColor(216, 222, 228);

/// The same colours where the reader likes it dark. A rule of a style sheet is stronger than what an element says.
const STYLE: &str = r##"
<style>
@media (prefers-color-scheme: dark) {
  [fill="#FFFFFF"] { fill: #0D1117 }
  [fill="#1F2328"] { fill: #E6EDF3 }
  [stroke="#1F2328"] { stroke: #E6EDF3 }
  [stroke="#D8DEE4"] { stroke: #30363D }
}
</style>
"##;

/// An SVG picture of the lines, both axes logarithmic.
pub fn drawn(title: &str, lines: &[Line]) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(&PAPER)?;
        draw(&root, title, lines)?;
        root.present()?;
    }
    let start = svg.find("<svg").and_then(|at| svg.get(at..)?.find('>').map(|end| at + end + 1));
    let start = start.ok_or("no picture was drawn")?;
    let (head, body) = svg.split_at(start);
    Ok(format!("{head}\n<title>{title}</title>{STYLE}{}\n", body.trim()))
}

fn draw(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    title: &str,
    lines: &[Line],
) -> Result<(), Box<dyn Error>> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let messages = points().map(|point| point.0);
    let (few, many) = (messages.clone().fold(f64::INFINITY, f64::min), messages.fold(0.0, f64::max));
    let seconds = points().map(|point| point.1);
    let (short_time, long_time) =
        (seconds.clone().fold(f64::INFINITY, f64::min), seconds.fold(0.0, f64::max));
    let decades = |seconds: f64| seconds.log10();
    let (low, high) = (decades(short_time).floor(), decades(long_time).ceil());
    let mut ticks: Vec<f64> = lines.iter().flat_map(|line| line.points.iter().map(|point| point.0)).collect();
    ticks.sort_by(f64::total_cmp);
    ticks.dedup();

    let mut chart = ChartBuilder::on(root)
        .caption(title, (FONT, 17).into_font().color(&INK))
        .margin(14)
        .margin_right(NAMES)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(
            (few / 1.2..many * 1.2).log_scale().with_key_points(ticks),
            (10f64.powf(low)..10f64.powf(high)).log_scale(),
        )?;
    let text = (FONT, 13).into_font().color(&INK);
    chart
        .configure_mesh()
        .light_line_style(PAPER)
        .bold_line_style(GRID)
        .axis_style(INK)
        .label_style(text.clone())
        .x_desc("messages")
        .y_desc("time of a render, the least of many")
        .x_label_formatter(&|messages| format!("{messages:.0}"))
        .y_label_formatter(&|seconds| short(*seconds))
        .max_light_lines(0)
        .draw()?;
    for line in lines {
        let style = line.color.stroke_width(if line.bold { 3 } else { 2 });
        chart.draw_series(LineSeries::new(line.points.iter().copied(), style))?;
        let dots = line.points.iter().map(|point| Circle::new(*point, 3, line.color.filled()));
        chart.draw_series(dots)?;
    }

    // Names stand beside the ends of the lines, moved apart where they would lie on each other.
    let mut ends: Vec<(&Line, (i32, i32))> =
        lines.iter().filter_map(|line| Some((line, chart.backend_coord(line.points.last()?)))).collect();
    ends.sort_by_key(|(_, (_, y))| *y);
    let places = apart(&ends.iter().map(|(_, (_, y))| *y).collect::<Vec<_>>());
    for ((line, (x, y)), place) in ends.into_iter().zip(places) {
        let lead = vec![(x + 6, y), (x + 30, place), (x + 38, place)];
        root.draw(&PathElement::new(lead, line.color.stroke_width(1)))?;
        let style = text.clone().pos(Pos::new(HPos::Left, VPos::Center));
        root.draw(&Text::new(line.name.clone(), (x + 43, place), style))?;
    }
    Ok(())
}

/// Heights near the given ones, which rise, so that each has room for a name.
fn apart(heights: &[i32]) -> Vec<i32> {
    const ROOM: i32 = 17;
    let mut places = heights.to_vec();
    // Each pass moves neighbours that are too near by half of what is missing.
    for _ in 0..200 {
        for at in 1..places.len() {
            if let Some([above, below]) = places.get_mut(at - 1..=at) {
                let missing = ROOM - (*below - *above);
                if missing > 0 {
                    *above -= missing / 2;
                    *below += missing - missing / 2;
                }
            }
        }
    }
    places
}
