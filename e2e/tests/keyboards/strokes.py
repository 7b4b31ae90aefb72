"""Which keystrokes type which text on a layout, said by libxkbcommon and its Compose table: an opinion of its own,
apart from everything that Deskside does. Prints one JSON array: [[[[key code, shift, altgr], ...], text], ...].
"""

import ctypes
import json
import sys

xkb = ctypes.CDLL("libxkbcommon.so.0")
for name in "context_new keymap_new_from_names state_new compose_table_new_from_locale compose_state_new".split():
    getattr(xkb, "xkb_" + name).restype = ctypes.c_void_p
xkb.xkb_state_key_get_one_sym.restype = ctypes.c_uint32

SHIFT, ALTGR = 50, 108
DEAD = range(0xFE50, 0xFEA0)
LEVEL3 = 0xFE03
# The keys that write, as key codes of X11: the four rows, the key beside Shift, and those of Japanese keyboards.
CODES = [49, *range(10, 22), *range(24, 36), *range(38, 49), 51, 94, *range(52, 62), 65, 97, 132]


class Names(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("rules", "model", "layout", "variant", "options")]


def main(layout, variant):
    context = ctypes.c_void_p(xkb.xkb_context_new(0))
    names = Names(b"evdev", b"pc105", layout.encode(), variant.encode(), b"")
    keymap = ctypes.c_void_p(xkb.xkb_keymap_new_from_names(context, ctypes.byref(names), 0))
    table = ctypes.c_void_p(xkb.xkb_compose_table_new_from_locale(context, b"en_US.UTF-8", 0))
    has_altgr = symbol(keymap, ALTGR, False, False) == LEVEL3

    found = {}
    dead, plain = [], []
    for altgr in (False, True) if has_altgr else (False,):
        for shift in (False, True):
            for code in CODES:
                sym = symbol(keymap, code, shift, altgr)
                stroke = [code, int(shift), int(altgr)]
                if sym in DEAD:
                    dead.append((stroke, sym))
                elif text := written(sym):
                    found.setdefault(text, [stroke])
                    plain.append((stroke, sym))
    for first, first_sym in dead:
        for second, second_sym in dead + plain:
            state = ctypes.c_void_p(xkb.xkb_compose_state_new(table, 0))
            xkb.xkb_compose_state_feed(state, ctypes.c_uint32(first_sym))
            xkb.xkb_compose_state_feed(state, ctypes.c_uint32(second_sym))
            if xkb.xkb_compose_state_get_status(state) == 2:
                buffer = ctypes.create_string_buffer(64)
                xkb.xkb_compose_state_get_utf8(state, buffer, 64)
                found.setdefault(buffer.value.decode(), [first, second])
            xkb.xkb_compose_state_unref(state)
    json.dump([[strokes, text] for text, strokes in found.items()], sys.stdout)


def symbol(keymap, code, shift, altgr):
    state = ctypes.c_void_p(xkb.xkb_state_new(keymap))
    for modifier, held in ((SHIFT, shift), (ALTGR, altgr)):
        if held:
            xkb.xkb_state_update_key(state, modifier, 1)
    sym = xkb.xkb_state_key_get_one_sym(state, code)
    xkb.xkb_state_unref(state)
    return sym


def written(sym):
    buffer = ctypes.create_string_buffer(64)
    xkb.xkb_keysym_to_utf8(ctypes.c_uint32(sym), buffer, 64)
    text = buffer.value.decode()
    is_control = any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text)
    return "" if is_control else text


main(*sys.argv[1:3])
