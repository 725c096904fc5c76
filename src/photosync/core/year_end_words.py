"""The sentences of the checklist for the end of the year. Every one is a whole template, so that a translation can
replace it.
"""

NO_CYCLE_YET = "The last reports of {year} are not due yet: nobody has to open their reporting cycle before {date}."
NO_CYCLE = "No reporting cycle has been made for the last reports of {year}: no face waits until they are archived."
HAS_CYCLE = "The last reports of {year} have a reporting cycle: {name}."
NOBODY_IN = "{name} is open, but no one is in it: choose whose reports it holds."
ALL_ARCHIVED = "{name}: all {members} reports are archived. Close the cycle."
CLOSED = "{name} is closed: {archived} of {members} reports are archived."
MISSING = "{name}: {archived} of {members} reports are archived, {missing}.{waiting}"
READY_ONE, READY_SEVERAL = "1 is ready to archive", "{number} are ready to archive"
MISSING_ONE, MISSING_SEVERAL = "1 is missing", "{number} are missing"
WAITING_ONE = " 1 photo waits for it."
WAITING = " {number} photos wait for it."
RELEASED = " It has been released: no face waits for it any more."
OF_A_YEAR_THAT_IS_OVER = " Its academic year, {year}, is over."
ALL_RUN = "Every sync does what its status says."
NONE_HELD = "No run is held."
NO_PROFILE = "There is no sync profile: nothing is synced."
NO_PERIODS = "{name} has no timetable period and does not run."
DISABLED = "{name} is Disabled: it does not run over the end of the year unless it is enabled."
STOPPED = "{name} stopped on {date} ({codes})."
NOT_THIS_YEAR = "{name} does not run before the academic year {next_year} begins."
STOPS = "{name} stops on {date} ({codes}), before the academic year {next_year} begins."
PAUSES = "{name} pauses after {date} ({codes}), before the academic year {next_year} begins."
RUNS_ON_ADDITIONS = (
    "{name} keeps running over the end of the year ({codes}), for additions only: no face that is shown changes."
)
RUNS_ON_ARCHIVED = "{name} keeps running over the end of the year ({codes}); the reports of {year} are archived."
RUNS_ON_HELD = (
    "{name} keeps running over the end of the year ({codes}), but the face of whoever's report is not archived waits."
)
RUNS_ON = "{name} keeps running over the break ({codes}): faces may change before reports are archived."
COMES_BACK = "{name} comes back in {next_year}: its first run is on {date} ({codes})."
COMES_BACK_NO_RUN = (
    "{name} has a timetable period in {next_year} ({codes}), but no run is due in its first half-year."
)
COMES_BACK_LATE = "{name} comes back only on {date} ({codes}): nothing runs in the first weeks of {next_year}."
COMES_BACK_DISABLED = "{name} has a timetable period in {next_year} ({codes}), but is Disabled: nothing will run."
NEVER_ASSIGNED = "{name} has no timetable period, so that nothing will run in {next_year}."
NOT_ASSIGNED = "{name} {stops} on {date} ({codes}). {next_codes} exists, but {name} does not have it."
NO_NEXT = "{name} {stops} on {date} ({codes}), and no timetable period for {next_year} has been added."
WILL_STOP, HAS_STOPPED = "stops", "stopped"
PHOTO_DAY_SET = "Photo day of {year} is on {date}."
PHOTO_DAY_MISSING = "The photo day of {year} has not been set."
