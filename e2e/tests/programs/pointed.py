"""A GTK program that writes what a pointer does over it: buttons and turns of the wheel, one line each."""

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk, Gtk

window = Gtk.Window(title="pointed", default_width=300, default_height=200)
area = Gtk.EventBox()
area.add_events(Gdk.EventMask.SCROLL_MASK | Gdk.EventMask.BUTTON_PRESS_MASK | Gdk.EventMask.BUTTON_RELEASE_MASK)


def pressed(_widget, event):
    if event.type == Gdk.EventType.BUTTON_PRESS:
        print("press", event.button, int(event.x_root), int(event.y_root), flush=True)


def released(_widget, event):
    print("release", event.button, flush=True)


def scrolled(_widget, event):
    print("scroll", event.direction.value_nick, flush=True)


area.connect("button-press-event", pressed)
area.connect("button-release-event", released)
area.connect("scroll-event", scrolled)
window.connect("destroy", Gtk.main_quit)
window.add(area)
window.show_all()
print("here", flush=True)
Gtk.main()
