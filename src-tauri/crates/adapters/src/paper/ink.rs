//! Letters and the file: how wide a text is, and the pages as a PDF with its letters embedded.

use std::sync::LazyLock;

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Transform};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke as Pen};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use purser_core::{Error, Result};
use purser_service::documents::port::Paper;
use ttf_parser::Face;

use super::{Colour, Sheet, Stroke};

/// A4 in twentieths of a point.
pub(super) const WIDTH: i32 = 11_906;
/// Its height.
pub(super) const HEIGHT: i32 = 16_838;

/// The letters, regular and bold: as they are measured and as they are drawn.
pub(super) struct Faces {
    regular: (Face<'static>, Font),
    bold: (Face<'static>, Font),
}

static FACES: LazyLock<Option<Faces>> = LazyLock::new(|| {
    let load = |bytes: &'static [u8]| Some((Face::parse(bytes, 0).ok()?, Font::new(bytes.into(), 0)?));
    Some(Faces { regular: load(dejavu::sans::regular())?, bold: load(dejavu::sans::bold())? })
});

/// The letters of this program.
pub(super) fn faces() -> Result<&'static Faces> {
    FACES.as_ref().ok_or_else(|| Error::internal("the letters of documents can not be read"))
}

impl Faces {
    /// How wide a text is.
    pub(super) fn width(&self, text: &str, (size, bold): (i32, bool)) -> i32 {
        let face = if bold { &self.bold.0 } else { &self.regular.0 };
        let units: i64 = text.chars().map(|c| face.glyph_index(c).and_then(|glyph| face.glyph_hor_advance(glyph)).map_or(0, i64::from)).sum();
        i32::try_from(units * i64::from(size) / i64::from(face.units_per_em().max(1))).unwrap_or(i32::MAX)
    }
}

/// A place as the library takes it; a page is far smaller than what fits.
fn place(value: i32) -> f32 {
    f32::from(i16::try_from(value).unwrap_or(i16::MAX))
}

fn fill((red, green, blue): Colour) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

fn draw(surface: &mut Surface<'_>, faces: &Faces, stroke: &Stroke) {
    let path = |points: &[(i32, i32)], closed: bool| {
        let mut path = PathBuilder::new();
        for (n, (x, y)) in points.iter().enumerate() {
            if n == 0 { path.move_to(place(*x), place(*y)) } else { path.line_to(place(*x), place(*y)) }
        }
        if closed {
            path.close();
        }
        path.finish()
    };
    match stroke {
        Stroke::Text { at, size, bold, colour, text } => {
            let font = if *bold { &faces.bold.1 } else { &faces.regular.1 };
            surface.set_stroke(None);
            surface.set_fill(Some(fill(*colour)));
            let start = Point::from_xy(place(at.0), place(at.1));
            surface.draw_text(start, font.clone(), place(*size), text, false, TextDirection::Auto);
        }
        Stroke::Line { points, width, colour: (red, green, blue) } => {
            surface.set_fill(None);
            surface.set_stroke(Some(Pen { paint: rgb::Color::new(*red, *green, *blue).into(), width: place(*width), ..Pen::default() }));
            if let Some(path) = path(points, false) {
                surface.draw_path(&path);
            }
        }
        Stroke::Surface { points, colour } => {
            surface.set_stroke(None);
            surface.set_fill(Some(fill(*colour)));
            if let Some(path) = path(points, true) {
                surface.draw_path(&path);
            }
        }
    }
}

/// The pages as a file.
pub(super) fn bind(faces: &Faces, paper: &Paper, sheets: &[Sheet]) -> Result<Vec<u8>> {
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(paper.title.clone()).language(paper.language.to_owned()).creator("Purser".to_owned()));
    let settings = PageSettings::from_wh(595.3, 841.9).ok_or_else(|| Error::internal("a page without a size"))?;
    for sheet in sheets {
        let mut page = document.start_page_with(settings.clone());
        let mut surface = page.surface();
        surface.push_transform(&Transform::from_scale(0.05, 0.05));
        for stroke in sheet {
            draw(&mut surface, faces, stroke);
        }
        surface.pop();
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| Error::internal(format!("a document could not be put together: {error:?}")))
}
