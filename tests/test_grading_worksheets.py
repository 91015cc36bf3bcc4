"""Moodle's worksheet in other languages, by its headings or by what stands in its columns."""

import csv
import io

import pytest
from test_grading_output import rows_of, student
from test_grading_roster import on_disk

from cnnlib.grading import platforms, report

GERMAN = (
    "ID,Vollständiger Name,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,Zuletzt geändert (Bewertung)"
)
FRENCH = "Identifiant,Nom complet,Statut,Note,Note maximale,La note peut être modifiée,Dernière modification (note)"
SPANISH = (
    "Identificador,Nombre completo,Estado,Calificación,Calificación máxima,La calificación puede ser cambiada,"
    "Última modificación (calificación)"
)
POLISH = (
    "Identyfikator,Imię i nazwisko,Status,Ocena,Maksymalna ocena,Ocena może być zmieniona,Ostatnio zmieniono (ocena)"
)


@pytest.mark.parametrize(
    ("header", "participant", "yes", "no"),
    [
        (GERMAN, "Teilnehmer/in", "Ja", "Nein"),
        (FRENCH, "Participant", "Oui", "Non"),
        (SPANISH, "Participante ", "Sí", "No"),
        (POLISH, "Uczestnik", "Tak", ""),
        (FRENCH.replace("maximale", "MAXIMALE"), "Participant ", "Oui", "Non"),
    ],
)
def test_a_worksheet_in_another_language_is_filled_in(tmp_path, header, participant, yes, no):
    content = f'{header}\n{participant}77,Ann Lee,x,,"40,00",{yes},-\n{participant}78,Bo,x,3,"40,00",{no or yes},-\n'
    sheet = platforms.worksheet(on_disk(tmp_path, content, "utf-8-sig"))
    both = [student(f"{n}_{n}", system="moodle", account=str(n)) for n in (77, 78)]
    filled, said = platforms.moodle(sheet, both)
    expected = list(csv.reader(io.StringIO(content)))
    expected[1][3] = "40,00"
    expected[2][3] = "3" if no else "40,00"
    assert rows_of(filled.removeprefix("\ufeff")) == expected
    assert f"{1 if no else 2} of 2 rows" in said


def test_a_worksheet_that_says_too_little_is_refused(tmp_path):
    with pytest.raises(report.Refused, match="Maximum grade"):
        platforms.worksheet(on_disk(tmp_path, POLISH + "\nUczestnik7,Ann,x,,Dobry,Tak,-\n"))
