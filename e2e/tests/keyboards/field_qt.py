"""A text field of Qt in a window of its own. Appends everything that is entered to the file that is named."""

import os.path
import sys

from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QApplication, QPlainTextEdit

application = QApplication(sys.argv[:1])
field = QPlainTextEdit()
field.setWindowTitle("text field")
field.resize(400, 200)
out = open(sys.argv[1], "a", encoding="utf-8")
known = ""


def changed():
    global known
    # The plain text would have a space for each no-break space.
    text = field.document().toRawText().replace("\u2029", "\n")
    # What is typed comes at the end, and nothing goes.
    entered = text[len(os.path.commonprefix([known, text])):]
    known = text
    out.write(entered)
    out.flush()


def shorten():
    global known
    if len(known) > 2000:
        known = ""
        field.clear()


field.textChanged.connect(changed)
timer = QTimer()
timer.timeout.connect(shorten)
timer.start(1000)
field.show()
application.exec_()
