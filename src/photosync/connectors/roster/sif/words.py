"""What is told of a SIF roster as a whole."""

from __future__ import annotations

from typing import Final

WITHOUT_ENROLLMENT: Final = (
    "Students without a StudentSchoolEnrollment: {number}. They were read as students of the school all the same. If "
    "they are not, choose that whoever is not enrolled has left."
)
NOT_THERE: Final = (
    "Students with a StudentSchoolEnrollment, but without a StudentPersonal: {number}. So others may be missing as "
    "well, and no one was taken to have left by not being in the roster. Have every StudentPersonal given."
)
NO_SCHOOL: Final = (
    "{object} objects that do not say of which school they are, or name one that is no SchoolInfo: {number}. They "
    "were left as they are, and no one was taken to have left by not being in the roster. Have that corrected, or "
    "name no school here."
)
ENROLLED_NOWHERE: Final = (
    "Students with a StudentSchoolEnrollment that names no school, or one that is no SchoolInfo (SchoolInfoRefId): "
    "{number}. It was read as one of the school that was chosen, and no one was taken to have left by not being in "
    "the roster. Have that filled in, or name no school here."
)
OF_NOBODY: Final = (
    "StudentSchoolEnrollment objects that name no student (StudentPersonalRefId): {number}. It is not known whose "
    "they are. So year levels, roll groups and houses were left as they are, and no one was taken to have left by "
    "enrolments, or by not being in the roster. Have that filled in."
)
OF_NOBODY_MAY_BE: Final = "Enrolments name no student, so that it is not known whether this one has left."
NO_REF: Final = "It has no RefId, so that its enrolments cannot be told."
ODD_DATES: Final = (
    "StudentSchoolEnrollment objects with an EntryDate or ExitDate that cannot be, such as an exit before the entry: "
    "{number}. They were read as if that date were not there. Have it corrected where it comes from."
)
SHARED: Final = (
    "Identifiers that several people have, as those of a family: {number}. They were left out, because they do not "
    "say who someone is."
)
NO_SCHOOLS: Final = (
    "The service does not give its SchoolInfo objects to this user. Campuses were left as they are. Ask who runs it "
    "to grant them."
)
NO_ENROLLMENTS: Final = (
    "There are StudentPersonal objects, {number} of them, but no StudentSchoolEnrollment, which says who has left. "
    "{nothing} Have them given too, or choose that enrolments are not read."
)
MAY_DO_WITHOUT: Final = "Or choose that enrolments are not read."
NO_SUCH_SCHOOL: Final = (
    "There is no school {wanted} in the {what}. {nothing} Its schools are: {named}. Choose one of them, or name no "
    "school."
)
TOO_MANY_SCHOOLS: Final = "There are more than {most} SchoolInfo objects. {nothing} See that it is the right source."
TWICE: Final = "The RefId {ref} is there twice, with different data."
ENROLLMENT_TWICE: Final = "The RefId {ref} of an enrolment is there twice, with different data."
TOO_MANY_ENROLLMENTS: Final = "It has more than {most} enrolments."
