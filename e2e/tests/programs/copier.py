"""A GTK program that copies and pastes what it is told to, by lines: "own TARGET=FILE ...", "image FILE", "paste TARGET FILE",
"paste-image FILE", "targets". Answers each with a line."""

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk, GdkPixbuf, GLib, Gtk

clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
window = Gtk.Window(title="copier", default_width=200, default_height=100)
holder = Gtk.Invisible()
held = {}


def asked(_widget, data, _info, _time):
    target = data.get_target()
    data.set(target, 8, held[target.name()])


def own(pairs):
    held.clear()
    Gtk.selection_clear_targets(holder, Gdk.SELECTION_CLIPBOARD)
    for number, pair in enumerate(pairs):
        target, path = pair.split("=", 1)
        held[target] = open(path, "rb").read()
        Gtk.selection_add_target(holder, Gdk.SELECTION_CLIPBOARD, Gdk.Atom.intern(target, False), number)
    return Gtk.selection_owner_set(holder, Gdk.SELECTION_CLIPBOARD, Gdk.CURRENT_TIME)


def paste(target, path):
    contents = clipboard.wait_for_contents(Gdk.Atom.intern(target, False))
    if contents is None:
        return False
    open(path, "wb").write(contents.get_data())
    return True


def paste_image(path):
    image = clipboard.wait_for_image()
    return image is not None and image.savev(path, "png", [], [])


def heard(_source, _condition):
    line = sys.stdin.readline()
    if not line:
        Gtk.main_quit()
        return False
    what, *rest = line.split()
    if what == "own":
        said = own(rest)
    elif what == "image":
        clipboard.set_image(GdkPixbuf.Pixbuf.new_from_file(rest[0]))
        said = True
    elif what == "paste":
        said = paste(*rest)
    elif what == "paste-image":
        said = paste_image(*rest)
    else:
        found, atoms = clipboard.wait_for_targets()
        said = " ".join(atom.name() for atom in atoms) if found else ""
    print("did", said, flush=True)
    return True


holder.connect("selection-get", asked)
window.show_all()
print("here", flush=True)
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, heard)
Gtk.main()
