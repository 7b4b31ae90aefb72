//! What one measurement leaves behind: raw times, judged pictures and meters, as they are kept in a file.

use serde::{Deserialize, Serialize};

use crate::quality::Quality;

/// One scene of one product on one network. Times are nanoseconds since the scene's begin, unless named otherwise.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    /// Which measurement this is.
    pub what: What,
    /// How long the scene was played, in seconds.
    pub seconds: f64,
    /// What was drawn and seen.
    pub times: Times,
    /// The pictures.
    pub pictures: Pictures,
    /// What it cost.
    pub meters: Meters,
}

/// Which measurement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct What {
    /// The product's name.
    pub product: String,
    /// The network's name.
    pub net: String,
    /// The scene's name.
    pub scene: String,
    /// From 0.
    pub repetition: u32,
}

/// A measurement or why there is none.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    /// It was made.
    Measured(Box<Record>),
    /// It was not.
    Failed {
        /// Which.
        what: What,
        /// Why.
        error: String,
    },
}

/// What was drawn and seen.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Times {
    /// Frame, before drawing, after the server had drawn it.
    pub drawn: Vec<(u32, i64, i64)>,
    /// When the barcodes changed, and what the upper and the lower showed.
    pub seen: Vec<(i64, Option<u16>, Option<u16>)>,
    /// When a click was made, and which frame it should bring.
    pub clicks: Vec<(i64, u32)>,
    /// Clicks that never came to the other side.
    pub lost_clicks: u32,
    /// The last change.
    pub end: i64,
    /// The end of the watch.
    pub watched: i64,
}

/// The pictures.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Pictures {
    /// Photographed during the scene and compared with the frame that they say they show, in the scene's part.
    pub motion: Vec<Quality>,
    /// Photographed while two frames were on the screen; not compared.
    pub torn: u32,
    /// Judged so many seconds after the last change: whole screen and the scene's part.
    pub after: Vec<(f64, Quality, Quality)>,
    /// Seconds from the last change until every pixel was equal, on the whole screen.
    pub exact_seconds: Option<f64>,
    /// The same in the scene's part.
    pub part_exact_seconds: Option<f64>,
}

/// What it cost, from the scene's begin to its end.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Meters {
    /// Percent of a core of the person's programs, the expert's, the person's X server, the expert's.
    pub cpu: [f64; 4],
    /// MiB resident, of the person's programs and the expert's.
    pub memory: [f64; 2],
    /// Bytes a second to the viewer.
    pub bytes_per_second: f64,
    /// Bytes a second from the viewer.
    pub back_per_second: f64,
    /// Bytes to the viewer until the picture had been judged.
    pub bytes_in_all: u64,
    /// Percent of a core that anything else on the machine used, and that the host took away.
    pub others: [f64; 2],
    /// Milliseconds that a fixed piece of work took just before: the machine's own pace.
    pub work_ms: f64,
}
