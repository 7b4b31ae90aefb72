//! What egui paints over the picture in this frame: menus, hints, the toolbar of the full screen, statistics.

use egui::{Context, Order, Rect, Shape};

/// What one layer covers, with its shadows. Units: points.
///
/// Shape: one rectangle for each layer above the background that painted anything within `area`, until now in this frame.
pub fn covers(context: &Context, area: Rect) -> Vec<Rect> {
    let layers = context.memory(|memory| memory.layer_ids().collect::<Vec<_>>());
    let over = layers.into_iter().filter(|layer| layer.order != Order::Background);
    context.graphics(|graphics| {
        let painted = over.filter_map(|layer| {
            let shapes = graphics.get(layer)?.all_entries();
            let covered = shapes.filter(|clipped| !matches!(clipped.shape, Shape::Noop)).map(|clipped| {
                let rect = clipped.shape.visual_bounding_rect();
                rect.intersect(clipped.clip_rect).intersect(area)
            });
            covered.filter(Rect::is_positive).reduce(Rect::union)
        });
        painted.collect()
    })
}

#[cfg(test)]
mod tests {
    use egui::{Area, Frame, Id, RawInput, pos2, vec2};

    use super::*;

    fn covered(context: &Context, content: impl Fn(&mut egui::Ui)) -> Vec<Rect> {
        let screen = Rect::from_min_size(pos2(0.0, 0.0), vec2(400.0, 300.0));
        let mut found = Vec::new();
        // The first pass of an area only measures it.
        for _ in 0..2 {
            let input = RawInput { screen_rect: Some(screen), ..RawInput::default() };
            let mut output = context.run_ui(input, |ui| {
                content(ui);
                found = covers(ui.ctx(), Rect::from_min_size(pos2(0.0, 90.0), vec2(400.0, 210.0)));
            });
            output.textures_delta.clear();
        }
        found
    }

    fn overlay(ui: &egui::Ui, at: egui::Pos2) {
        Area::new(Id::unique("over")).fixed_pos(at).show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).show(ui, |ui| ui.set_min_size(vec2(100.0, 40.0)));
        });
    }

    #[test]
    fn the_background_covers_nothing() {
        let context = Context::default();
        assert!(covered(&context, |ui| drop(ui.label("a label of the panel"))).is_empty());
    }

    #[test]
    fn an_overlay_covers_its_frame_and_its_shadow_until_it_is_gone() {
        let context = Context::default();
        let found = covered(&context, |ui| overlay(ui, pos2(20.0, 100.0)));
        let frame = Rect::from_min_size(pos2(20.0, 100.0), vec2(100.0, 40.0));
        assert!(found.len() == 1 && found[0].contains_rect(frame), "{found:?}");
        assert!(covered(&context, |_| {}).is_empty());
    }

    #[test]
    fn an_overlay_beside_the_picture_covers_nothing_of_it() {
        let context = Context::default();
        assert!(covered(&context, |ui| overlay(ui, pos2(20.0, 5.0))).is_empty());
    }
}
