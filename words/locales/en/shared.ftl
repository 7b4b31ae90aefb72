# Texts that both programs show.
#
# An "&" stands before the letter that, with Alt, presses a button. Arguments are data and never read as Fluent.

## Lengths of time

shared-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
shared-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
shared-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
shared-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}

## Dates: the month is a number from 1 to 12, the time stands as 14:05

shared-month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
shared-month-short = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
shared-date = { $day } { shared-month }
shared-date-year = { $day } { shared-month } { $year }
shared-date-short-year = { $day } { shared-month-short } { $year }
shared-date-short-time = { $day } { shared-month-short }, { $time }
shared-date-short-year-time = { $day } { shared-month-short } { $year }, { $time }

## The choice of the language; each language in the list has its own name

shared-language = Language
shared-language-system = System language
