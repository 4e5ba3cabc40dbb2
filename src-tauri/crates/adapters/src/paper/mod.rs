//! Documents drawn as PDF by krilla, their charts by plotters onto the same page: text stays text, lines stay lines.
//!
//! A page is a list of strokes in twentieths of a point, whole numbers throughout; only the last step hands them over as fractions.

mod chart;
mod ink;
mod layout;

use purser_core::Result;
use purser_service::documents::port::{Paper, Press};

/// The press.
pub struct Printer;

impl Press for Printer {
    fn print(&self, paper: &Paper) -> Result<Vec<u8>> {
        let faces = ink::faces()?;
        ink::bind(faces, paper, &layout::lay_out(faces, paper)?)
    }
}

/// A colour.
type Colour = (u8, u8, u8);

/// Something on a page; places are twentieths of a point from the upper left corner.
#[derive(Debug)]
enum Stroke {
    /// Text, its base line beginning at this place.
    Text { at: (i32, i32), size: i32, bold: bool, colour: Colour, text: String },
    /// A line along these points.
    Line { points: Vec<(i32, i32)>, width: i32, colour: Colour },
    /// A surface with these corners.
    Surface { points: Vec<(i32, i32)>, colour: Colour },
}

/// What is on a page.
type Sheet = Vec<Stroke>;
