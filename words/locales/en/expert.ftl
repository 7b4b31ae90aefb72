# The texts of the viewer, Deskside Expert, for people who help others at their computers.
# A sign & stands before the letter that presses a button together with Alt; it is one of a to z, and in one window
# each letter stands once.

## Start screen

expert-start-heading = Help somebody at their computer
expert-start-lead = Open the ticket they sent you. Nothing happens on their computer before they say yes.
expert-start-drop = Drop a ticket here
expert-start-paste = or paste it with Ctrl+V
# While something is dragged over the window.
expert-start-drop-now = Let go to open it
expert-start-open = &Open a ticket…
# While a file is read.
expert-start-reading = Reading…
# Heading of the card with the own key.
expert-start-own = What to give to people
expert-start-own-lead = A ticket made for your key needs no passphrase, and only you can open it. Compare the fingerprint by voice.
expert-start-key = Your key
expert-start-fingerprint = Fingerprint
expert-start-copy-key = Copy &key
expert-start-copy-fingerprint = Copy &fingerprint
# On the button, after copying.
expert-start-copied = Copied
# $name: the expert's own name.
expert-start-name = They see you as { $name }
expert-start-theme = Appearance
# As the desktop says.
expert-theme-system = System
expert-theme-light = Light
expert-theme-dark = Dark

## File dialog

expert-dialog-title = Open a ticket
expert-dialog-tickets = Deskside tickets
expert-dialog-all-files = All files

## Ticket card

# $from: the name in the ticket.
expert-ticket-heading = { $from } asks for your help
expert-ticket-from = Asked by
expert-ticket-valid = Valid
expert-ticket-fingerprint = Their fingerprint
expert-ticket-number = Ticket
expert-ticket-passphrase = Passphrase
expert-ticket-passphrase-hint = They read it to you. Capitals, spaces and hyphens make no difference.
# In the empty field.
expert-ticket-passphrase-sample = four words
expert-ticket-show = Show
expert-ticket-hide = Hide
expert-ticket-connect = &Connect
expert-ticket-checking = Checking the passphrase…
expert-ticket-sealed = Made for your key
expert-ticket-sealed-meaning = No passphrase is needed: nobody but you can open this ticket.
expert-ticket-back = &Back
# Connects although the ticket is not valid by this computer's clock.
expert-ticket-ignore-clock = &Try anyway

## What is wrong with a ticket: what happened, what it means, what to do

# $reason: a reason of the system, or one of the next four.
expert-fault-file-what = The file cannot be read.
expert-fault-file-meaning = The system says: { $reason }.
expert-fault-file-remedy = Check that the file is still there and that you may read it.
expert-fault-file-folder = { $path } is a folder
expert-fault-file-missing = there is no file { $path }
expert-fault-file-forbidden = { $path } may not be read
# The system's own words.
expert-fault-file-unreadable = reading { $path } failed: { $error }
expert-fault-no-ticket-what = This is not a Deskside ticket.
expert-fault-no-ticket-meaning = A ticket is a small text file whose name ends in .deskside.
expert-fault-no-ticket-remedy = Choose the file that the person sent you, or ask them to send it again.
expert-fault-damaged-what = The ticket is damaged.
expert-fault-damaged-meaning = Something was cut off or changed on the way, so it cannot be used.
expert-fault-damaged-remedy = Ask the person to send the same ticket again as an attached file. If that does not help, ask for a new one.
expert-fault-too-large-what = The file is too large for a ticket.
expert-fault-too-large-meaning = A ticket has at most 8 KiB.
expert-fault-too-large-remedy = Choose the file that the person sent you.
expert-fault-newer-what = The ticket was made by a newer Deskside.
expert-fault-newer-meaning = This version cannot read it.
expert-fault-newer-remedy = Update Deskside Expert, then open the ticket again.
expert-fault-lying-what = The ticket contradicts itself.
expert-fault-lying-meaning = Its readable first line says something other than the ticket holds. Somebody has changed it; do not trust it.
expert-fault-lying-remedy = Ask the person for a new ticket, on another way.
expert-fault-forged-what = The ticket's signature is wrong.
expert-fault-forged-meaning = It was changed after it was made, or somebody other than the person made it.
expert-fault-forged-remedy = Ask the person for a new ticket, on another way.
expert-fault-not-for-you-what = The ticket is made for another expert.
expert-fault-not-for-you-meaning = It is sealed to a key that is not yours.
expert-fault-not-for-you-remedy = Send the person your key (on the start screen) and ask for a ticket made with it.
expert-fault-no-passphrase-what = That is not a whole passphrase.
expert-fault-no-passphrase-remedy = Ask the person to read the four words again.
expert-fault-no-passphrase-empty = Type the four words of the passphrase.
# $found: how many words were typed.
expert-fault-no-passphrase-count = A passphrase has four words; this has { $found }.
# $position: the place of the word, counted from 1.
expert-fault-no-passphrase-word = Word { $position } is not one that Deskside uses; check its spelling.
expert-fault-wrong-passphrase-what = The passphrase does not open this ticket.
expert-fault-wrong-passphrase-meaning = It may be misheard, or belong to another ticket.
expert-fault-wrong-passphrase-remedy = Ask the person to read it again, or to spell the words.
expert-fault-no-dialog-what = This desktop has no file dialog.
expert-fault-no-dialog-meaning = It comes with the desktop portal (package xdg-desktop-portal) or with zenity, and neither answers.
expert-fault-no-dialog-remedy = Drop the ticket onto this window, or copy it in the file manager and press Ctrl+V here.
expert-fault-no-memory-what = This computer has too little free memory.
expert-fault-no-memory-meaning = Trying a passphrase takes 64 MiB for about a second.
expert-fault-no-memory-remedy = Close other programs, then try again.

# $length: one of the lengths of time after a preposition.
expert-expired-what = This ticket expired { $length } ago.
expert-expired-meaning = It is valid for a short time only, so that a lost ticket does no harm.
expert-expired-remedy = Ask the person for a new ticket. If the clock of this computer is wrong, you can try anyway.
expert-early-what = This ticket becomes valid in { $length }.
expert-early-meaning = The person chose that time, or one of the two clocks is wrong.
expert-early-remedy = Wait until then. If the clock of this computer is wrong, you can try anyway.

## Connecting, and waiting for the person's yes

# $client: who is helped.
expert-progress-connecting = Connecting to { $client }
expert-progress-connecting-lead = Their computer is looked for at the addresses that the ticket names.
expert-progress-trying = Trying { $addresses }
expert-progress-waiting = Waiting for their yes
expert-progress-waiting-lead = { $client } is being asked whether you may see their desktop. Until they say yes, nothing of it is sent.
# $left: minutes and seconds, as 1:45.
expert-progress-waiting-left = The question stays open for { $left }; no answer means no.
expert-progress-step-ticket = Ticket opened
expert-progress-step-connected = Connected
expert-progress-step-allowed = They allow you to see
expert-progress-cancel = &Cancel

## Toolbar of a session

# The state, in the badge on the left.
expert-phase-waiting = Waiting
expert-phase-viewing = Viewing
expert-phase-asked = Asked for control
expert-phase-controlling = Controlling
expert-phase-paused = They are active
# That less than everything may be seen, in a badge.
expert-sharing-hidden = Part hidden
expert-sharing-screen = One screen only
expert-sharing-window = One window only
expert-toolbar-ask = &Ask for control
# Takes the question back.
expert-toolbar-withdraw = &Don't ask
expert-toolbar-release = &Give control back
expert-toolbar-full-screen = &Full screen
# Leaves full screen.
expert-toolbar-window = &Window
expert-toolbar-statistics = &Statistics
expert-toolbar-end = &End
# Name of the choice of the picture's size, for screen readers.
expert-toolbar-scale = Size
# A size of the picture: as large as the window allows.
expert-scale-fit = Fit
expert-toolbar-monitor = Their monitor
expert-toolbar-all-monitors = All monitors
# In the list of monitors: all of them, each in a window of its own.
expert-toolbar-each-apart = Each in its own window
expert-toolbar-apart = { $monitor } in its own window
# While the keyboard is in the toolbar.
expert-toolbar-keys = The keyboard is here: Tab and Enter choose, 1 to 9 show a monitor, 0 all, Escape goes back to their computer
expert-toolbar-chord = Press and release left Ctrl and left Alt together to bring the keyboard here

## Over the picture in full screen

# $left: minutes and seconds, as 0:45.
expert-note-asked = Waiting for { $client } to give you control, { $left }
expert-note-paused = { $client } is using the mouse or keyboard; your input waits

## What happened last, in the toolbar or over the picture

expert-monitor-gone = A monitor is gone; its window was closed.
expert-monitor-new = There is a new monitor; choose it in the list of monitors.
expert-last-released = You gave control back.
expert-denied-by-person = { $client } did not give you control.
expert-denied-no-answer = { $client } did not answer; that means no.
expert-denied-busy = Somebody else has control, or is asking for it.
expert-denied-cooling-down = They stopped control a moment ago. Wait a little.
expert-denied-too-often = You asked three times; in this session they are not asked again.
expert-denied-screen-locked = Their screen is locked.
expert-denied-out-of-turn = That was not possible just now. Try again.
expert-denied-unsupported = Their computer cannot be controlled; you can only see it.
expert-revoked-by-person = { $client } took control back.
expert-revoked-screen-locked = Control ended because their screen was locked.
expert-revoked-silent = Control ended: nothing was heard from you for ten seconds.
expert-revoked-idle = Control ended because it was not used for ten minutes.
expert-revoked-input-failed = Their computer stopped taking keys and pointer.

## Clipboard

expert-toolbar-clipboard = Cli&pboard
# Stops a paste that is under way.
expert-clipboard-cancel = Cancel
# Lines of the menu: what they copy is pasted here, or what is copied here is pasted there.
expert-clipboard-read-ask = Ask to paste here what they copy
expert-clipboard-read-withdraw = Don't ask to paste here what they copy
expert-clipboard-read-stop = Stop pasting here what they copy
expert-clipboard-give-ask = Ask to paste there what you copy
expert-clipboard-give-withdraw = Don't ask to paste there what you copy
expert-clipboard-give-stop = Stop pasting there what you copy
# How it stands, in a few words.
expert-clipboard-asked = clipboard: asked
expert-clipboard-shared = clipboard shared
expert-clipboard-read-open = their copies can be pasted here
expert-clipboard-give-open = your copies can be pasted there
expert-clipboard-read-denied = { $client } did not let you read what they copy.
expert-clipboard-give-denied = { $client } did not let you put things into their clipboard.
expert-clipboard-busy = Somebody else is here, or is asking for something.
expert-clipboard-cooling-down = They stopped you a moment ago. Wait a little.
expert-clipboard-unsupported = Their computer cannot share its clipboard.
expert-clipboard-revoked-by-person = { $client } stopped sharing the clipboard.
expert-clipboard-revoked-screen-locked = The clipboard is no longer shared: their screen was locked.
expert-clipboard-revoked-stopped = The clipboard is no longer shared: their computer stopped it.
# $what: text, picture or files. $percent: a whole number. $size: one of the sizes below.
expert-clipboard-progress = Pasting { $what ->
    [text] text
    [picture] picture
   *[files] files
}, { $percent } % of { $size }
# $reason: one of the reasons below.
expert-clipboard-not-pasted = The { $what ->
    [text] text
    [picture] picture
   *[files] files
} could not be pasted: { $reason }.
expert-clipboard-cancelled = You stopped pasting.
expert-clipboard-why-stale = something else was copied meanwhile, or they stopped it
expert-clipboard-why-unavailable = the program that it was copied in does not give it
expert-clipboard-why-too-long = it is too large
expert-clipboard-why-not-allowed = they do not allow it any more
expert-clipboard-why-changed = a file was changed meanwhile
expert-clipboard-why-lost = the connection was lost
expert-clipboard-why-wrong = what came is not what was copied
expert-clipboard-why-not-written = it could not be written to your disk

## Statistics over the picture

expert-statistics-desktop = Desktop
expert-statistics-frames = Pictures
expert-statistics-round-trip = Round trip
expert-statistics-to-shown = Arrived to shown
expert-statistics-received = Received
expert-statistics-loss = Loss

## The end: what happened, what it means, what to do

expert-ended-heading = The session is over
expert-ended-heading-unconnected = No connection
expert-ended-try-again = &Try again
expert-ended-copy-request = Copy a &request for a new ticket
expert-ended-request-copied = Copied; paste it into a message
expert-ended-back = &Back
# Stands for a name that is not known.
expert-ended-somebody = The other side
expert-ended-connecting-what = You stopped connecting.
expert-ended-connecting-meaning = { $client } was not asked anything.
expert-ended-waiting-what = You stopped waiting.
expert-ended-waiting-meaning = The question to { $client } was closed.
expert-ended-given-what = You ended the session.
expert-ended-given-meaning = You no longer see the desktop of { $client }.
expert-ended-by-person-what = { $client } ended the session.
expert-ended-by-person-meaning = You no longer see their desktop.
expert-ended-by-person-remedy = To go on, ask them for a new ticket.
expert-ended-closing-what = Deskside was closed at { $client }'s computer.
expert-ended-closing-meaning = The session ended with it.
expert-ended-closing-remedy = To go on, ask them for a new ticket.
expert-ended-capture-failed-what = Their desktop can no longer be shown.
expert-ended-capture-failed-meaning = Deskside on their computer lost access to the screen, for example because they logged out.
expert-ended-capture-failed-remedy = Ask them to log in again and to send a new ticket.
expert-ended-lost-what = The connection was lost.
expert-ended-lost-meaning = Nothing was heard any more. Control ended by itself; nothing stays pressed on their computer.
expert-ended-lost-remedy = Check your network. To go on, ask the person for a new ticket.
expert-ended-lost-early-what = The connection was lost while waiting.
expert-ended-lost-early-meaning = { $client } had not answered yet.
expert-ended-lost-early-remedy = Try again. If that does not help, ask for a new ticket.
expert-ended-misbehaved-what = The session was cut off for your safety.
expert-ended-misbehaved-meaning = The other program sent something that the protocol does not allow.
expert-ended-misbehaved-remedy = If you trust the other computer, update Deskside on both and try again with a new ticket.

expert-refused-ask-again = Ask the person for a new ticket.
expert-refused-not-accepted-what = The ticket was not accepted.
expert-refused-not-accepted-meaning = The other computer does not say why. The ticket may be unknown there, or closed after too many attempts.
expert-refused-expired-what = The ticket has expired.
expert-refused-expired-meaning = Its time is over.
expert-refused-early-what = The ticket is not valid yet.
expert-refused-early-meaning = By the clock of the other computer its time has not begun.
expert-refused-early-remedy = Wait a little and try again.
expert-refused-used-what = The ticket has been used before.
expert-refused-used-meaning = A ticket works once, unless the person made it for more.
expert-refused-cancelled-what = The ticket was cancelled.
expert-refused-cancelled-meaning = { $client } took the invitation back.
expert-refused-cancelled-remedy = Ask them whether they still want help.
expert-refused-busy-what = { $client } is busy.
expert-refused-busy-meaning = Somebody else is connected, or they are being asked something else.
expert-refused-busy-remedy = Try again in a moment.
expert-refused-denied-what = { $client } did not allow you to see their desktop.
expert-refused-denied-meaning = They said no. You see nothing of their computer.
expert-refused-denied-remedy = Talk to them. If they change their mind, they can send you a new ticket.
expert-refused-no-answer-what = { $client } did not answer.
expert-refused-no-answer-meaning = The question was open for two minutes; no answer means no.
expert-refused-no-answer-remedy = Call them, then try again. If the ticket was for one use, ask for a new one.
expert-refused-incompatible-what = The two programs do not understand each other.
expert-refused-incompatible-meaning = Their version of Deskside and yours have no common language.
expert-refused-incompatible-remedy = Update Deskside on both computers.

expert-unreachable-what = { $client }'s computer does not answer.
# $tried: addresses, each with one of the next reasons.
expert-unreachable-meaning = Tried: { $tried }.
expert-unreachable-remedy = Ask them whether Deskside is running and the ticket is open. Both computers must be in the same network, or theirs reachable from outside.
expert-attempt-name-unknown = the name is not known
expert-attempt-no-route = there is no way there from here
expert-attempt-nobody-listens = nobody listens there
expert-attempt-timed-out = no answer
expert-attempt-wrong-key = another machine
expert-attempt-incompatible = another version
expert-attempt-overloaded = too busy
expert-attempt-broken = the handshake failed
expert-wrong-key-what = Another computer answers in their place.
expert-wrong-key-meaning = What answers does not have the key that the ticket names. Somebody may be trying to deceive you; nothing was sent to it.
expert-wrong-key-remedy = Do not continue. Ask the person for a new ticket, on another way.
expert-no-network-what = This computer cannot connect to anything.
expert-no-network-meaning = The system says: { $reason }.
expert-no-network-remedy = Check your network connection, then try again.

# The message that is copied to ask for a new ticket. $key: the own key, as text.
expert-request-for-ticket =
    The Deskside ticket you sent me cannot be used any more. Please make a new one and send it to me.

    My key, in case you want to make it for me alone (then it needs no passphrase):
    { $key }

## Times

# Days after a preposition, as in "2 days ago".
expert-length-days-ago = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
# Two units, the larger first.
expert-length-two = { $large } { $small }
# $clock: as 14:05.
expert-clock = { $clock }
expert-moment-far = a time far away
# $from, $until: moments. $left: a length of time.
expert-valid-from-until = from { $from } until { $until }
expert-valid-left = until { $until }, { $left } left
expert-valid-until = until { $until }

## Numbers with their units

# One digit behind the sign.
expert-decimal = { $whole }.{ $tenths }
expert-milliseconds = { $value } ms
expert-per-second = { $value } /s
expert-megabits = { $value } Mbit/s
expert-kilobits = { $value } kbit/s
expert-percent = { $value } %
expert-kilobytes = { $value } KB
expert-megabytes = { $value } MB
expert-gigabytes = { $value } GB

## What the program writes into a terminal

expert-identity =
    Public key:   { $key }
    Fingerprint:  { $fingerprint }

    Give the key to people who invite you: a ticket made with it needs no passphrase.
    Compare the fingerprint with them by voice.
expert-identity-damaged = { $path } is damaged: it should hold 32 bytes and has { $found }. Nothing was changed in it.
    Restore it from a backup; or move it away to get a new identity (people will then see you as new)
expert-identity-no-random = the system gives no random numbers: { $error }
# The name that others see where the account has none.
expert-nameless = An expert
expert-associate-added = A double-click on a ticket (*.deskside) now opens this program. To undo it: deskside-expert associate --remove
expert-associate-removed = Tickets are no longer opened by this program; nothing of it is left.
expert-associate-file = { $path } cannot be changed: { $error }
# $what: one of the next two.
expert-associate-program = { $program } { $what }; without it a double-click does not find this program. Install the package { $package } and try again
expert-associate-not-started = cannot be started ({ $error })
expert-associate-failed = failed: { $output }
expert-associate-no-home = neither HOME nor XDG_DATA_HOME and XDG_CONFIG_HOME are set, so there is no place for the association; set HOME and try again
expert-associate-own-path = the program's own path cannot be told or is not plain text; move the program to another folder
expert-no-display = there is no display to show a window on. Start it from a graphical session, or set DISPLAY to one
expert-no-opengl = the window could not be drawn: OpenGL 2.1 or OpenGL ES 3 is needed. Install your graphics driver, or Mesa's software renderer (package libgl1-mesa-dri)
expert-passphrase-missing = The ticket needs its passphrase. Write it as a line to standard input.
# $limit: bytes.
expert-terminal-too-long = a line of more than { $limit } bytes was ignored
expert-terminal-commands = the commands are: control, release, clipboard read, clipboard give, each of these with off, monitors each, monitors all, locks, end, status

## For screen readers

# The name of the picture of the other screen.
expert-screen-of = Screen of { $client }

## System keys and keys that are pressed over there

expert-keys-menu = &Keys
expert-keys-menu-sent = System &keys: sent
expert-keys-menu-stay = System &keys: stay
expert-keys-sent = System keys: sent to them
expert-keys-stay = System keys: stay here
expert-keys-hint = Keys that your own desktop would use, such as Alt+Tab or the Windows key. Press and release the right Ctrl key alone to get them back at any time
expert-keys-press-ctrl-alt-del = Send Ctrl+Alt+Del
expert-keys-press-super = Send Super (Windows key)
expert-keys-press-alt-tab = Send Alt+Tab
expert-keys-press-alt-f4 = Send Alt+F4
expert-keys-press-print = Send Print Screen
expert-keys-press-ctrl-esc = Send Ctrl+Esc
expert-keys-taken = Alt+Tab and other system keys go to { $client } now. The right Ctrl key alone gives them back.
expert-keys-freed = System keys stay here. Click the picture to send them again.
# What an input method (Japanese, Chinese) is still making, for a screen reader.
expert-composing = Being written: { $text }
expert-locks-caps-on = Caps Lock is on over there
expert-locks-caps-off = Caps Lock is off over there
expert-locks-num-on = Num Lock is on over there
expert-locks-num-off = Num Lock is off over there
expert-locks-scroll-on = Scroll Lock is on over there
expert-locks-scroll-off = Scroll Lock is off over there
expert-locks-align = Bring locks into step
