# Texte des Programms der Person, der geholfen wird.
#
# Sie werden unter Anspannung gelesen: sagen, wer, was und was zu tun ist. Ein „&“ steht vor dem Buchstaben, der
# zusammen mit Alt einen Knopf drückt; in einem Fenster steht jeder Buchstabe nur einmal.
#
# Wörter: ticket = Einladung, passphrase = Passwort, fingerprint = Fingerabdruck, helper und expert = Helfer,
# control = Steuerung, fernsteuern, session = Sitzung, clipboard = Zwischenablage, receipt = Protokoll,
# to cancel a ticket = zurückziehen, to hide = verbergen.

## Erster Start

client-welcome = Willkommen bei Deskside
client-first-sentence = Sie erstellen eine Einladung, schicken sie der Person, die Ihnen hilft, und sagen ihr am Telefon das Passwort dazu.
client-second-sentence = Diese Person sieht Ihren Bildschirm erst, wenn Sie es erlauben, und kann erst etwas tun, wenn Sie auch das erlauben.
client-third-sentence = Sie können jederzeit eingreifen: Die Leiste oben auf Ihrem Bildschirm beendet alles, und ein paar Tasten nehmen die Steuerung sofort zurück.
client-who-called = Hat sich die andere Person zuerst bei Ihnen gemeldet?
client-i-called = Nein, ich habe um Hilfe gebeten
client-they-called = Ja, ich wurde angerufen oder angeschrieben
client-scam-title = Bitte halten Sie hier an. So beginnt Betrug.
client-scam-text = Banken, Microsoft, Telefonfirmen und die Polizei rufen nie an, um Ihren Computer anzusehen. Legen Sie auf. Im Zweifel suchen Sie die Nummer selbst heraus (nicht die genannte) und rufen zurück.
client-stop-here = Deskside &schließen
client-go-on-anyway = Ich habe zurückgerufen, &weiter
client-go-on = &Weiter
client-answer-first = Bitte beantworten Sie zuerst die Frage.

## Seiten des Hauptfensters

client-page-help = Hilfe
client-page-tickets = Einladungen
client-page-receipt = Was geschah
client-page-settings = Einstellungen

## Startseite

client-home-title = Hilfe für diesen Computer holen
client-home-text = Laden Sie jemanden ein, dem Sie vertrauen. Ohne Ihr Ja sieht niemand etwas.
client-how-title = So geht es
client-invite = &Jemanden einladen
client-waiting-title = Warten auf Ihren Helfer
client-waiting-text =
    { $count ->
        [one] Eine Einladung ist offen. Wenn Ihr Helfer sie öffnet, fragt Deskside zuerst Sie.
       *[other] { $count } Einladungen sind offen. Wenn ein Helfer eine davon öffnet, fragt Deskside zuerst Sie.
    }

## Eine neue Einladung

client-make-title = Neue Einladung
client-make-text = Eine Einladung ist eine kleine Datei, mit der eine Person eine begrenzte Zeit lang diesen Computer erreichen kann.
client-make-valid = Sie gilt
client-make-uses = Benutzbar
client-make-more = Weitere Möglichkeiten
client-make-key = Schlüssel Ihres Helfers, falls Sie einen bekommen haben (dann braucht es kein Passwort)
client-make-key-example = deskside-expert-1-…
client-make-key-wrong = Das ist kein Schlüssel eines Helfers. Er beginnt mit „deskside-expert-1-“; kopieren Sie ihn ganz, bis zum letzten Buchstaben.
client-make = Einladung &erstellen
client-back = &Zurück
client-once = einmal
client-twice = zweimal
client-times = { $count }-mal

## Die Einladung, die gerade erstellt wurde

client-invitation-title = Ihre Einladung ist fertig
client-step-send = 1. Schicken Sie die Einladung Ihrem Helfer
client-step-tell = 2. Sagen Sie am Telefon diese vier Wörter
client-passphrase = Passwort
client-why-spoken = Sagen Sie die Wörter; schreiben Sie sie nicht in die Nachricht mit der Einladung. Wer beides liest, könnte sich als Ihr Helfer ausgeben.
client-hidden-while-watched = Verborgen, solange jemand Ihren Bildschirm sieht: Die Wörter dieser Einladung wären mit zu lesen.
client-show-anyway = Trotzdem &zeigen
client-step-wait = 3. Warten Sie: Deskside fragt Sie, bevor jemand etwas sieht
client-sealed = 2. Es braucht kein Passwort
client-save = Datei &speichern
client-email = &E-Mail
client-copy = &Text kopieren
client-copy-hint = Kopiert die Einladung ohne das Passwort, zum Einfügen in einen Chat
client-copied = Die Einladung ist kopiert. Fügen Sie sie in einen Chat mit Ihrem Helfer ein.
client-done = &Fertig
client-cancel-ticket = Einladung zurückziehen
client-email-address = E-Mail-Adresse Ihres Helfers
client-email-wrong = Das ist keine E-Mail-Adresse.
client-done-hint = Die Wörter werden nicht noch einmal gezeigt. Die Einladung bleibt offen.
client-sealed-to = Nur der Helfer mit dem Fingerabdruck { $fingerprint } kann diese Einladung öffnen.
client-validity = Gilt noch { $time } und kann { $times } benutzt werden.
client-validity-over = Die Zeit ist abgelaufen. Erstellen Sie eine neue Einladung.
client-saved-to = Gespeichert als { $path }

## Listen

client-no-tickets = Noch keine Einladungen. Was Sie erstellen, steht hier, damit Sie es zurückziehen können.
client-no-receipt = Es ist noch nichts geschehen. Hier steht später, wer wann gefragt, gesehen und gesteuert hat.
client-receipt-text = Wer gefragt, gesehen und was gesteuert hat. Das Neueste steht oben.
client-tickets-text = Eine zurückgezogene Einladung gilt sofort nicht mehr. Wer schon verbunden ist, bleibt es, bis Sie die Sitzung beenden.
client-cancel = Zurückziehen
client-ticket-open = noch { $time }, { $times }
client-ticket-expired = die Zeit ist abgelaufen
client-ticket-used = wurde benutzt
client-ticket-cancelled = von Ihnen zurückgezogen
client-ticket-closed = nach zu vielen falschen Versuchen geschlossen
client-state-open = offen
client-state-used = benutzt
client-state-expired = abgelaufen
client-state-cancelled = zurückgezogen
client-state-closed = geschlossen

## Einstellungen

client-your-name = Ihr Name, wie Helfer ihn sehen
client-hotkey = Tasten, die sofort alle Steuerung zurücknehmen
client-hotkey-hint = Mindestens zwei von Strg, Alt, Umschalt, Super und eine von Esc, Pause, Pos1, Ende, F1 bis F12. Gilt ab dem nächsten Start von Deskside.
client-normally-valid = Eine neue Einladung gilt
client-appearance = Aussehen
client-settings-picture = Bild
client-apply = Übernehmen
client-own-fingerprint = Eigener Fingerabdruck
client-mail-server = Versand per E-Mail über
client-own-mail = Ihr eigenes E-Mail-Programm
client-settings-file = Diese Einstellungen stehen in { $path }
client-theme-system = Wie das System
client-theme-light = Hell
client-theme-dark = Dunkel
client-picture-sharp = Scharf
client-picture-video = Immer Video

## Tasten, wie sie beschriftet sind

client-key-ctrl = Strg
client-key-alt = Alt
client-key-shift = Umschalt
client-key-super = Super
client-key-esc = Esc
client-key-pause = Pause
client-key-end = Ende
client-key-home = Pos1
client-hotkey-invalid = { $text } kann die Steuerung nicht zurücknehmen; schreiben Sie mindestens zwei von Strg, Alt, Umschalt, Super und eine von Esc, Pause, Pos1, Ende, F1 bis F12, zum Beispiel Strg+Alt+Umschalt+Esc

## Was zu sehen ist

client-see-title = Was zu sehen ist
client-will-see = Zu sehen ist
client-everything = Alles auf Ihrem Bildschirm
client-change-share = &Weniger zeigen…
client-change-again = &Anderes zeigen…
client-hide-area = Bereich &verbergen…
client-hide-window = &Fenster verbergen…
client-hide = Verbergen…
client-show-again = Wieder zeigen
client-by-software-title = Nicht ausgeführt: Ein Programm hat das angefordert
client-by-software-text = Was Ihrem Helfer mehr zeigt, geschieht nur, wenn Sie selbst klicken oder drücken. Gehen Sie mit Tab dorthin und drücken Sie die Leertaste, oder klicken Sie mit der Maus.
client-look-again = &Neu nachsehen
client-hide-area-title = Was soll niemand sehen?
client-hide-area-text = Ziehen Sie den Bereich mit der Maus auf diesem kleinen Bild Ihres Bildschirms auf. Oder verschieben Sie ihn mit den Pfeiltasten und ändern Sie seine Größe mit Umschalt und den Pfeiltasten.
client-hide-window-title = Welches Fenster soll niemand sehen?
client-hide-window-text = Ihr Helfer sieht an seiner Stelle einen grauen Block, wohin Sie es auch verschieben, und kann dort weder klicken noch tippen. Auch seine Menüs und Dialoge sind verborgen. Kleine Vorschaubilder, die Ihr Desktop davon macht, und sein Titel in Fensterlisten können trotzdem zu sehen sein: Wenn auch das nicht sein darf, zeigen Sie nur ein einziges Fenster. Ihre anderen Fenster können dabei einmal flackern.
client-no-windows = Es ist kein anderes Fenster offen. Öffnen Sie es und sehen Sie dann neu nach.
client-hide-this-area = Diesen Teil &verbergen
client-share-title = Was darf zu sehen sein?
client-share-text = Alles andere ist dann ein grauer Block. Auch klicken und tippen geht dort nicht.
client-area-map = Der Teil des Bildschirms, der verborgen wird
client-only-screen = Nur der Bildschirm { $name }
client-screen-single = Der einzige Bildschirm ({ $name }, { $width } × { $height })
client-only-screen-single = Nur der einzige Bildschirm ({ $name }, { $width } × { $height })
client-screen-left = Der linke Bildschirm ({ $name }, { $width } × { $height })
client-only-screen-left = Nur der linke Bildschirm ({ $name }, { $width } × { $height })
client-screen-right = Der rechte Bildschirm ({ $name }, { $width } × { $height })
client-only-screen-right = Nur der rechte Bildschirm ({ $name }, { $width } × { $height })
client-screen-number = Bildschirm { $number } ({ $name }, { $width } × { $height })
client-only-screen-number = Nur Bildschirm { $number } ({ $name }, { $width } × { $height })
client-screen-announced = Bildschirm { $number }
client-window-title = Das Fenster „{ $title }“
client-only-window-title = Nur das Fenster „{ $title }“
client-only-window = Nur ein Fenster
client-hidden-window-title = Verborgen: das Fenster „{ $title }“
client-hidden-window = Verborgen: ein Fenster
client-hidden-area = Verborgen: { $place }
client-area = { $width } × { $height } bei { $x }, { $y }
client-one-screen-only = nur ein Bildschirm
client-one-window-only = nur ein Fenster
client-things-hidden =
    { $count ->
        [one] 1 Sache verborgen
       *[other] { $count } Sachen verborgen
    }

## Fragen

client-question-view = Darf { $name } Ihren Bildschirm sehen?
client-question-join = Darf auch { $name } Ihren Bildschirm sehen?
client-question-control = Darf { $name } diesen Computer fernsteuern?
client-question-pointer = Darf { $name } die Maus dieses Computers benutzen?
client-question-keyboard = Darf { $name } auf diesem Computer tippen?
client-question-use = Darf { $name } diesen Computer benutzen?
client-question-read-copied = Darf { $name } lesen, was Sie kopieren?
client-question-give-copied = Darf { $name } Ihre Zwischenablage füllen?
client-meaning-read-copied = Texte, Bilder und Dateien, die Sie ab jetzt kopieren, können dort eingefügt werden. Was Sie vorher kopiert haben, bleibt hier, auch Passwörter aus einem Passwortmanager. Mit { $hotkey } beenden Sie es sofort.
client-meaning-give-copied = Was dort kopiert wird, kann hier eingefügt werden, anstelle dessen, was Sie kopiert haben. Von selbst wird nichts eingefügt. Mit { $hotkey } beenden Sie es sofort.
client-meaning-view = Diese Person sieht dann, was Sie sehen; klicken und tippen kann sie nicht. Schließen Sie vorher, was sie nicht sehen soll, oder zeigen Sie weniger.
client-meaning-join-none = Sonst ist niemand hier. Eine weitere Person würde Ihren Bildschirm sehen.
client-meaning-join-one = { $name } ist bereits hier. Eine weitere Person würde Ihren Bildschirm sehen.
client-meaning-join-two = { $name } und { $other } sind bereits hier. Eine weitere Person würde Ihren Bildschirm sehen.
client-meaning-join-many = { $name } und { $count } andere sind bereits hier. Eine weitere Person würde Ihren Bildschirm sehen.
client-meaning-control = Diese Person könnte klicken, tippen, Dinge öffnen und löschen, als säße sie selbst hier. Mit { $hotkey } beenden Sie es sofort.
client-meaning-pointer = Diese Person könnte die Maus bewegen und klicken, als säße sie selbst hier. Mit { $hotkey } beenden Sie es sofort.
client-meaning-keyboard = Diese Person könnte tippen, als säße sie selbst hier. Mit { $hotkey } beenden Sie es sofort.
client-meaning-use = Diese Person könnte arbeiten, als säße sie selbst hier. Mit { $hotkey } beenden Sie es sofort.
client-new-title = Neu: Diese Person hat Ihnen noch nie geholfen
client-new-text = Den Namen hat sie selbst angegeben. Sagen Sie nur Ja, wenn Sie sie gerade jetzt erwarten.
client-before = War schon hier: { $times }, zuletzt am { $date }
client-other-name-title = Der Name ist ein anderer als beim letzten Mal
client-other-name-text = Derselbe Schlüssel war { $times } hier, zuletzt am { $date }, als „{ $name }“.
client-allow = &Erlauben
client-deny = &Ablehnen
client-answer-keys = Alt+E erlaubt, Alt+A oder Esc lehnt ab.
client-answered = Danke.
client-they-say = Angegebener Name
client-fingerprint = Fingerabdruck
client-not-your-device = Dieser Klick kam nicht von Ihrer eigenen Maus oder Tastatur.
client-allow-by-software = Nur eine Taste oder ein Knopf, den Sie selbst drücken, erlaubt das. Drücken Sie Alt+E auf Ihrer Tastatur, um es zu erlauben.
client-too-quick = Das ging sehr schnell. Bitte lesen Sie die Frage und antworten Sie noch einmal.
client-unwatched = Auf diesem Desktop kann Deskside nicht erkennen, wer gedrückt hat. Deshalb zählt es nicht.
client-left-none = Keine Antwort gilt als Nein.
client-left-seconds = Keine Antwort in 10 Sekunden gilt als Nein.
client-left-half-minute = Keine Antwort in einer halben Minute gilt als Nein.
client-left-minute = Keine Antwort in einer Minute gilt als Nein.
client-left-two-minutes = Keine Antwort in zwei Minuten gilt als Nein.
client-left-few-minutes = Keine Antwort in ein paar Minuten gilt als Nein.

## Wer hier ist

client-banner-title = Deskside: wer hier ist
client-presence-controls = { $name } steuert diesen Computer
client-presence-waits = { $name } wartet, solange Sie arbeiten
client-presence-asks = { $name } sieht Ihren Bildschirm und möchte steuern
client-presence-sees = { $name } sieht Ihren Bildschirm
client-presence-more =
    { $count ->
        [one] { $said }, eine weitere Person sieht zu
       *[other] { $said }, { $count } weitere Personen sehen zu
    }
client-state-watching = sieht zu
client-state-asks = möchte steuern
client-state-controlling = steuert
client-state-paused = wartet auf Sie
client-banner-since = { $time } verbunden
client-banner-stops = { $hotkey } beendet es
client-banner-takes-back = { $hotkey } nimmt die Steuerung zurück
client-may-both = kann lesen, was Sie kopieren, und Ihnen etwas geben
client-may-read = kann lesen, was Sie kopieren
client-may-give = kann etwas in Ihre Zwischenablage legen
client-here-for = { $time } verbunden
client-less-than-a-minute = weniger als eine Minute
client-hours-and-minutes = { $hours } Std. { $minutes } Min.
client-stop-control = Steuerung &stoppen
client-cancel-copying = &Kopieren abbrechen
client-stop-clipboard = &Teilen beenden
client-end-session = Sitzung &beenden
client-end-all = Alle &beenden
client-end-one = Beenden

## Schließen

client-close-title = Deskside schließen?
client-close-connected = Jemand ist verbunden. Beim Schließen enden die Sitzung und alle offenen Einladungen.
client-close-open = Eine Einladung ist offen. Ihr Helfer kann Sie nur erreichen, solange Deskside läuft.
client-keep-open = &Weiterlaufen lassen
client-close-all = Alles &beenden und schließen
client-ok = &OK

## Symbol in der Leiste

client-tray-idle = Keine Einladung ist offen
client-tray-waiting = Eine Einladung ist offen
client-tray-tickets = { $count } Einladungen sind offen
client-tray-asked = Eine Frage wartet auf Sie
client-tray-watched = Jemand sieht Ihren Bildschirm
client-tray-controlled = Jemand steuert diesen Computer
client-tray-invite = Jemanden einladen…
client-tray-show = Deskside zeigen
client-tray-stop = Steuerung stoppen
client-tray-end = Sitzung beenden
client-tray-quit = Deskside beenden

## Namen, die nicht gehen

client-name-empty = Der Name ist leer
client-name-too-long = Der Name ist länger als 64 Zeichen
client-name-forbidden = Der Name enthält ein Zeichen, das nicht angezeigt werden kann
client-name-stray-space = Der Name enthält ein Leerzeichen zu viel

## Einführung auf dem Terminal

client-intro-ticket = Sie erstellen eine Einladung und schicken sie einem Helfer, dem Sie vertrauen; das Passwort sagen Sie am Telefon.
client-intro-yes = Der Helfer sieht Ihren Bildschirm erst nach Ihrem Ja und steuert Ihren Computer erst nach einem zweiten Ja.
client-intro-stop = Der Knopf „Steuerung stoppen“ oder die Tasten { $hotkey } nehmen die Steuerung sofort zurück; „Sitzung beenden“ beendet auch das Zusehen.
client-intro-contact = Hat man sich zuerst bei Ihnen gemeldet? Banken, Behörden und Microsoft rufen nie an, um Ihren Bildschirm zu sehen: Legen Sie auf.
client-introduce-question =
    Von wem kam der erste Kontakt? Tippen Sie eine der Zeilen und dann Enter:
      von mir
      von der anderen seite
client-introduce-i-contacted =
    von mir
    ich
    ich habe mich gemeldet
    ich habe angerufen
    nein
client-introduce-they-contacted =
    von der anderen seite
    die andere seite
    ich wurde angerufen
    ich wurde angeschrieben
    ja
client-introduce-go-on = weiter
client-introduce-warning =
    Bitte halten Sie hier an. So beginnt Betrug.
    Banken, Microsoft, Telefongesellschaften und die Polizei rufen nie an, um Ihren
    Computer anzusehen. Legen Sie auf. Wenn Sie unsicher sind, suchen Sie die Nummer
    selbst heraus (nicht eine, die man Ihnen genannt hat) und rufen Sie zurück.

    Zum Aufhören drücken Sie Enter. Wenn Sie selbst zurückgerufen haben, tippen Sie: weiter
client-introduce-stopped = es wurde keine Einladung erstellt. Wenn man sich bei Ihnen gemeldet hat, legen Sie auf und sprechen Sie mit jemandem, dem Sie vertrauen

## Einladung auf der Befehlszeile

client-invite-file = Die Einladung { $ticket } steht in { $path }.
client-invite-made = Die Einladung { $ticket } wurde erstellt.
client-invite-terms =
    { $count ->
        [one] Sie kann einmal benutzt werden, bis { $until }.
       *[other] Sie kann { $count }-mal benutzt werden, bis { $until }.
    }
client-invite-passphrase = Passwort: { $passphrase }
client-invite-tell = Sagen Sie es am Telefon. Es steht mit Absicht weder in der Datei noch in der Nachricht.
client-invite-sealed = Nur der Helfer mit dem Fingerabdruck { $fingerprint } kann sie öffnen.
client-invite-running = Deskside läuft und fragt Sie, wenn der Helfer kommt.
client-invite-not-running = Deskside läuft nicht: Starten Sie `deskside --terminal`, damit der Helfer Sie erreichen kann.
client-invite-not-sent = die Einladung wurde nicht verschickt: { $error }
client-invite-but = die Einladung wurde erstellt, aber: { $reason }
client-invite-taken = es gibt schon eine Datei { $path }; wählen Sie einen anderen Namen oder ersetzen Sie sie mit --force
client-invite-stays-open = Die Einladung { $ticket } bleibt offen: { $error }
client-invite-both-stdout = --json und --output - wollen beide die Standardausgabe; geben Sie bei --output einen Dateinamen an
client-stderr-unwritable = die Standardfehlerausgabe kann nicht beschrieben werden: { $error }

## Zeilen des Terminals; die Wörter vor dem Doppelpunkt sind für Programme und bleiben, wie sie sind

client-line-ready = Deskside { $version }, Ihr Name ist { $name }, Ihr Fingerabdruck { $fingerprint }. Tippen Sie "help".
client-line-understood = Wenn Sie das möchten, tippen Sie "understood".
client-line-seen = { $what }, { $count } verborgen
client-line-copying = { $said }. Zum Abbrechen tippen Sie "cancel copying".
client-line-nothing-copying = es wird nichts kopiert
client-line-may-nothing = nichts ist erlaubt
client-line-may-read = darf lesen, was Sie kopieren
client-line-may-give = darf etwas in Ihre Zwischenablage legen
client-line-may-both = darf lesen, was Sie kopieren, und etwas in Ihre Zwischenablage legen
client-line-asks-view = möchte Ihren Bildschirm sehen
client-line-asks-join = möchte auch Ihren Bildschirm sehen, neben { $names }
client-line-asks-control = möchte dies benutzen: { $things }
client-line-asks-read = möchte lesen, was Sie kopieren
client-line-asks-give = möchte etwas in Ihre Zwischenablage legen
client-line-new = neu
client-line-before =
    { $count ->
        [one] schon einmal hier, zuletzt { $last }
       *[other] schon { $count }-mal hier, zuletzt { $last }
    }
client-line-before-as =
    { $count ->
        [one] schon einmal hier als { $name }, zuletzt { $last }
       *[other] schon { $count }-mal hier als { $name }, zuletzt { $last }
    }
client-line-answer = Tippen Sie "allow { $number }" für Ja oder "deny { $number }" für Nein.
client-line-not-listed = das steht nicht in der Liste; tippen Sie "windows", um sie zu sehen
client-line-no-question = es gibt keine Frage { $number }
client-line-read-first = lesen Sie die Einführung oben und tippen Sie zuerst "understood"
client-line-exists = { $path } gibt es schon; geben Sie einen anderen Namen an
client-line-being-made = eine Einladung wird gerade erstellt; tippen Sie das noch einmal, wenn sie da ist
client-line-not-your-keyboard = diese Antwort kam nicht von Ihrer eigenen Tastatur
client-line-not-hidden = unter dieser Nummer ist nichts verborgen; tippen Sie "windows"
client-line-several-tickets = mehr als eine Einladung beginnt mit { $text }
client-line-no-ticket = es gibt keine Einladung { $text }
client-line-which-question = sagen Sie, welche Frage, zum Beispiel "{ $word } 1"
client-line-which-ticket = sagen Sie, welche Einladung, zum Beispiel "cancel k7qm2xpa"
client-line-share = sagen Sie "share everything", "share screen 1" oder "share window 1"
client-line-hide = sagen Sie "hide window 1" oder "hide area X Y BREITE HÖHE", in Pixeln
client-line-unhide = sagen Sie, was, zum Beispiel "unhide 1" oder "unhide all"
client-line-nothing-behind = hinter "{ $word }" darf nichts stehen
client-line-unknown = { $word } ist unbekannt; tippen Sie "help"
client-line-no-json = --json ist für die Befehlszeile; die Zeilen hier sind schon für Programme gemacht
client-line-no-stdout = die Standardausgabe gehört diesen Zeilen; geben Sie bei --output einen Dateinamen an
client-line-no-place = { $text } ist keine Nummer der Liste; tippen Sie "windows"
client-line-area = ein Bereich sind vier Zahlen: linke und obere Kante, Breite und Höhe
client-line-no-number = { $text } ist keine Nummer einer Frage
client-line-quotation = ein Anführungszeichen fehlt
client-line-too-long = diese Zeile ist zu lang und wurde nicht beachtet
client-line-not-text = diese Zeile ist kein UTF-8-Text und wurde nicht beachtet
client-line-help =
    invite [--for 1h] [--uses N] [--to KEY] [--output FILE] [--email ADDRESS]   Einladung erstellen
    allow N | deny N    Frage N beantworten
    stop                Steuerung sofort zurücknehmen; das Zusehen geht weiter
    end                 alle Sitzungen beenden
    tickets             Einladungen auflisten
    cancel ID           eine Einladung zurückziehen
    cancel copying      beenden, was gerade kopiert wird
    status              wer hier ist
    windows             Fenster und Bildschirme auflisten und was verborgen ist
    share everything | screen N | window N      was Helfer sehen dürfen
    hide window N | area X Y BREITE HÖHE        was niemand sehen soll
    unhide N | all      etwas wieder zeigen
    understood          die Einführung ist gelesen
    quit                alle Sitzungen und Deskside beenden

## Hinweise

client-sees-no-longer = { $name } sieht Ihren Bildschirm nicht mehr.
client-connection-lost = Die Verbindung zu { $name } ist abgebrochen
client-has-left = { $name } ist gegangen
client-yes-without-effect = Ihr Ja hatte keine Wirkung
client-screen-not-shown = Ihr Bildschirm kann nicht gezeigt werden
client-clipboard-not-shared = Die Zwischenablage kann nicht geteilt werden
client-control-has-ended = Die Steuerung ist beendet
client-record-damaged = Die Angaben zu einer Einladung sind beschädigt
client-not-made = Die Einladung wurde nicht erstellt
client-something-wrong = Etwas ist schiefgegangen
client-new-hotkey-title = Die neuen Tasten gelten ab dem nächsten Start von Deskside
client-new-hotkey = Bis dahin sind es { $old }. Die neuen sind { $new }.
client-hotkey-unusable = Diese Tasten gehen nicht
client-read-first-title = Vor der ersten Einladung
client-read-first = Lesen Sie zuerst, was geschehen wird, und sagen Sie, dass Sie es gelesen haben.
client-ticket-saved = Die Einladung ist gespeichert
client-ticket-not-saved = Die Einladung wurde nicht gespeichert
client-on-its-way = Die Nachricht ist unterwegs.
client-ticket-sent = Die Einladung wurde verschickt
client-ticket-not-sent = Die Einladung wurde nicht verschickt
client-ticket-was-closed = Eine Einladung wurde geschlossen
client-tried-too-often = Jemand hat es mit der Einladung { $ticket } zehnmal ohne das richtige Geheimnis versucht. Deskside hat sie deshalb geschlossen. Erstellen Sie eine neue und schicken Sie sie auf einem anderen Weg.
client-port-taken-title = Einige Einladungen können nicht benutzt werden
client-port-taken = Ein anderes Programm benutzt den Netzwerkanschluss (Port) dieser Einladungen, deshalb erreichen Helfer Sie damit nicht: { $tickets }. Erstellen Sie neue.
client-unreachable = Helfer können diesen Computer nicht erreichen
client-cannot-listen = Deskside kann nicht auf den Helfer warten.
client-no-downloads = es gibt keinen Ordner für Downloads; wählen Sie selbst einen Platz
client-ticket-not-closed = Die Einladung { $ticket } wurde nicht geschlossen: { $error }.
client-receipt-not-written = Das Protokoll wurde nicht geschrieben: { $error }.
client-settings-not-saved = Die Einstellungen wurden nicht gespeichert: { $error }.
client-record-unusable = { $path } kann nicht benutzt werden: { $reason }.
client-desktop-lost = Der Desktop antwortet nicht mehr: Niemand kann ihn mehr sehen oder steuern. Beenden Sie Deskside und starten Sie es neu, wenn der Desktop wieder da ist.
client-desktop-silent = der Desktop antwortet nicht mehr
client-network-silent = das Netzwerk antwortet nicht mehr
client-internal-error = ein interner Fehler; mehr steht im Logbuch
client-is-ending = Deskside wird gerade beendet
client-identity-was-readable = andere Konten dieses Computers konnten Ihre Identität lesen ({ $path }); das ist behoben. Wenn Sie ihnen nicht vertrauen, verschieben Sie die Datei, um eine neue zu bekommen.
client-date-time = { $day }.{ $month }.{ $year }, { $time }
client-and = { $one } und { $other }
client-somebody = jemand

## E-Mail

client-letter-subject = Deskside-Einladung von { $name }
client-letter-greeting = Guten Tag,
client-letter-request = bitte helfen Sie mir mit meinem Computer. Die angehängte Datei ist eine Einladung von Deskside: Speichern Sie sie und öffnen Sie sie mit einem Doppelklick. Dazu braucht es das Programm Deskside Expert.
client-letter-passphrase = Es wird auch nach einem Passwort gefragt. Es steht mit Absicht nicht in dieser Nachricht: Ich sage Ihnen das Passwort am Telefon.
client-letter-key = Die Einladung ist für Ihren Schlüssel versiegelt, sodass nur Sie sie öffnen können.
client-letter-terms = Die Einladung gilt bis { $until }. Sie sehen meinen Bildschirm erst, wenn ich es erlaubt habe, und ich kann es jederzeit beenden.
client-sent-to = Die Einladung wurde an { $address } verschickt.
client-mail-program-opened = Ihr E-Mail-Programm wurde mit der angehängten Einladung geöffnet; drücken Sie dort auf Senden.
client-email-no-address = sagen Sie, an wen: Der E-Mail-Server der Einstellungen verschickt die Nachricht sofort
client-email-invalid = { $text } ist keine E-Mail-Adresse
client-email-not-installed = das Programm xdg-email ist nicht installiert (Paket xdg-utils); speichern Sie die Einladung und hängen Sie sie selbst an eine Nachricht an
client-email-not-started = xdg-email kann nicht gestartet werden: { $error }
client-email-failed = es ging kein E-Mail-Programm auf (xdg-email meldet { $code }: { $meaning }); speichern Sie die Einladung und hängen Sie sie selbst an eine Nachricht an
client-email-wrong-argument = eine Angabe war falsch
client-email-no-file = eine Datei wurde nicht gefunden
client-email-no-program = es wurde kein E-Mail-Programm gefunden
client-email-program-failed = das E-Mail-Programm hatte einen Fehler
client-email-unknown = unbekannt
client-email-no-code = nichts
client-email-sender = die Adresse { $text } in den Einstellungen ([smtp] from) kann nicht benutzt werden
client-email-message = die Nachricht kann nicht geschrieben werden: { $error }
client-email-server = der E-Mail-Server { $host } hat die Nachricht nicht angenommen: { $reason }
client-mail-password-unreadable = das E-Mail-Passwort kann nicht gelesen werden: { $error }
client-mail-password-empty = in der ersten Zeile der Datei { $path } steht kein E-Mail-Passwort

## Protokoll

client-terms =
    { $uses ->
        [one] gilt { $time }, für 1 Benutzung
       *[other] gilt { $time }, für { $uses } Benutzungen
    }
client-receipt-made = Sie haben die Einladung { $ticket } erstellt ({ $terms }).
client-receipt-closed = Die Einladung { $ticket } wurde geschlossen: { $reason }.
client-receipt-view-asked = { $who } hat gebeten, Ihren Bildschirm zu sehen (Einladung { $ticket }, von { $from }).
client-receipt-view-allowed = Sie haben { $who } erlaubt, Ihren Bildschirm zu sehen.
client-receipt-view-denied = { $who } hat Ihren Bildschirm nicht gesehen: { $reason }.
client-receipt-control-asked = { $who } hat gebeten, dies zu benutzen: { $things }.
client-receipt-control-allowed = Sie haben { $who } erlaubt, dies zu benutzen: { $things }.
client-receipt-control-denied = { $who } hat keine Steuerung bekommen: { $reason }.
client-receipt-control-ended = { $who } hat die Steuerung nicht mehr: { $reason }.
client-receipt-read-asked = { $who } hat gebeten zu lesen, was Sie kopieren.
client-receipt-read-allowed = Sie haben { $who } erlaubt zu lesen, was Sie kopieren.
client-receipt-read-denied = { $who } darf nicht lesen, was Sie kopieren: { $reason }.
client-receipt-read-ended = { $who } kann nicht mehr lesen, was Sie kopieren: { $reason }.
client-receipt-give-asked = { $who } hat gebeten, etwas in Ihre Zwischenablage legen zu dürfen.
client-receipt-give-allowed = Sie haben { $who } erlaubt, etwas in Ihre Zwischenablage zu legen.
client-receipt-give-denied = { $who } darf nichts in Ihre Zwischenablage legen: { $reason }.
client-receipt-give-ended = { $who } kann nichts mehr in Ihre Zwischenablage legen: { $reason }.
client-receipt-copied-to-expert = { $who } hat von dem, was Sie kopiert haben, eingefügt: { $what }.
client-receipt-copied-to-person = Sie haben von dem, was { $who } kopiert hat, eingefügt: { $what }.
client-receipt-session-ended = Die Sitzung mit { $who } ist beendet: { $reason }.
client-thing-screen = Bildschirm
client-thing-pointer = Maus
client-thing-keyboard = Tastatur
client-thing-clipboard = Zwischenablage
client-reason-said-no = Sie haben Nein gesagt
client-reason-not-answered = Sie haben nicht rechtzeitig geantwortet
client-reason-busy = eine andere Frage war offen oder jemand anderes hatte die Steuerung
client-reason-cooling-down = Sie hatten die Steuerung gerade erst zurückgenommen
client-reason-too-many-requests = es wurde zu oft gefragt
client-reason-screen-locked = der Bildschirm war gesperrt
client-reason-out-of-turn = die Anfrage kam zur falschen Zeit
client-reason-unsupported = dieser Computer kann nicht gesteuert werden
client-reason-taken-back = die Anfrage wurde zurückgezogen
client-reason-stopped = Sie haben es gestoppt
client-reason-clipboard-unsupported = die Zwischenablage dieses Desktops ist nicht zu erreichen
client-reason-link-silent = 10 Sekunden lang kam nichts mehr an
client-reason-idle = lange Zeit unbenutzt
client-reason-input-failed = die Eingaben konnten nicht mehr ausgeführt werden
client-reason-given-back = freiwillig zurückgegeben
client-reason-session-over = die Sitzung war zu Ende
client-reason-ended = Sie haben sie beendet
client-reason-program-closed = Deskside wurde geschlossen
client-reason-capture-failed = der Bildschirm konnte nicht mehr gelesen werden
client-reason-expert-left = der Helfer ist gegangen
client-reason-link-lost = die Verbindung ist abgebrochen
client-reason-cancelled = Sie haben sie zurückgezogen
client-reason-too-many-failures = jemand hat es zehnmal ohne das richtige Geheimnis versucht
client-reason-not-handed-out = sie konnte nicht übergeben werden
client-record-secret = ein Geheimnis muss 32 Bytes in Base64 sein
client-receipt-unwritable = ein Eintrag des Protokolls kann nicht geschrieben werden: { $error }
client-chain-broken = Zeile { $line } des Protokolls wurde nachträglich geändert, oder es fehlen Zeilen davor: { $reason }
client-chain-other-hash = sie passt nicht zur Zeile davor
client-chain-other-number = sie gibt sich als Zeile { $number } aus
client-chain-unreadable = sie kann nicht gelesen werden: { $error }

## Was fehlschlagen kann. Hinter dem Doppelpunkt kann eine technische Einzelheit stehen, auf Englisch

client-capture-unreachable = der Desktop ist nicht erreichbar: { $reason }
client-capture-missing = dem Desktop fehlt: { $what }
client-capture-format = das Pixelformat des Bildschirms wird nicht unterstützt: { $format }
client-capture-size = ein Bildschirm mit { $width }x{ $height } Pixeln wird nicht unterstützt
client-capture-lost = der Desktop ist nicht mehr da: { $reason }
client-capture-no-way = ein Weg, ihn aufzunehmen
client-capture-no-backend = ein Aufnahmeverfahren dieses Namens
client-capture-no-choice = eine Wahl des Displays bei diesem Verfahren
client-inject-unavailable = Maus und Tastatur dieses Desktops können nicht gesteuert werden: { $reason }
client-inject-refused = der Desktop lässt keine Steuerung zu: { $reason }
client-inject-not-yet = was vorher getippt wurde, ist noch nicht gelesen
client-desktop-connection-lost = die Verbindung zum Desktop ist abgebrochen
client-physical-no-desktop = der Desktop ist nicht erreichbar: { $reason }
client-physical-unsupported = dieser Desktop kann Ihre eigene Tastatur nicht von fremden Eingaben unterscheiden ({ $reason }); Steuerung wäre nicht sicher
client-physical-thread = die Überwachung der Tasten kann nicht gestartet werden: { $error }
client-nothing-watches = nichts überwacht die Geräte
client-input-closed = die Steuerung ist nicht mehr erlaubt
client-input-too-much = es kamen mehr Eingaben, als der Desktop annimmt
client-own-windows-unknown = Deskside kann auf diesem Desktop seine eigenen Fenster nicht von anderen unterscheiden: { $reason }
client-picture-not-encoded = das Bild kann nicht kodiert werden: { $error }
client-picture-stopped = die Bildübertragung ist stehen geblieben
client-no-such-screen = diesen Bildschirm gibt es nicht
client-issue-interfaces = die Netzwerkadressen dieses Computers lassen sich nicht herausfinden: { $error }
client-issue-clock = mit der Uhr dieses Computers kann keine Einladung erstellt werden: { $error }
client-issue-sealing = die Einladung kann nicht versiegelt werden: { $error }
client-no-address = dieser Computer hat keine Netzwerkadresse, unter der ein Helfer ihn erreichen könnte; verbinden Sie ihn mit einem Netzwerk
client-address-invalid = { $text } ist keine Adresse ({ $reason }); schreiben Sie zum Beispiel 192.0.2.7, 192.0.2.7:47470, [2001:db8::1]:47470 oder home.example.org:47470
client-address-port = der Port ist keine Zahl bis 65535
client-record-is-damaged = beschädigt: { $reason }
client-record-newer = ein neueres Deskside hat es geschrieben (Version { $version })
client-record-contradicts = die Zahlen widersprechen sich
client-store-list = die Einladungen in { $path } können nicht aufgelistet werden: { $error }
client-store-unknown = es gibt keine Einladung { $ticket }; `deskside tickets` listet sie auf
client-store-ambiguous = mehr als eine Einladung beginnt mit { $ticket }; geben Sie mehr von ihrer Nummer an, wie `deskside tickets --json` sie zeigt
client-store-record = die Angaben zur Einladung { $ticket } können nicht benutzt werden: { $reason }
client-store-unwritable = die Angaben können nicht geschrieben werden: { $error }
client-not-genuine-injected = das kam nicht von der eigenen Maus oder Tastatur dieses Computers
client-not-genuine-early = die Frage war gerade erst erschienen; lesen Sie sie und antworten Sie noch einmal
client-not-genuine-word = nur das Wort `allow` bedeutet Ja
client-not-genuine-unwatched = diese Antwort kann nicht geprüft werden: { $reason }
client-experts-damaged = die Liste der bisherigen Helfer kann nicht benutzt werden ({ $reason }); sie bleibt als { $path } erhalten, und alle Helfer gelten wieder als neu
client-experts-stuck = die Liste der bisherigen Helfer kann weder benutzt ({ $reason }) noch beiseitegelegt werden ({ $error }); sie bleibt, wie sie ist, und wer jetzt kommt, wird nicht eingetragen

## Was kopiert wurde und gerade kopiert wird

client-copied-texts =
    { $count ->
        [one] 1 Text
       *[other] { $count } Texte
    }
client-copied-pictures =
    { $count ->
        [one] 1 Bild
       *[other] { $count } Bilder
    }
client-copied-files =
    { $count ->
        [one] 1 Datei
       *[other] { $count } Dateien
    }
client-copied-and = { $some } und { $more }
client-copied-nothing = nichts Ganzes
client-copied-in-all = { $counts }, { $size }
client-copying-to =
    { $what ->
        [picture] Ein Bild wird zu { $name } kopiert: { $done } von { $total }
        [files] Dateien werden zu { $name } kopiert: { $done } von { $total }
       *[text] Ein Text wird zu { $name } kopiert: { $done } von { $total }
    }
client-copying-from =
    { $what ->
        [picture] Ein Bild von { $name } wird kopiert: { $done } von { $total }
        [files] Dateien von { $name } werden kopiert: { $done } von { $total }
       *[text] Ein Text von { $name } wird kopiert: { $done } von { $total }
    }
client-bytes =
    { $count ->
        [one] 1 Byte
       *[other] { $count } Bytes
    }
client-kilobytes = { $count } KB
client-megabytes = { $count } MB
client-gigabytes = { $whole },{ $tenth } GB
