//! Bars, drawn by plotters onto a page: a backend of its own that takes down strokes instead of dots.

use std::cell::RefCell;
use std::convert::Infallible;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};
use purser_core::{Error, Result};
use purser_service::documents::port::Chart;

use super::ink::Faces;
use super::layout::{INK, PALE, RULE};
use super::{Colour, Sheet, Stroke};

/// Size of what is written in a chart.
const TEXT: i32 = 130;
/// Room for figures at the left edge.
const LEFT: i32 = 1_500;
/// Room for names below.
const BELOW: i32 = 400;
/// Room for the series above.
const ABOVE: i32 = 420;
/// Places of a group of bars on the axis, the last of them empty.
const GROUP: i32 = 100;

const COLOURS: [Colour; 3] = [(37, 99, 168), (196, 106, 48), (74, 142, 98)];

type Drawn<T = ()> = std::result::Result<T, DrawingErrorKind<Infallible>>;

/// Takes strokes down at a place on the page.
struct Backend<'a> {
    faces: &'a Faces,
    at: (i32, i32),
    size: (i32, i32),
    sheet: &'a RefCell<Sheet>,
}

fn unsigned(value: i32) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

fn signed(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

impl Backend<'_> {
    fn place(&self, (x, y): BackendCoord) -> (i32, i32) {
        (self.at.0.saturating_add(x), self.at.1.saturating_add(y))
    }

    fn take(&self, stroke: Stroke, colour: BackendColor) {
        if colour.alpha > 0.0 {
            self.sheet.borrow_mut().push(stroke);
        }
    }
}

impl DrawingBackend for Backend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (unsigned(self.size.0), unsigned(self.size.1))
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.fill_polygon([(x, y), (x + 20, y), (x + 20, y + 20), (x, y + 20)], &color)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, (left, top): BackendCoord, (right, bottom): BackendCoord, style: &S, fill: bool) -> Drawn {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        if fill { self.fill_polygon(corners, style) } else { self.draw_path(corners.into_iter().chain([(left, top)]), style) }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let colour = style.color();
        let points = path.into_iter().map(|point| self.place(point)).collect();
        self.take(Stroke::Line { points, width: signed(style.stroke_width()), colour: colour.rgb }, colour);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, vert: I, style: &S) -> Drawn {
        let colour = style.color();
        let points = vert.into_iter().map(|point| self.place(point)).collect();
        self.take(Stroke::Surface { points, colour: colour.rgb }, colour);
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, pos: BackendCoord) -> Drawn {
        let (colour, anchor, width) = (style.color(), style.anchor(), self.faces.width(text, (TEXT, false)));
        let left = match anchor.h_pos {
            HPos::Left => 0,
            HPos::Right => -width,
            HPos::Center => -width / 2,
        };
        // From the edge the text hangs on to its base line.
        let down = match anchor.v_pos {
            VPos::Top => TEXT,
            VPos::Center => TEXT * 2 / 5,
            VPos::Bottom => 0,
        };
        let at = self.place((pos.0 + left, pos.1 + down));
        self.take(Stroke::Text { at, size: TEXT, bold: false, colour: colour.rgb, text: text.to_owned() }, colour);
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(&self, text: &str, _: &T) -> Drawn<(u32, u32)> {
        Ok((unsigned(self.faces.width(text, (TEXT, false))), unsigned(TEXT)))
    }
}

fn colour((red, green, blue): Colour) -> RGBColor {
    RGBColor(red, green, blue)
}

fn text(of: Colour, h_pos: HPos) -> TextStyle<'static> {
    let style = TextStyle { color: colour(of).to_backend_color(), ..TextStyle::from(("sans", TEXT)) };
    style.pos(Pos::new(h_pos, VPos::Top))
}

/// A chart in a frame: its upper left corner and its size.
pub(super) fn draw(faces: &Faces, chart: &Chart, (at, size): ((i32, i32), (i32, i32))) -> Result<Sheet> {
    let sheet = RefCell::new(Sheet::new());
    {
        let area = Backend { faces, at, size, sheet: &sheet }.into_drawing_area();
        bars(&area, faces, chart).map_err(|error| Error::internal(format!("a chart could not be drawn: {error}")))?;
    }
    Ok(sheet.into_inner())
}

/// A figure no larger than the library can count in.
fn tame(figure: i64) -> i64 {
    figure.clamp(-1_000_000_000_000_000, 1_000_000_000_000_000)
}

type Tried = std::result::Result<(), DrawingAreaErrorKind<Infallible>>;

fn bars(area: &DrawingArea<Backend<'_>, Shift>, faces: &Faces, chart: &Chart) -> Tried {
    let groups = i32::try_from(chart.labels.len()).unwrap_or(i32::MAX / GROUP).clamp(1, 1_000);
    let figures = || chart.series.iter().flat_map(|(_, figures)| figures.iter().copied().map(tame));
    let (low, high) = (figures().min().unwrap_or(0).min(0), figures().max().unwrap_or(0).max(1));
    let mut plot =
        ChartBuilder::on(area).margin_top(ABOVE).x_label_area_size(BELOW).y_label_area_size(LEFT).build_cartesian_2d(0..groups * GROUP, low..high)?;
    let (figure, nothing) = (|amount: &i64| (chart.figure)(*amount), |_: &i32| String::new());
    plot.configure_mesh()
        .disable_x_mesh()
        .x_labels(1)
        .x_label_formatter(&nothing)
        .y_labels(6)
        // With none at all the library looks for marks for ever.
        .y_max_light_lines(1)
        .light_line_style(Color::stroke_width(&colour(RULE), 8))
        .bold_line_style(Color::stroke_width(&colour(RULE), 8))
        .axis_style(Color::stroke_width(&colour(RULE), 12))
        .label_style(("sans", TEXT, &colour(PALE)))
        .y_label_formatter(&figure)
        .draw()?;
    let series = i32::try_from(chart.series.len()).unwrap_or(1).max(1);
    let wide = (GROUP - 20) / series;
    for (place, (_, figures)) in chart.series.iter().enumerate() {
        let (own, style) = (COLOURS[place % COLOURS.len()], i32::try_from(place).unwrap_or(0));
        plot.draw_series(figures.iter().take(1_000).enumerate().map(|(group, figure)| {
            let left = i32::try_from(group).unwrap_or(0) * GROUP + 10 + style * wide;
            Rectangle::new([(left, 0), (left + wide, tame(*figure))], colour(own).filled())
        }))?;
    }
    names(area, plot.plotting_area(), (faces, chart))
}

type Plot<'a, 'b> = DrawingArea<Backend<'b>, Cartesian2d<plotters::coord::types::RangedCoordi32, plotters::coord::types::RangedCoordi64>>;

/// The names under the groups, as many as there is room for, and those of the series above.
fn names(area: &DrawingArea<Backend<'_>, Shift>, plot: &Plot<'_, '_>, (faces, chart): (&Faces, &Chart)) -> Tried {
    let (_, height) = area.dim_in_pixel();
    let below = signed(height) - BELOW + 120;
    let widest = chart.labels.iter().map(|label| faces.width(label, (TEXT, false))).max().unwrap_or(0) + 120;
    let mut free = i32::MIN;
    for (group, label) in chart.labels.iter().enumerate() {
        let middle = i32::try_from(group).unwrap_or(0) * GROUP + GROUP / 2;
        let x = plot.map_coordinate(&(middle, 0)).0 - area.get_pixel_range().0.start;
        if x - widest / 2 >= free {
            area.draw_text(label, &text(PALE, HPos::Center), (x, below))?;
            free = x + widest / 2;
        }
    }
    let mut x = LEFT;
    for (place, (name, _)) in chart.series.iter().enumerate() {
        let own = colour(COLOURS[place % COLOURS.len()]);
        area.draw(&Rectangle::new([(x, 70), (x + 110, 180)], own.filled()))?;
        area.draw_text(name, &text(INK, HPos::Left), (x + 180, 60))?;
        x += 180 + faces.width(name, (TEXT, false)) + 360;
    }
    Ok(())
}
