"""A text field of GTK in a window of its own. Appends everything that is entered to the file that is named."""

import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import GLib, Gtk

window = Gtk.Window(title="text field", default_width=400, default_height=200)
field = Gtk.TextView(wrap_mode=Gtk.WrapMode.CHAR)
out = open(sys.argv[1], "a", encoding="utf-8")


def entered(_buffer, _place, text, _length):
    out.write(text)
    out.flush()


def shorten():
    buffer = field.get_buffer()
    if buffer.get_char_count() > 2000:
        buffer.set_text("")
    return True


field.get_buffer().connect("insert-text", entered)
GLib.timeout_add_seconds(1, shorten)
window.connect("destroy", Gtk.main_quit)
window.add(field)
window.show_all()
Gtk.main()
