# Texts of the program of the person who is helped.
#
# They are read by people under stress: say who, what, and what to do. An "&" stands before the letter that presses a
# button together with Alt; within one window each letter stands once.

## First start

client-welcome = Welcome to Deskside
client-first-sentence = You make a ticket, send it to the person who helps you, and tell them its passphrase by telephone.
client-second-sentence = They cannot see your screen before you allow it, and cannot touch anything before you allow that as well.
client-third-sentence = You can stop them at any moment: the bar at the top of your screen ends everything, and a few keys take control back at once.
client-who-called = Did they contact you first?
client-i-called = No, I asked them for help
client-they-called = Yes, they called or wrote to me
client-scam-title = Please stop here. This is how fraud begins.
client-scam-text = Banks, Microsoft, telephone companies and the police never call you to look at your computer. Hang up. If you are unsure, look up their number yourself (not one that they gave you) and call back.
client-stop-here = &Close Deskside
client-go-on-anyway = I called them back, &go on
client-go-on = &Go on
client-answer-first = Please answer the question first.

## Pages of the main window

client-page-help = Help
client-page-tickets = Tickets
client-page-receipt = What happened
client-page-settings = Settings

## Home

client-home-title = Get help with this computer
client-home-text = Invite somebody you trust. They see your screen only after you say yes.
client-how-title = How it works
client-invite = &Invite somebody
client-waiting-title = Waiting for your helper
client-waiting-text =
    { $count ->
        [one] One ticket is open. When your helper opens it, Deskside asks you first.
       *[other] { $count } tickets are open. When a helper opens one, Deskside asks you first.
    }

## A new ticket

client-make-title = A new ticket
client-make-text = A ticket is a small file that lets one person reach this computer for a limited time.
client-make-valid = It can be used for
client-make-uses = It can be used
client-make-more = More choices
client-make-key = Your helper's key, if they gave you one (then no passphrase is needed)
client-make-key-example = deskside-expert-1-…
client-make-key-wrong = This is not a helper's key. It begins with “deskside-expert-1-”; copy all of it, to the last letter.
client-make = &Make the ticket
client-back = &Back
client-once = once
client-twice = twice
client-times = { $count } times

## The ticket that was just made

client-invitation-title = Your ticket is ready
client-step-send = 1. Send the ticket to your helper
client-step-tell = 2. Tell them these four words by telephone
client-passphrase = Passphrase
client-why-spoken = Say them; do not write them into the message with the ticket. Whoever reads both could pretend to be your helper.
client-hidden-while-watched = Hidden while somebody sees your screen: they could read the words of this ticket, too.
client-show-anyway = Show them &now
client-step-wait = 3. Wait: Deskside asks you before anybody sees anything
client-sealed = 2. No passphrase is needed
client-save = &Save file
client-email = &E-mail
client-copy = Copy &text
client-copy-hint = Copies the ticket, without the passphrase, to paste it into a chat
client-copied = The ticket is copied. Paste it into a chat with your helper.
client-done = &Done
client-cancel-ticket = Cancel ticket
client-email-address = Your helper's e-mail address
client-email-wrong = This is not an e-mail address.
client-done-hint = The words are not shown again. The ticket stays open.
client-sealed-to = Only the helper with the fingerprint { $fingerprint } can open this ticket.
client-validity = Good for another { $time }, to be used { $times }.
client-validity-over = Its time is over. Make a new ticket.
client-saved-to = Saved as { $path }

## Lists

client-no-tickets = No tickets yet. A ticket that you make is listed here, so that you can cancel it.
client-no-receipt = Nothing has happened yet. Here you will find who asked, who saw and who controlled, and when.
client-receipt-text = Who asked, who saw and who controlled what. The newest is on top.
client-tickets-text = Cancelling a ticket closes it at once. Whoever is already connected stays until you end it.
client-cancel = Cancel
client-ticket-open = for another { $time }, { $times }
client-ticket-expired = its time is over
client-ticket-used = it has been used
client-ticket-cancelled = you cancelled it
client-ticket-closed = closed after too many wrong attempts
client-state-open = open
client-state-used = used
client-state-expired = expired
client-state-cancelled = cancelled
client-state-closed = closed

## Settings

client-your-name = Your name, as helpers see it
client-hotkey = Keys that take control back at once
client-hotkey-hint = At least two of Ctrl, Alt, Shift and Super, and one of Esc, Pause, Home, End, F1 to F12. A change counts from the next start of Deskside.
client-normally-valid = A new ticket is good for
client-appearance = Appearance
client-settings-picture = Picture
client-apply = Apply
client-own-fingerprint = This computer's fingerprint
client-mail-server = Tickets are e-mailed through
client-own-mail = your own mail program
client-settings-file = These settings are kept in { $path }
client-theme-system = As the system
client-theme-light = Light
client-theme-dark = Dark
client-picture-sharp = Sharp
client-picture-video = Always video

## Keys as they are labelled

client-key-ctrl = Ctrl
client-key-alt = Alt
client-key-shift = Shift
client-key-super = Super
client-key-esc = Esc
client-key-pause = Pause
client-key-end = End
client-key-home = Home
client-hotkey-invalid = { $text } cannot take control back; write at least two of Ctrl, Alt, Shift, Super and one of Esc, Pause, Home, End, F1 to F12, for example Ctrl+Alt+Shift+Esc

## What they can see

client-see-title = What they can see
client-will-see = They will see
client-everything = Everything on your screen
client-change-share = Share &less…
client-change-again = Share something e&lse…
client-hide-area = Hide an &area…
client-hide-window = Hide a &window…
client-hide = Hide…
client-show-again = Show again
client-by-software-title = Not done: another program asked for it
client-by-software-text = What shows your helper more is done only when you click or press it yourself. Go there with Tab and press the space bar, or click with the mouse.
client-look-again = &Look again
client-hide-area-title = Which part of your screen shall nobody see?
client-hide-area-text = Draw it with the mouse on this small picture of your desktop. Or press the arrow keys to move it, and Shift with them to change its size.
client-hide-window-title = Which window shall nobody see?
client-hide-window-text = They see a grey block in its place, wherever you move it, and cannot click or type there. Its menus and dialogs are hidden too. Small previews that your desktop makes of it, and its title in lists of windows, can still be seen: to be safe from those, share one window only. Your other windows may flicker once.
client-no-windows = No other window is open. Open it first, then look again.
client-hide-this-area = &Hide this part
client-share-title = What may they see?
client-share-text = Everything else is a grey block for them, and they cannot click or type there.
client-area-map = The part of the desktop to hide
client-only-screen = Only the screen { $name }
client-screen-single = The only screen ({ $name }, { $width } × { $height })
client-only-screen-single = Only the only screen ({ $name }, { $width } × { $height })
client-screen-left = The left screen ({ $name }, { $width } × { $height })
client-only-screen-left = Only the left screen ({ $name }, { $width } × { $height })
client-screen-right = The right screen ({ $name }, { $width } × { $height })
client-only-screen-right = Only the right screen ({ $name }, { $width } × { $height })
client-screen-number = Screen { $number } ({ $name }, { $width } × { $height })
client-only-screen-number = Only screen { $number } ({ $name }, { $width } × { $height })
client-screen-announced = Screen { $number }
client-window-title = The window “{ $title }”
client-only-window-title = Only the window “{ $title }”
client-only-window = Only one window
client-hidden-window-title = Hidden: the window “{ $title }”
client-hidden-window = Hidden: a window
client-hidden-area = Hidden: { $place }
client-area = a part of { $width } × { $height } at { $x }, { $y }
client-one-screen-only = one screen only
client-one-window-only = one window only
client-things-hidden =
    { $count ->
        [one] 1 thing hidden
       *[other] { $count } things hidden
    }

## Questions

client-question-view = May { $name } see your screen?
client-question-join = May { $name } see your screen, too?
client-question-control = May { $name } control this computer?
client-question-pointer = May { $name } use the mouse of this computer?
client-question-keyboard = May { $name } type on this computer?
client-question-use = May { $name } use this computer?
client-question-read-copied = May { $name } read what you copy?
client-question-give-copied = May { $name } put things into your clipboard?
client-meaning-read-copied = Text, pictures and files that you copy from now on could be pasted on their computer. What you copied before stays here, and so do passwords that a password manager copies. You stop it at once with { $hotkey }.
client-meaning-give-copied = What they copy on their computer could be pasted here, in place of what you copied. Nothing is pasted by itself. You stop it at once with { $hotkey }.
client-meaning-view = They will see your screen, as you see it. They cannot click or type. Close what they should not see first, or choose below that they see less.
client-meaning-join-none = Nobody else is here already. One more person would see your screen.
client-meaning-join-one = { $name } is here already. One more person would see your screen.
client-meaning-join-two = { $name } and { $other } are here already. One more person would see your screen.
client-meaning-join-many = { $name } and { $count } others are here already. One more person would see your screen.
client-meaning-control = They could click, type, open and delete things as if they sat here. You stop them at once with { $hotkey }.
client-meaning-pointer = They could move the mouse and click as if they sat here. You stop them at once with { $hotkey }.
client-meaning-keyboard = They could type as if they sat here. You stop them at once with { $hotkey }.
client-meaning-use = They could work as if they sat here. You stop them at once with { $hotkey }.
client-new-title = New: you have never been helped by this person
client-new-text = The name is what they call themselves. Say yes only if you expect them right now.
client-before = Here before: { $times }, last on { $date }
client-other-name-title = They use another name than last time
client-other-name-text = The same key was here { $times }, last on { $date }, as “{ $name }”.
client-allow = &Allow
client-deny = &Deny
client-answer-keys = Alt+A allows, Alt+D or Esc denies.
client-answered = Thank you.
client-they-say = Name they give
client-fingerprint = Fingerprint
client-not-your-device = That click did not come from your own mouse or keyboard.
client-allow-by-software = Only a key or button that you press yourself allows this. Press Alt+A on your keyboard to allow.
client-too-quick = That was very quick. Please read the question and answer again.
client-unwatched = On this desktop Deskside cannot tell who pressed that, so it does not count.
client-left-none = No answer counts as no.
client-left-seconds = No answer within 10 seconds counts as no.
client-left-half-minute = No answer within half a minute counts as no.
client-left-minute = No answer within a minute counts as no.
client-left-two-minutes = No answer within two minutes counts as no.
client-left-few-minutes = No answer within a few minutes counts as no.

## Who is here

client-banner-title = Deskside: who is here
client-presence-controls = { $name } controls this computer
client-presence-waits = { $name } waits while you move or type
client-presence-asks = { $name } sees your screen and asks for control
client-presence-sees = { $name } sees your screen
client-presence-more =
    { $count ->
        [one] { $said }, one more watches
       *[other] { $said }, { $count } more watch
    }
client-state-watching = watching
client-state-asks = asks for control
client-state-controlling = controlling
client-state-paused = paused while you work
client-banner-since = for { $time }
client-banner-stops = { $hotkey } stops it
client-banner-takes-back = { $hotkey } takes control back
client-may-both = may read what you copy and give you theirs
client-may-read = may read what you copy
client-may-give = may put things into your clipboard
client-here-for = here for { $time }
client-less-than-a-minute = less than a minute
client-hours-and-minutes = { $hours } h { $minutes } min
client-stop-control = &Stop control
client-cancel-copying = &Cancel copying
client-stop-clipboard = &Stop sharing
client-end-session = &End session
client-end-all = &End all
client-end-one = End

## Closing

client-close-title = Close Deskside?
client-close-connected = Somebody is connected. Closing ends their session and closes open tickets.
client-close-open = A ticket is open. Your helper can reach you only while Deskside runs.
client-keep-open = &Keep it running
client-close-all = &Close and end everything
client-ok = &OK

## Tray

client-tray-idle = No ticket is open
client-tray-waiting = A ticket is open
client-tray-tickets = { $count } tickets are open
client-tray-asked = A question waits for you
client-tray-watched = Somebody sees your screen
client-tray-controlled = Somebody controls this computer
client-tray-invite = Invite somebody…
client-tray-show = Show Deskside
client-tray-stop = Stop control
client-tray-end = End session
client-tray-quit = Quit Deskside

## Names that cannot be used

client-name-empty = the name is empty
client-name-too-long = the name is longer than 64 characters
client-name-forbidden = the name holds a character that cannot be shown
client-name-stray-space = the name holds a space too many

## Introduction on the terminal

client-intro-ticket = You make a ticket and send it to an expert whom you trust; you tell the passphrase by telephone.
client-intro-yes = The expert sees your screen only after your yes, and controls your computer only after a second yes.
client-intro-stop = The button Stop, or the keys { $hotkey }, take control back at once; End session ends seeing as well.
client-intro-contact = Did they contact you first? Banks, authorities and Microsoft never call to see your screen: hang up.
client-introduce-question =
    Who made the first contact? Type one of these, then press Enter:
      i contacted them
      they contacted me
client-introduce-i-contacted =
    i contacted them
    i asked them
    i called them
    no
client-introduce-they-contacted =
    they contacted me
    they asked me
    they called me
    yes
client-introduce-go-on = go on
client-introduce-warning =
    Please stop here. This is how fraud begins.
    Banks, Microsoft, telephone companies and the police never call you to look at
    your computer. Hang up. If you are unsure, look up their number yourself (not one
    that they gave you) and call back.

    To stop, press Enter. If you called them back yourself, type: go on
client-introduce-stopped = no ticket was made. If they contacted you, hang up and talk to somebody you trust

## Making a ticket on the command line

client-invite-file = Ticket { $ticket } is in { $path }.
client-invite-made = Ticket { $ticket } was made.
client-invite-terms =
    { $count ->
        [one] It can be used once, until { $until }.
       *[other] It can be used { $count } times, until { $until }.
    }
client-invite-passphrase = passphrase: { $passphrase }
client-invite-tell = Tell it by telephone. It is not in the file and not in the message, on purpose.
client-invite-sealed = Only the expert with the fingerprint { $fingerprint } can open it.
client-invite-running = Deskside runs and will ask you when the expert comes.
client-invite-not-running = Deskside is not running: start `deskside --terminal`, so that the expert can reach you.
client-invite-not-sent = the ticket was not sent: { $error }
client-invite-but = the ticket was made, but: { $reason }
client-invite-taken = there is a file { $path } already; choose another name, or replace it with --force
client-invite-stays-open = ticket { $ticket } stays open: { $error }
client-invite-both-stdout = --json and --output - both want standard output; give --output a file name
client-stderr-unwritable = standard error cannot be written: { $error }

## Lines of the terminal; the words in front of the colon are for programs and stay as they are

client-line-ready = Deskside { $version }, your name is { $name }, your fingerprint { $fingerprint }. Type "help".
client-line-understood = If that is what you want, type "understood".
client-line-seen = { $what }, { $count } hidden
client-line-copying = { $said }. Type "cancel copying" to end it.
client-line-nothing-copying = nothing is being copied
client-line-may-nothing = they may nothing
client-line-may-read = they may read what you copy
client-line-may-give = they may put things into your clipboard
client-line-may-both = they may read what you copy and put things into your clipboard
client-line-asks-view = asks to see your screen
client-line-asks-join = asks to see your screen too, besides { $names }
client-line-asks-control = asks to use your { $things }
client-line-asks-read = asks to read what you copy
client-line-asks-give = asks to put things into your clipboard
client-line-new = new
client-line-before =
    { $count ->
        [one] here once before, last { $last }
       *[other] here { $count } times before, last { $last }
    }
client-line-before-as =
    { $count ->
        [one] here once before as { $name }, last { $last }
       *[other] here { $count } times before as { $name }, last { $last }
    }
client-line-answer = Type "allow { $number }" or "deny { $number }".
client-line-not-listed = that is not in the list; type "windows" to see it
client-line-no-question = there is no question { $number }
client-line-read-first = read the introduction above and type "understood" first
client-line-exists = { $path } exists already; give another name
client-line-being-made = a ticket is being made; type this again when it is there
client-line-not-your-keyboard = that answer did not come from your own keyboard
client-line-not-hidden = nothing of that number is hidden; type "windows"
client-line-several-tickets = more than one ticket begins with { $text }
client-line-no-ticket = there is no ticket { $text }
client-line-which-question = say which question, for example "{ $word } 1"
client-line-which-ticket = say which ticket, for example "cancel k7qm2xpa"
client-line-share = say "share everything", "share screen 1" or "share window 1"
client-line-hide = say "hide window 1", or "hide area X Y WIDTH HEIGHT" in pixels
client-line-unhide = say what, for example "unhide 1" or "unhide all"
client-line-nothing-behind = nothing may stand behind "{ $word }"
client-line-unknown = { $word } is unknown; type "help"
client-line-no-json = --json is for the command line; the lines here are for programs already
client-line-no-stdout = standard output is taken by these lines; give --output a file name
client-line-no-place = { $text } is no number of the list; type "windows"
client-line-area = an area is four numbers: its left and upper edge, its width and its height
client-line-no-number = { $text } is no number of a question
client-line-quotation = a quotation mark is missing
client-line-too-long = that line is too long and was ignored
client-line-not-text = that line is not UTF-8 text and was ignored
client-line-help =
    invite [--for 1h] [--uses N] [--to KEY] [--output FILE] [--email ADDRESS]   make a ticket
    allow N | deny N    answer question N
    stop                take control back at once; viewing goes on
    end                 end all sessions
    tickets             list the tickets
    cancel ID           close a ticket
    cancel copying      end what is being copied now
    status              who is here
    windows             list windows and screens, and what is hidden
    share everything | screen N | window N      what experts may see
    hide window N | area X Y WIDTH HEIGHT       what nobody shall see
    unhide N | all      show something again
    understood          the introduction was read
    quit                end all sessions and Deskside

## Notices

client-sees-no-longer = { $name } no longer sees your screen.
client-connection-lost = The connection to { $name } was lost
client-has-left = { $name } has left
client-yes-without-effect = Your yes had no effect
client-screen-not-shown = Your screen cannot be shown
client-clipboard-not-shared = The clipboard cannot be shared
client-control-has-ended = Control has ended
client-record-damaged = A ticket's record was damaged
client-not-made = The ticket was not made
client-something-wrong = Something went wrong
client-new-hotkey-title = The new keys hold from the next start of Deskside
client-new-hotkey = Until then they are { $old }. The new ones are { $new }.
client-hotkey-unusable = These keys cannot be used
client-read-first-title = Before the first ticket
client-read-first = First read what will happen, and say that you have read it.
client-ticket-saved = The ticket is saved
client-ticket-not-saved = The ticket was not saved
client-on-its-way = The message is on its way.
client-ticket-sent = The ticket was sent
client-ticket-not-sent = The ticket was not sent
client-ticket-was-closed = A ticket was closed
client-tried-too-often = Somebody tried ticket { $ticket } ten times without the right secret, so Deskside closed it. Make a new one and send it on another way.
client-port-taken-title = Some tickets cannot be used
client-port-taken = Another program uses the network port of these tickets, so experts cannot reach you with them: { $tickets }. Make new ones.
client-unreachable = Experts cannot reach this computer
client-cannot-listen = Deskside cannot listen for the expert.
client-no-downloads = there is no directory for downloads; choose a place yourself
client-ticket-not-closed = Ticket { $ticket } was not closed: { $error }.
client-receipt-not-written = The receipt was not written: { $error }.
client-settings-not-saved = The settings were not saved: { $error }.
client-record-unusable = { $path } cannot be used: { $reason }.
client-desktop-lost = The desktop stopped answering: nobody can see or control it any more. End Deskside, and start it again when the desktop is back.
client-desktop-silent = the desktop stopped answering
client-network-silent = the network stopped answering
client-internal-error = an internal error; see the log
client-is-ending = Deskside is ending
client-identity-was-readable = other accounts of this computer could read your identity ({ $path }); that was put right. If you do not trust them, move the file away to get a new one.
client-date-time = { $year }-{ $month }-{ $day } { $time }
client-and = { $one } and { $other }
client-somebody = somebody

## E-mail

client-letter-subject = Deskside ticket from { $name }
client-letter-greeting = Hello,
client-letter-request = please help me with my computer. The attached file is a Deskside ticket: save it and open it with a double-click. It needs the program Deskside Expert.
client-letter-passphrase = You will also be asked for a passphrase. It is not in this message, on purpose: I will tell you the passphrase by telephone.
client-letter-key = The ticket is sealed to your key, so that only you can open it.
client-letter-terms = The ticket can be used until { $until }. You will see my screen only after I have allowed it, and I can end it at any moment.
client-sent-to = The ticket was sent to { $address }.
client-mail-program-opened = Your mail program was opened with the ticket attached; press Send there.
client-email-no-address = say to whom: the mail server of the settings sends the message at once
client-email-invalid = { $text } is no e-mail address
client-email-not-installed = the program xdg-email is not installed (package xdg-utils); save the ticket and attach it to a message yourself
client-email-not-started = xdg-email cannot be started: { $error }
client-email-failed = no mail program opened (xdg-email says { $code }: { $meaning }); save the ticket and attach it to a message yourself
client-email-wrong-argument = an argument was wrong
client-email-no-file = a file was not found
client-email-no-program = no mail program was found
client-email-program-failed = the mail program failed
client-email-unknown = unknown
client-email-no-code = nothing
client-email-sender = the address { $text } in the settings ([smtp] from) cannot be used
client-email-message = the message cannot be written: { $error }
client-email-server = the mail server { $host } did not take the message: { $reason }
client-mail-password-unreadable = the mail password cannot be read: { $error }
client-mail-password-empty = the mail password file { $path } holds no password in its first line

## Receipt

client-terms =
    { $uses ->
        [one] valid for { $time }, 1 use
       *[other] valid for { $time }, { $uses } uses
    }
client-receipt-made = You made ticket { $ticket } ({ $terms }).
client-receipt-closed = Ticket { $ticket } was closed: { $reason }.
client-receipt-view-asked = { $who } asked to see your screen (ticket { $ticket }, from { $from }).
client-receipt-view-allowed = You allowed { $who } to see your screen.
client-receipt-view-denied = { $who } did not see your screen: { $reason }.
client-receipt-control-asked = { $who } asked to use your { $things }.
client-receipt-control-allowed = You allowed { $who } to use your { $things }.
client-receipt-control-denied = { $who } did not get control: { $reason }.
client-receipt-control-ended = { $who } lost control: { $reason }.
client-receipt-read-asked = { $who } asked to read what you copy.
client-receipt-read-allowed = You allowed { $who } to read what you copy.
client-receipt-read-denied = { $who } may not read what you copy: { $reason }.
client-receipt-read-ended = { $who } can no longer read what you copy: { $reason }.
client-receipt-give-asked = { $who } asked to put things into your clipboard.
client-receipt-give-allowed = You allowed { $who } to put things into your clipboard.
client-receipt-give-denied = { $who } may not put things into your clipboard: { $reason }.
client-receipt-give-ended = { $who } can no longer put things into your clipboard: { $reason }.
client-receipt-copied-to-expert = { $who } took { $what } of what you copied.
client-receipt-copied-to-person = You pasted { $what } of what { $who } copied.
client-receipt-session-ended = The session with { $who } ended: { $reason }.
client-thing-screen = screen
client-thing-pointer = pointer
client-thing-keyboard = keyboard
client-thing-clipboard = clipboard
client-reason-said-no = you said no
client-reason-not-answered = you did not answer in time
client-reason-busy = another question was open or somebody else had control
client-reason-cooling-down = you had stopped control a moment ago
client-reason-too-many-requests = they had asked too often
client-reason-screen-locked = the screen was locked
client-reason-out-of-turn = they asked out of turn
client-reason-unsupported = this computer cannot be controlled
client-reason-taken-back = they took the request back
client-reason-stopped = you stopped it
client-reason-clipboard-unsupported = the clipboard of this desktop cannot be reached
client-reason-link-silent = nothing was heard from them for 10 seconds
client-reason-idle = it was not used for a long time
client-reason-input-failed = their input could not be carried out any more
client-reason-given-back = they gave it back
client-reason-session-over = the session ended
client-reason-ended = you ended it
client-reason-program-closed = Deskside was closed
client-reason-capture-failed = the screen could not be read any more
client-reason-expert-left = they left
client-reason-link-lost = the connection was lost
client-reason-cancelled = you cancelled it
client-reason-too-many-failures = somebody tried it ten times without the right secret
client-reason-not-handed-out = it could not be handed out
client-record-secret = a secret must be 32 bytes in base64
client-receipt-unwritable = an entry of the receipt cannot be written: { $error }
client-chain-broken = line { $line } of the receipt was changed after it was written, or lines before it are missing: { $reason }
client-chain-other-hash = it does not carry the hash of the line before it
client-chain-other-number = it says that it is line { $number }
client-chain-unreadable = it cannot be read: { $error }

## What can fail. A technical detail may stand behind the colon, in English

client-capture-unreachable = the desktop cannot be reached: { $reason }
client-capture-missing = the desktop does not offer { $what }
client-capture-format = the screen's pixel format is not supported: { $format }
client-capture-size = a screen of { $width }x{ $height } pixels is not supported
client-capture-lost = the desktop went away: { $reason }
client-capture-no-way = any way to capture it
client-capture-no-backend = a capture backend of that name
client-capture-no-choice = a choice of display with this backend
client-inject-unavailable = the mouse and keyboard of this desktop cannot be controlled: { $reason }
client-inject-refused = the desktop does not allow control: { $reason }
client-inject-not-yet = what was typed before has not been read yet
client-desktop-connection-lost = the connection to the desktop is lost
client-physical-no-desktop = cannot reach the desktop: { $reason }
client-physical-unsupported = this desktop cannot tell your own keyboard from injected keys ({ $reason }); control would not be safe
client-physical-thread = cannot start the thread that listens for the hotkey: { $error }
client-nothing-watches = nothing watches the devices
client-input-closed = the event's grant is not in force
client-input-too-much = more input came than the desktop takes
client-own-windows-unknown = Deskside cannot tell its own windows from others on this desktop: { $reason }
client-picture-not-encoded = the picture cannot be encoded: { $error }
client-picture-stopped = the picture's thread has stopped
client-no-such-screen = there is no such screen
client-issue-interfaces = the network addresses of this computer cannot be found out: { $error }
client-issue-clock = a ticket cannot be made with this computer's clock: { $error }
client-issue-sealing = the ticket cannot be sealed: { $error }
client-no-address = this computer has no network address under which an expert could reach it; connect it to a network
client-address-invalid = { $text } is no address ({ $reason }); write for example 192.0.2.7, 192.0.2.7:47470, [2001:db8::1]:47470 or home.example.org:47470
client-address-port = its port is no number up to 65535
client-record-is-damaged = it is damaged: { $reason }
client-record-newer = a newer Deskside wrote it (version { $version })
client-record-contradicts = its numbers contradict each other
client-store-list = the tickets in { $path } cannot be listed: { $error }
client-store-unknown = there is no ticket { $ticket }; `deskside tickets` lists them
client-store-ambiguous = more than one ticket begins with { $ticket }; give more of its number, as `deskside tickets --json` shows it
client-store-record = the record of ticket { $ticket } cannot be used: { $reason }
client-store-unwritable = the record cannot be written: { $error }
client-not-genuine-injected = that did not come from this computer's own mouse or keyboard
client-not-genuine-early = the question had only just appeared; read it and answer again
client-not-genuine-word = only the word `allow` means yes
client-not-genuine-unwatched = this answer cannot be checked: { $reason }
client-experts-damaged = the list of experts seen before cannot be used ({ $reason }); it is kept as { $path }, and every expert counts as new again
client-experts-stuck = the list of experts seen before cannot be used ({ $reason }) and cannot be set aside ({ $error }); it is left as it is, and who comes now is not added to it

## What was copied, and what is being copied

client-copied-texts =
    { $count ->
        [one] 1 text
       *[other] { $count } texts
    }
client-copied-pictures =
    { $count ->
        [one] 1 picture
       *[other] { $count } pictures
    }
client-copied-files =
    { $count ->
        [one] 1 file
       *[other] { $count } files
    }
client-copied-and = { $some } and { $more }
client-copied-nothing = nothing whole
client-copied-in-all = { $counts }, { $size }
client-copying-to =
    { $what ->
        [picture] Copying a picture to { $name }: { $done } of { $total }
        [files] Copying files to { $name }: { $done } of { $total }
       *[text] Copying a text to { $name }: { $done } of { $total }
    }
client-copying-from =
    { $what ->
        [picture] Copying a picture from { $name }: { $done } of { $total }
        [files] Copying files from { $name }: { $done } of { $total }
       *[text] Copying a text from { $name }: { $done } of { $total }
    }
client-bytes =
    { $count ->
        [one] 1 byte
       *[other] { $count } bytes
    }
client-kilobytes = { $count } KB
client-megabytes = { $count } MB
client-gigabytes = { $whole }.{ $tenth } GB
