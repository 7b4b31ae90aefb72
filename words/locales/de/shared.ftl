# Texte, die beide Programme zeigen.
#
# Ein „&“ steht vor dem Buchstaben, der zusammen mit Alt einen Knopf drückt. Argumente sind Daten und nie Fluent.

## Zeitspannen

shared-seconds = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
}
shared-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
shared-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
shared-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}

## Daten: der Monat ist eine Zahl von 1 bis 12, die Uhrzeit steht als 14:05

shared-month = { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
}
shared-month-short = { $month ->
    [1] Jan.
    [2] Feb.
    [3] März
    [4] Apr.
    [5] Mai
    [6] Juni
    [7] Juli
    [8] Aug.
    [9] Sept.
    [10] Okt.
    [11] Nov.
   *[12] Dez.
}
shared-date = { $day }. { shared-month }
shared-date-year = { $day }. { shared-month } { $year }
shared-date-short-year = { $day }. { shared-month-short } { $year }
shared-date-short-time = { $day }. { shared-month-short }, { $time }
shared-date-short-year-time = { $day }. { shared-month-short } { $year }, { $time }

## Die Wahl der Sprache; in der Liste hat jede Sprache ihren eigenen Namen

shared-language = Sprache
shared-language-system = Systemsprache
