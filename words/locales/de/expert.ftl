# Die Texte des Betrachters, Deskside Expert, für Menschen, die anderen am Computer helfen.
# Ein & steht vor dem Buchstaben, der zusammen mit Alt einen Knopf drückt; er ist einer von a bis z, und in einem Fenster
# steht jeder Buchstabe einmal. Die Wörter sind die des anderen Programms (client.ftl), denn man spricht darüber am
# Telefon: ticket = Einladung, passphrase = Passwort.

## Startfenster

expert-start-heading = Jemandem am Computer helfen
expert-start-lead = Öffnen Sie die Einladung, die Sie bekommen haben. Auf dem anderen Computer geschieht nichts, bevor die Person dort Ja sagt.
expert-start-drop = Einladung hier ablegen
expert-start-paste = oder mit Strg+V einfügen
# Während etwas über das Fenster gezogen wird.
expert-start-drop-now = Zum Öffnen loslassen
expert-start-open = &Einladung öffnen …
# Während eine Datei gelesen wird.
expert-start-reading = Wird gelesen …
# Überschrift der Karte mit dem eigenen Schlüssel.
expert-start-own = Was Sie weitergeben können
expert-start-own-lead = Eine Einladung, die für Ihren Schlüssel ausgestellt ist, braucht kein Passwort, und nur Sie können sie öffnen. Vergleichen Sie den Fingerabdruck am Telefon.
expert-start-key = Ihr Schlüssel
expert-start-fingerprint = Fingerabdruck
expert-start-copy-key = &Schlüssel kopieren
expert-start-copy-fingerprint = &Fingerabdruck kopieren
# Auf dem Knopf, nach dem Kopieren.
expert-start-copied = Kopiert
# $name: der eigene Name.
expert-start-name = Sie erscheinen dort als { $name }
expert-start-theme = Darstellung
# Wie der Desktop.
expert-theme-system = System
expert-theme-light = Hell
expert-theme-dark = Dunkel

## Dateidialog

expert-dialog-title = Einladung öffnen
expert-dialog-tickets = Deskside-Einladungen
expert-dialog-all-files = Alle Dateien

## Einladung

# $from: der Name in der Einladung.
expert-ticket-heading = { $from } bittet um Ihre Hilfe
expert-ticket-from = Anfrage von
expert-ticket-valid = Gültig
expert-ticket-fingerprint = Fingerabdruck dort
expert-ticket-number = Einladung
expert-ticket-passphrase = Passwort
expert-ticket-passphrase-hint = Es wird Ihnen vorgelesen. Großschreibung, Leerzeichen und Bindestriche spielen keine Rolle.
# Im leeren Feld.
expert-ticket-passphrase-sample = vier Wörter
expert-ticket-show = Anzeigen
expert-ticket-hide = Verbergen
expert-ticket-connect = &Verbinden
expert-ticket-checking = Passwort wird geprüft …
expert-ticket-sealed = Für Ihren Schlüssel ausgestellt
expert-ticket-sealed-meaning = Es ist kein Passwort nötig: Niemand außer Ihnen kann diese Einladung öffnen.
expert-ticket-back = &Zurück
# Verbindet, obwohl die Einladung nach der Uhr dieses Computers nicht gültig ist.
expert-ticket-ignore-clock = &Trotzdem versuchen

## Was an einer Einladung nicht stimmt: was geschah, was es bedeutet, was zu tun ist

# $reason: ein Grund des Systems oder einer der nächsten vier.
expert-fault-file-what = Die Datei kann nicht gelesen werden.
expert-fault-file-meaning = Das System meldet: { $reason }.
expert-fault-file-remedy = Prüfen Sie, ob die Datei noch da ist und ob Sie sie lesen dürfen.
expert-fault-file-folder = { $path } ist ein Ordner
expert-fault-file-missing = die Datei { $path } gibt es nicht
expert-fault-file-forbidden = { $path } darf nicht gelesen werden
# Die Worte des Systems selbst.
expert-fault-file-unreadable = { $path } ließ sich nicht lesen: { $error }
expert-fault-no-ticket-what = Das ist keine Deskside-Einladung.
expert-fault-no-ticket-meaning = Eine Einladung ist eine kleine Textdatei, deren Name auf .deskside endet.
expert-fault-no-ticket-remedy = Wählen Sie die Datei, die Ihnen geschickt wurde, oder bitten Sie darum, sie noch einmal zu schicken.
expert-fault-damaged-what = Die Einladung ist beschädigt.
expert-fault-damaged-meaning = Unterwegs wurde etwas abgeschnitten oder geändert; so kann sie nicht verwendet werden.
expert-fault-damaged-remedy = Bitten Sie die Person, dieselbe Einladung noch einmal als Anhang zu schicken. Hilft das nicht, bitten Sie um eine neue.
expert-fault-too-large-what = Die Datei ist zu groß für eine Einladung.
expert-fault-too-large-meaning = Eine Einladung hat höchstens 8 KiB.
expert-fault-too-large-remedy = Wählen Sie die Datei, die Ihnen geschickt wurde.
expert-fault-newer-what = Die Einladung wurde mit einem neueren Deskside erstellt.
expert-fault-newer-meaning = Diese Version kann sie nicht lesen.
expert-fault-newer-remedy = Aktualisieren Sie Deskside Expert und öffnen Sie die Einladung dann noch einmal.
expert-fault-lying-what = Die Einladung widerspricht sich.
expert-fault-lying-meaning = Ihre lesbare erste Zeile sagt etwas anderes, als die Einladung enthält. Jemand hat sie verändert; vertrauen Sie ihr nicht.
expert-fault-lying-remedy = Bitten Sie die Person auf einem anderen Weg um eine neue Einladung.
expert-fault-forged-what = Die Signatur der Einladung ist falsch.
expert-fault-forged-meaning = Sie wurde nachträglich verändert, oder jemand anders als die Person hat sie erstellt.
expert-fault-forged-remedy = Bitten Sie die Person auf einem anderen Weg um eine neue Einladung.
expert-fault-not-for-you-what = Die Einladung ist für jemand anders ausgestellt.
expert-fault-not-for-you-meaning = Sie ist für einen Schlüssel versiegelt, der nicht Ihrer ist.
expert-fault-not-for-you-remedy = Schicken Sie der Person Ihren Schlüssel (im Startfenster) und bitten Sie um eine Einladung, die damit erstellt ist.
expert-fault-no-passphrase-what = Das ist kein vollständiges Passwort.
expert-fault-no-passphrase-remedy = Bitten Sie die Person, die vier Wörter noch einmal vorzulesen.
expert-fault-no-passphrase-empty = Geben Sie die vier Wörter des Passworts ein.
# $found: wie viele Wörter eingegeben wurden.
expert-fault-no-passphrase-count = Ein Passwort hat vier Wörter; dieses hat { $found }.
# $position: das wievielte Wort, von 1 an.
expert-fault-no-passphrase-word = Wort { $position } ist keines, das Deskside verwendet; prüfen Sie die Schreibweise.
expert-fault-wrong-passphrase-what = Das Passwort öffnet diese Einladung nicht.
expert-fault-wrong-passphrase-meaning = Vielleicht wurde es falsch verstanden, oder es gehört zu einer anderen Einladung.
expert-fault-wrong-passphrase-remedy = Bitten Sie die Person, es noch einmal vorzulesen oder die Wörter zu buchstabieren.
expert-fault-no-dialog-what = Dieser Desktop hat keinen Dateidialog.
expert-fault-no-dialog-meaning = Er kommt mit dem Desktop-Portal (Paket xdg-desktop-portal) oder mit zenity; beide antworten nicht.
expert-fault-no-dialog-remedy = Legen Sie die Einladung auf diesem Fenster ab, oder kopieren Sie sie in der Dateiverwaltung und drücken Sie hier Strg+V.
expert-fault-no-memory-what = Dieser Computer hat zu wenig freien Speicher.
expert-fault-no-memory-meaning = Das Prüfen eines Passworts braucht etwa eine Sekunde lang 64 MiB.
expert-fault-no-memory-remedy = Schließen Sie andere Programme und versuchen Sie es noch einmal.

# $length: eine Dauer nach einer Präposition.
expert-expired-what = Diese Einladung ist vor { $length } abgelaufen.
expert-expired-meaning = Sie gilt nur kurze Zeit, damit eine verlorene Einladung keinen Schaden anrichtet.
expert-expired-remedy = Bitten Sie die Person um eine neue Einladung. Geht die Uhr dieses Computers falsch, können Sie es trotzdem versuchen.
expert-early-what = Diese Einladung wird in { $length } gültig.
expert-early-meaning = Die Person hat diese Zeit gewählt, oder eine der beiden Uhren geht falsch.
expert-early-remedy = Warten Sie bis dahin. Geht die Uhr dieses Computers falsch, können Sie es trotzdem versuchen.

## Verbinden und Warten auf das Ja

# $client: wem geholfen wird.
expert-progress-connecting = Verbindung zu { $client }
expert-progress-connecting-lead = Der andere Computer wird unter den Adressen gesucht, die in der Einladung stehen.
expert-progress-trying = Wird versucht: { $addresses }
expert-progress-waiting = Warten auf das Ja
expert-progress-waiting-lead = { $client } wird gefragt, ob Sie den Bildschirm sehen dürfen. Vor dem Ja wird nichts davon übertragen.
# $left: Minuten und Sekunden, wie 1:45.
expert-progress-waiting-left = Die Frage bleibt noch { $left } offen; keine Antwort heißt Nein.
expert-progress-step-ticket = Einladung geöffnet
expert-progress-step-connected = Verbunden
expert-progress-step-allowed = Ansicht erlaubt
expert-progress-cancel = &Abbrechen

## Symbolleiste einer Sitzung

# Der Zustand, im Schild links.
expert-phase-waiting = Warten
expert-phase-viewing = Ansicht
expert-phase-asked = Angefragt
expert-phase-controlling = Steuerung
expert-phase-paused = Eingabe dort
# Dass nicht alles zu sehen ist, in einem Schild.
expert-sharing-hidden = Teil verdeckt
expert-sharing-screen = Nur ein Bildschirm
expert-sharing-window = Nur ein Fenster
expert-toolbar-ask = &Steuerung anfordern
# Nimmt die Frage zurück.
expert-toolbar-withdraw = Zu&rückziehen
expert-toolbar-release = Steuerung ab&geben
expert-toolbar-full-screen = &Vollbild
# Verlässt das Vollbild.
expert-toolbar-window = &Fenster
expert-toolbar-statistics = S&tatistik
expert-toolbar-end = &Beenden
# Name der Wahl der Bildgröße, für Bildschirmleser.
expert-toolbar-scale = Größe
# Eine Größe des Bildes: so groß, wie das Fenster erlaubt.
expert-scale-fit = Passend
expert-toolbar-monitor = Bildschirm dort
expert-toolbar-all-monitors = Alle Bildschirme
# In der Liste der Bildschirme: alle, jeder in einem eigenen Fenster.
expert-toolbar-each-apart = Jeder in einem eigenen Fenster
expert-toolbar-apart = { $monitor } in einem eigenen Fenster
# Während die Tastatur in der Symbolleiste ist.
expert-toolbar-keys = Die Tastatur ist hier: Tab und Eingabe wählen, 1 bis 9 zeigen einen Bildschirm, 0 alle, Escape kehrt zum anderen Computer zurück
expert-toolbar-chord = Die linke Strg- und die linke Alt-Taste zusammen drücken und loslassen, um die Tastatur hierher zu holen

## Über dem Bild im Vollbild

# $left: Minuten und Sekunden, wie 0:45.
expert-note-asked = Warten, ob { $client } Ihnen die Steuerung gibt, { $left }
expert-note-paused = { $client } macht gerade Eingaben; Ihre Eingaben warten

## Was zuletzt geschah, in der Symbolleiste oder über dem Bild

expert-monitor-gone = Ein Bildschirm ist weg; sein Fenster wurde geschlossen.
expert-monitor-new = Es gibt einen neuen Bildschirm; wählen Sie ihn in der Liste der Bildschirme.
expert-last-released = Sie haben die Steuerung abgegeben.
expert-denied-by-person = { $client } hat Ihnen die Steuerung nicht gegeben.
expert-denied-no-answer = { $client } hat nicht geantwortet; das heißt Nein.
expert-denied-busy = Jemand anders hat die Steuerung oder bittet gerade darum.
expert-denied-cooling-down = Die Steuerung wurde eben dort beendet. Warten Sie einen Moment.
expert-denied-too-often = Sie haben dreimal gefragt; in dieser Sitzung wird dort nicht noch einmal gefragt.
expert-denied-screen-locked = Der Bildschirm dort ist gesperrt.
expert-denied-out-of-turn = Das war gerade nicht möglich. Versuchen Sie es noch einmal.
expert-denied-unsupported = Der andere Computer lässt sich nicht steuern; Sie können ihn nur sehen.
expert-revoked-by-person = { $client } hat die Steuerung zurückgenommen.
expert-revoked-screen-locked = Die Steuerung endete, weil der Bildschirm dort gesperrt wurde.
expert-revoked-silent = Die Steuerung endete: Zehn Sekunden lang war nichts von Ihnen zu hören.
expert-revoked-idle = Die Steuerung endete, weil sie zehn Minuten lang nicht genutzt wurde.
expert-revoked-input-failed = Der andere Computer nimmt keine Tasten und Mausbewegungen mehr an.

## Zwischenablage

expert-toolbar-clipboard = &Zwischenablage
# Bricht ein laufendes Einfügen ab.
expert-clipboard-cancel = Abbrechen
# Zeilen des Menüs: dort Kopiertes wird hier eingefügt oder hier Kopiertes dort.
expert-clipboard-read-ask = Anfragen, dort Kopiertes hier einzufügen
expert-clipboard-read-withdraw = Anfrage zurücknehmen, dort Kopiertes hier einzufügen
expert-clipboard-read-stop = Dort Kopiertes nicht mehr hier einfügen
expert-clipboard-give-ask = Anfragen, hier Kopiertes dort einzufügen
expert-clipboard-give-withdraw = Anfrage zurücknehmen, hier Kopiertes dort einzufügen
expert-clipboard-give-stop = Hier Kopiertes nicht mehr dort einfügen
# Wie es steht, in wenigen Wörtern.
expert-clipboard-asked = Zwischenablage: angefragt
expert-clipboard-shared = Zwischenablage geteilt
expert-clipboard-read-open = dort Kopiertes lässt sich hier einfügen
expert-clipboard-give-open = hier Kopiertes lässt sich dort einfügen
expert-clipboard-read-denied = { $client } hat nicht erlaubt, dass Sie dort Kopiertes lesen.
expert-clipboard-give-denied = { $client } hat nicht erlaubt, dass Sie etwas in die Zwischenablage dort legen.
expert-clipboard-busy = Jemand anders ist verbunden oder bittet gerade um etwas.
expert-clipboard-cooling-down = Das wurde eben dort beendet. Warten Sie einen Moment.
expert-clipboard-unsupported = Der andere Computer kann seine Zwischenablage nicht teilen.
expert-clipboard-revoked-by-person = { $client } teilt die Zwischenablage nicht mehr.
expert-clipboard-revoked-screen-locked = Die Zwischenablage wird nicht mehr geteilt: Der Bildschirm dort wurde gesperrt.
expert-clipboard-revoked-stopped = Die Zwischenablage wird nicht mehr geteilt: Der andere Computer hat es beendet.
# $what: text, picture oder files. $percent: eine ganze Zahl. $size: eine Größe.
expert-clipboard-progress = { $what ->
    [text] Text wird eingefügt
    [picture] Bild wird eingefügt
   *[files] Dateien werden eingefügt
}, { $percent } % von { $size }
# $reason: einer der Gründe darunter.
expert-clipboard-not-pasted = { $what ->
    [text] Der Text konnte
    [picture] Das Bild konnte
   *[files] Die Dateien konnten
} nicht eingefügt werden: { $reason }.
expert-clipboard-cancelled = Sie haben das Einfügen abgebrochen.
expert-clipboard-why-stale = Inzwischen wurde etwas anderes kopiert, oder es wurde dort beendet
expert-clipboard-why-unavailable = Das Programm, in dem kopiert wurde, gibt es nicht heraus
expert-clipboard-why-too-long = Es ist zu groß
expert-clipboard-why-not-allowed = Es ist dort nicht mehr erlaubt
expert-clipboard-why-changed = Eine Datei wurde inzwischen geändert
expert-clipboard-why-lost = Die Verbindung ging verloren
expert-clipboard-why-wrong = Was ankam, ist nicht das, was kopiert wurde
expert-clipboard-why-not-written = Es ließ sich nicht auf Ihre Festplatte schreiben

## Statistik über dem Bild

expert-statistics-desktop = Desktop
expert-statistics-frames = Bilder
expert-statistics-round-trip = Umlaufzeit
expert-statistics-to-shown = Ankunft bis Anzeige
expert-statistics-received = Empfang
expert-statistics-loss = Verlust

## Das Ende: was geschah, was es bedeutet, was zu tun ist

expert-ended-heading = Die Sitzung ist beendet
expert-ended-heading-unconnected = Keine Verbindung
expert-ended-try-again = &Erneut versuchen
expert-ended-copy-request = Bitte um neue Einladung &kopieren
expert-ended-request-copied = Kopiert; in eine Nachricht einfügen
expert-ended-back = &Zurück
# Steht für einen Namen, der nicht bekannt ist.
expert-ended-somebody = Unbekannt
expert-ended-connecting-what = Sie haben das Verbinden abgebrochen.
expert-ended-connecting-meaning = { $client } wurde nichts gefragt.
expert-ended-waiting-what = Sie haben das Warten abgebrochen.
expert-ended-waiting-meaning = Die Frage an { $client } wurde geschlossen.
expert-ended-given-what = Sie haben die Sitzung beendet.
expert-ended-given-meaning = Sie sehen den Bildschirm von { $client } nicht mehr.
expert-ended-by-person-what = { $client } hat die Sitzung beendet.
expert-ended-by-person-meaning = Sie sehen den Bildschirm dort nicht mehr.
expert-ended-by-person-remedy = Wenn es weitergehen soll, bitten Sie um eine neue Einladung.
expert-ended-closing-what = Deskside wurde auf dem Computer von { $client } geschlossen.
expert-ended-closing-meaning = Damit endete die Sitzung.
expert-ended-closing-remedy = Wenn es weitergehen soll, bitten Sie um eine neue Einladung.
expert-ended-capture-failed-what = Der Bildschirm dort kann nicht mehr gezeigt werden.
expert-ended-capture-failed-meaning = Deskside hat auf dem anderen Computer den Zugriff auf den Bildschirm verloren, zum Beispiel durch eine Abmeldung.
expert-ended-capture-failed-remedy = Bitten Sie die Person, sich wieder anzumelden und eine neue Einladung zu schicken.
expert-ended-lost-what = Die Verbindung ging verloren.
expert-ended-lost-meaning = Es war nichts mehr zu hören. Die Steuerung endete von selbst; auf dem anderen Computer bleibt nichts gedrückt.
expert-ended-lost-remedy = Prüfen Sie Ihr Netzwerk. Wenn es weitergehen soll, bitten Sie die Person um eine neue Einladung.
expert-ended-lost-early-what = Die Verbindung ging beim Warten verloren.
expert-ended-lost-early-meaning = { $client } hatte noch nicht geantwortet.
expert-ended-lost-early-remedy = Versuchen Sie es noch einmal. Hilft das nicht, bitten Sie um eine neue Einladung.
expert-ended-misbehaved-what = Die Sitzung wurde zu Ihrer Sicherheit abgebrochen.
expert-ended-misbehaved-meaning = Das andere Programm hat etwas gesendet, was das Protokoll nicht erlaubt.
expert-ended-misbehaved-remedy = Wenn Sie dem anderen Computer vertrauen, aktualisieren Sie Deskside auf beiden und versuchen Sie es mit einer neuen Einladung noch einmal.

expert-refused-ask-again = Bitten Sie die Person um eine neue Einladung.
expert-refused-not-accepted-what = Die Einladung wurde nicht angenommen.
expert-refused-not-accepted-meaning = Der andere Computer sagt nicht, warum. Vielleicht ist die Einladung dort nicht bekannt oder wurde nach zu vielen Versuchen geschlossen.
expert-refused-expired-what = Die Einladung ist abgelaufen.
expert-refused-expired-meaning = Ihre Zeit ist vorbei.
expert-refused-early-what = Die Einladung ist noch nicht gültig.
expert-refused-early-meaning = Nach der Uhr des anderen Computers hat ihre Zeit noch nicht begonnen.
expert-refused-early-remedy = Warten Sie ein wenig und versuchen Sie es noch einmal.
expert-refused-used-what = Die Einladung wurde schon benutzt.
expert-refused-used-meaning = Eine Einladung gilt einmal, wenn die Person sie nicht für mehr ausgestellt hat.
expert-refused-cancelled-what = Die Einladung wurde zurückgezogen.
expert-refused-cancelled-meaning = { $client } hat sie zurückgezogen.
expert-refused-cancelled-remedy = Fragen Sie, ob noch Hilfe gewünscht ist.
expert-refused-busy-what = { $client } ist beschäftigt.
expert-refused-busy-meaning = Jemand anders ist verbunden, oder dort steht gerade eine andere Frage offen.
expert-refused-busy-remedy = Versuchen Sie es gleich noch einmal.
expert-refused-denied-what = { $client } hat nicht erlaubt, dass Sie den Bildschirm sehen.
expert-refused-denied-meaning = Die Antwort war Nein. Sie sehen nichts von dem anderen Computer.
expert-refused-denied-remedy = Sprechen Sie miteinander. Wer es sich anders überlegt, kann Ihnen eine neue Einladung schicken.
expert-refused-no-answer-what = { $client } hat nicht geantwortet.
expert-refused-no-answer-meaning = Die Frage war zwei Minuten lang offen; keine Antwort heißt Nein.
expert-refused-no-answer-remedy = Rufen Sie dort an und versuchen Sie es noch einmal. Galt die Einladung nur einmal, bitten Sie um eine neue.
expert-refused-incompatible-what = Die beiden Programme verstehen einander nicht.
expert-refused-incompatible-meaning = Die Version von Deskside dort und Ihre haben keine gemeinsame Sprache.
expert-refused-incompatible-remedy = Aktualisieren Sie Deskside auf beiden Computern.

expert-unreachable-what = Der Computer von { $client } antwortet nicht.
# $tried: Adressen, jede mit einem der nächsten Gründe.
expert-unreachable-meaning = Versucht: { $tried }.
expert-unreachable-remedy = Fragen Sie, ob Deskside dort läuft und die Einladung offen ist. Beide Computer müssen im selben Netzwerk sein, oder der andere muss von außen erreichbar sein.
expert-attempt-name-unknown = der Name ist nicht bekannt
expert-attempt-no-route = von hier führt kein Weg dorthin
expert-attempt-nobody-listens = dort nimmt niemand an
expert-attempt-timed-out = keine Antwort
expert-attempt-wrong-key = ein anderer Computer
expert-attempt-incompatible = eine andere Version
expert-attempt-overloaded = überlastet
expert-attempt-broken = der Verbindungsaufbau schlug fehl
expert-wrong-key-what = Ein fremder Computer antwortet.
expert-wrong-key-meaning = Was da antwortet, hat nicht den Schlüssel, den die Einladung nennt. Vielleicht will jemand Sie täuschen; es wurde nichts dorthin gesendet.
expert-wrong-key-remedy = Machen Sie nicht weiter. Bitten Sie die Person auf einem anderen Weg um eine neue Einladung.
expert-no-network-what = Dieser Computer kann keine Verbindung aufbauen.
expert-no-network-meaning = Das System meldet: { $reason }.
expert-no-network-remedy = Prüfen Sie Ihre Netzwerkverbindung und versuchen Sie es noch einmal.

# Die Nachricht, die kopiert wird, um eine neue Einladung zu erbitten. $key: der eigene Schlüssel als Text.
expert-request-for-ticket =
    Die Deskside-Einladung, die Sie mir geschickt haben, kann nicht mehr verwendet werden. Bitte erstellen Sie eine neue und schicken Sie sie mir.

    Mein Schlüssel, falls Sie sie nur für mich ausstellen möchten (dann braucht sie kein Passwort):
    { $key }

## Zeiten

# Tage nach einer Präposition, wie in „vor 2 Tagen“.
expert-length-days-ago = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tagen
}
# Zwei Einheiten, die größere zuerst.
expert-length-two = { $large } und { $small }
# $clock: wie 14:05.
expert-clock = { $clock } Uhr
expert-moment-far = irgendwann
# $from, $until: Zeitpunkte. $left: eine Dauer.
expert-valid-from-until = von { $from } bis { $until }
expert-valid-left = bis { $until }, noch { $left }
expert-valid-until = bis { $until }

## Zahlen mit ihren Einheiten

# Eine Stelle hinter dem Komma.
expert-decimal = { $whole },{ $tenths }
expert-milliseconds = { $value } ms
expert-per-second = { $value } /s
expert-megabits = { $value } Mbit/s
expert-kilobits = { $value } kbit/s
expert-percent = { $value } %
expert-kilobytes = { $value } kB
expert-megabytes = { $value } MB
expert-gigabytes = { $value } GB

## Was das Programm in ein Terminal schreibt

expert-identity =
    Öffentlicher Schlüssel:  { $key }
    Fingerabdruck:           { $fingerprint }

    Geben Sie den Schlüssel allen, von denen Sie eingeladen werden: Eine damit erstellte Einladung braucht kein Passwort.
    Vergleichen Sie den Fingerabdruck mit ihnen am Telefon.
expert-identity-damaged = { $path } ist beschädigt: Die Datei sollte 32 Bytes enthalten und hat { $found }. Es wurde nichts daran geändert.
    Stellen Sie sie aus einer Sicherung wieder her; oder verschieben Sie sie, um eine neue Identität zu bekommen (man sieht Sie dann als jemand Neuen)
expert-identity-no-random = das System gibt keine Zufallszahlen: { $error }
# Der Name, den andere sehen, wo das Konto keinen hat.
expert-nameless = Helfer
expert-associate-added = Ein Doppelklick auf eine Einladung (*.deskside) öffnet jetzt dieses Programm. Rückgängig mit: deskside-expert associate --remove
expert-associate-removed = Einladungen werden nicht mehr mit diesem Programm geöffnet; nichts davon ist übrig.
expert-associate-file = { $path } lässt sich nicht ändern: { $error }
# $what: eines der nächsten zwei.
expert-associate-program = { $program } { $what }; ohne dieses Programm findet ein Doppelklick Deskside Expert nicht. Installieren Sie das Paket { $package } und versuchen Sie es noch einmal
expert-associate-not-started = lässt sich nicht starten ({ $error })
expert-associate-failed = ist fehlgeschlagen: { $output }
expert-associate-no-home = weder HOME noch XDG_DATA_HOME und XDG_CONFIG_HOME sind gesetzt, daher gibt es keinen Ort für die Zuordnung; setzen Sie HOME und versuchen Sie es noch einmal
expert-associate-own-path = der Pfad des Programms ist nicht bekannt oder kein einfacher Text; verschieben Sie das Programm in einen anderen Ordner
expert-no-display = es gibt keinen Bildschirm für ein Fenster. Starten Sie das Programm in einer grafischen Sitzung, oder setzen Sie DISPLAY
expert-no-opengl = das Fenster ließ sich nicht zeichnen: OpenGL 2.1 oder OpenGL ES 3 wird gebraucht. Installieren Sie Ihren Grafiktreiber oder Mesas Software-Renderer (Paket libgl1-mesa-dri)
expert-passphrase-missing = Die Einladung braucht ihr Passwort. Schreiben Sie es als Zeile in die Standardeingabe.
# $limit: Bytes.
expert-terminal-too-long = eine Zeile mit mehr als { $limit } Bytes wurde übergangen
expert-terminal-commands = die Befehle sind: control, release, clipboard read, clipboard give, jeder von diesen auch mit off, monitors each, monitors all, locks, end, status

## Für Vorleseprogramme

# Der Name des Bildes vom anderen Bildschirm.
expert-screen-of = Bildschirm von { $client }

## Systemtasten und Tasten, die dort gedrückt werden

expert-keys-menu = Tast&en
expert-keys-menu-sent = Syst&emtasten: dorthin
expert-keys-menu-stay = Syst&emtasten: hier
expert-keys-sent = Systemtasten gehen dorthin
expert-keys-stay = Systemtasten bleiben hier
expert-keys-hint = Tasten, die Ihr eigener Desktop verwenden würde, wie Alt+Tab oder die Windows-Taste. Die rechte Strg-Taste allein drücken und loslassen holt sie jederzeit zurück
expert-keys-press-ctrl-alt-del = Strg+Alt+Entf senden
expert-keys-press-super = Super (Windows-Taste) senden
expert-keys-press-alt-tab = Alt+Tab senden
expert-keys-press-alt-f4 = Alt+F4 senden
expert-keys-press-print = Druck senden
expert-keys-press-ctrl-esc = Strg+Esc senden
expert-keys-taken = Alt+Tab und andere Systemtasten gehen jetzt zu { $client }. Die rechte Strg-Taste allein holt sie zurück.
expert-keys-freed = Systemtasten bleiben hier. Ein Klick ins Bild sendet sie wieder.
expert-composing = Wird geschrieben: { $text }
expert-locks-caps-on = Feststelltaste ist dort an
expert-locks-caps-off = Feststelltaste ist dort aus
expert-locks-num-on = Num-Taste ist dort an
expert-locks-num-off = Num-Taste ist dort aus
expert-locks-scroll-on = Rollen-Taste ist dort an
expert-locks-scroll-off = Rollen-Taste ist dort aus
expert-locks-align = Feststelltasten angleichen
