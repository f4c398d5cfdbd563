"""One slip in a sound town: the exact words with which it is told, file and line first."""

from __future__ import annotations

import pytest

from tests.municipality.conftest import Town

# label, file, what stands there, what somebody wrote instead, what they are told
SLIPS = [
    (
        "a field nobody knows",
        "sectores.yaml",
        "telefono: 983",
        "telfono: 983",
        [
            "sectores.yaml, línea 5: sectores › 1 › telfono: no conozco «telfono»; ¿quiso decir «telefono»?",
        ],
    ),
    (
        "a phone too short",
        "sectores.yaml",
        "983 000 0001",
        '"12"',
        [
            "sectores.yaml, línea 5: sectores › 1 › telefono: «12» no es un teléfono mexicano de 10 dígitos",
        ],
    ),
    (
        "a phone with the prefix of another time",
        "sectores.yaml",
        "983 000 0001",
        "044 983 000 0001",
        [
            "sectores.yaml, línea 5: sectores › 1 › telefono: «044 983 000 0001» no es un teléfono "
            "mexicano de 10 dígitos; quite el 01, 044, 045 o el 1 de +52 1",
        ],
    ),
    (
        "a phone of another country",
        "sectores.yaml",
        "983 000 0001",
        "+501 223 0001",
        [
            "sectores.yaml, línea 5: sectores › 1 › telefono: «+501 223 0001» no es un teléfono "
            "mexicano de 10 dígitos",
        ],
    ),
    (
        "a phone written as a number",
        "sectores.yaml",
        "983 000 0001",
        "9830000001",
        [
            "sectores.yaml, línea 5: sectores › 1 › telefono: debe ser texto; escríbalo entre comillas",
        ],
    ),
    (
        "a colonia misspelt",
        "sectores.yaml",
        "[italia,",
        "[itallia,",
        [
            "sectores.yaml, línea 4: sectores › 1 › colonias › 1: no conozco «itallia»; no está en "
            "colonias.yaml; ¿quiso decir «italia»?",
        ],
    ),
    (
        "a confirmation of next month",
        "sectores.yaml",
        "2026-01-15",
        "2026-07-01",
        [
            "sectores.yaml, línea 6: sectores › 1 › confirmado_el: 2026-07-01 está en el futuro",
        ],
    ),
    (
        "a day no calendar has",
        "sectores.yaml",
        "2026-01-15",
        "2026-02-30",
        [
            "sectores.yaml, línea 6: sectores › 1 › confirmado_el: «2026-02-30» no es una fecha; "
            "escríbala como 2026-01-31",
        ],
    ),
    (
        "nobody takes the rest",
        "sectores.yaml",
        "mesa_central: sí",
        "mesa_central: no",
        [
            "sectores.yaml, línea 1: sectores: falta un sector con «mesa_central: sí» que reciba lo que"
            " no es de ningún otro",
        ],
    ),
    (
        "neither yes nor no",
        "sectores.yaml",
        "mesa_central: sí",
        "mesa_central: quizás",
        [
            "sectores.yaml, línea 15: sectores › 3 › mesa_central: debe ser sí o no",
        ],
    ),
    (
        "one slug twice",
        "listas.yaml",
        "slug: asuntos_internos",
        "slug: mando",
        [
            "listas.yaml, línea 3: listas › 2 › slug: «mando» ya está en la línea 2",
            "asuntos.yaml, línea 38: asuntos › 3 › lista: no conozco «asuntos_internos»; no está en "
            "listas.yaml",
        ],
    ),
    (
        "a slug with capitals",
        "directorio.yaml",
        "slug: capa",
        "slug: CAPA",
        [
            "directorio.yaml, línea 2: contactos › 1 › slug: «CAPA» solo puede llevar minúsculas sin "
            "acento, números y guiones",
        ],
    ),
    (
        "a missing name",
        "sectores.yaml",
        "    nombre: Mesa central\n",
        "",
        [
            "sectores.yaml, línea 12: sectores › 3 › nombre: falta este dato",
        ],
    ),
    (
        "a word where a list goes",
        "sectores.yaml",
        "colonias: []",
        "colonias: ninguna",
        [
            "sectores.yaml, línea 14: sectores › 3 › colonias: debe ser una lista",
        ],
    ),
    (
        "a word where rows go",
        "sectores.yaml",
        "sectores:\n  - slug: poniente\n",
        "sectores: ninguno\n# ",
        [
            "sectores.yaml, línea 3: no se puede leer como YAML cerca de la columna 5; revise sangrías,"
            " comillas y corchetes",
        ],
    ),
    (
        "a tab",
        "sectores.yaml",
        "    nombre: Mesa central",
        "\tnombre: Mesa central",
        [
            "sectores.yaml, línea 13: hay un tabulador en la columna 1; use espacios",
        ],
    ),
    (
        "an open quote",
        "sectores.yaml",
        "nombre: Mesa central",
        'nombre: "Mesa central',
        [
            "sectores.yaml, línea 16: no se puede leer como YAML cerca de la columna 1; revise "
            "sangrías, comillas y corchetes",
        ],
    ),
    (
        "an open bracket",
        "sectores.yaml",
        "benito-juarez]",
        "benito-juarez",
        [
            "sectores.yaml, línea 5: no se puede leer como YAML cerca de la columna 13; revise "
            "sangrías, comillas y corchetes",
        ],
    ),
    (
        "a colon too many",
        "sectores.yaml",
        "nombre: Mesa central",
        "nombre: Mesa: central",
        [
            "sectores.yaml, línea 13: sobra un «:» en la columna 17, o falta poner el texto entre comillas",
        ],
    ),
    (
        "a star that is YAML's",
        "sectores.yaml",
        "nombre: Mesa central",
        "nombre: *mesa",
        [
            "sectores.yaml, línea 13: el «*» de la columna 13 va entre comillas",
        ],
    ),
    (
        "one key twice",
        "sectores.yaml",
        "nombre: Mesa central",
        "nombre: Mesa central\n    nombre: Otra",
        [
            "sectores.yaml, línea 14: «nombre» está escrito dos veces; deje uno solo",
        ],
    ),
    (
        "a list at the top",
        "sectores.yaml",
        "sectores:\n",
        "",
        [
            "sectores.yaml, línea 1: debe empezar con un nombre seguido de dos puntos, como «sectores:»",
        ],
    ),
    (
        "an unknown section",
        "sectores.yaml",
        "sectores:\n",
        "sectors:\n",
        [
            "sectores.yaml, línea 1: sectores: falta este dato",
            "sectores.yaml, línea 1: sectors: no conozco «sectors»; ¿quiso decir «sectores»?",
        ],
    ),
    (
        "latitude and longitude swapped",
        "colonias.yaml",
        "{lat: 18.50742, lon: -88.30868}",
        "{lat: -88.30868, lon: 18.50742}",
        [
            "colonias.yaml, línea 2: colonias › 1 › punto: la latitud y la longitud parecen estar al revés",
        ],
    ),
    (
        "a point off Africa",
        "colonias.yaml",
        "{lat: 18.50742, lon: -88.30868}",
        "{lat: 0.0, lon: 0.0}",
        [
            "colonias.yaml, línea 2: colonias › 1 › punto: el punto no está en México",
        ],
    ),
    (
        "a point in words",
        "colonias.yaml",
        "lat: 18.50742",
        "lat: dieciocho",
        [
            "colonias.yaml, línea 2: colonias › 1 › punto › lat: debe ser un número",
        ],
    ),
    (
        "a postal code without quotes",
        "colonias.yaml",
        '"77037"',
        "77037",
        [
            "colonias.yaml, línea 3: colonias › 2 › cp: debe ser texto; escríbalo entre comillas",
        ],
    ),
    (
        "a postal code of four digits",
        "colonias.yaml",
        '"77037"',
        '"7703"',
        [
            "colonias.yaml, línea 3: colonias › 2 › cp: «7703» no es un código postal de 5 dígitos",
        ],
    ),
    (
        "a role that does not exist",
        "personal.yaml",
        "puesto: oficial",
        "puesto: ofisial",
        [
            "personal.yaml, línea 2: personal › 1 › puesto: «ofisial» no es ninguno de oficial, mando; "
            "¿quiso decir «oficial»?",
        ],
    ),
    (
        "a sector that does not exist",
        "personal.yaml",
        "[poniente]",
        "[ponente]",
        [
            "personal.yaml, línea 2: personal › 1 › sectores › 1: no conozco «ponente»; no está en "
            "sectores.yaml; ¿quiso decir «poniente»?",
        ],
    ),
    (
        "nobody in command",
        "personal.yaml",
        "puesto: mando",
        "puesto: oficial",
        [
            "personal.yaml, línea 1: personal: falta al menos una persona con «puesto: mando»",
        ],
    ),
    (
        "one badge twice",
        "personal.yaml",
        "placa: E-102",
        "placa: E-101",
        [
            "personal.yaml, línea 3: personal › 2 › placa: «E-101» ya está en la línea 2",
        ],
    ),
    (
        "an empty confidential list",
        "listas.yaml",
        "personal: [M-01]",
        "personal: []",
        [
            "listas.yaml, línea 2: listas › 1 › personal: la lista está vacía: nadie recibiría los "
            "asuntos confidenciales",
        ],
    ),
    (
        "a badge nobody wears",
        "listas.yaml",
        "E-201",
        "E-202",
        [
            "listas.yaml, línea 3: listas › 2 › personal › 1: no conozco «E-202»; no está en "
            "personal.yaml; ¿quiso decir «E-102»?",
        ],
    ),
    (
        "a label too long for a row",
        "asuntos.yaml",
        "etiqueta: Calle y luz",
        "etiqueta: Calles, luz y muchas cosas",
        [
            "asuntos.yaml, línea 3: grupos › 2 › luz y muchas cosas: no conozco «luz y muchas cosas»; "
            "si es parte del texto anterior, póngalo entre comillas",
        ],
    ),
    (
        "a short name too long for a button",
        "asuntos.yaml",
        "corto: Alumbrado",
        "corto: Alumbrado de la calle",
        [
            "asuntos.yaml, línea 28: asuntos › 2 › corto: mide 21 caracteres y caben 20",
        ],
    ),
    (
        "a priority that does not exist",
        "asuntos.yaml",
        "prioridad: P1",
        "prioridad: P7",
        [
            "asuntos.yaml, línea 36: asuntos › 3 › prioridad: «P7» no es ninguno de P0, P1, P2, P3, P4",
        ],
    ),
    (
        "a group that does not exist",
        "asuntos.yaml",
        "grupo: calle",
        "grupo: calles",
        [
            "asuntos.yaml, línea 29: asuntos › 2 › grupo: no conozco «calles»; ¿quiso decir «calle»?",
        ],
    ),
    (
        "an office that does not exist",
        "asuntos.yaml",
        "[juez_civico]",
        "[juez_cívico]",
        [
            "asuntos.yaml, línea 13: asuntos › 1 › oficinas › 1: no conozco «juez_cívico»; no está en "
            "directorio.yaml; ¿quiso decir «juez_civico»?",
        ],
    ),
    (
        "a tip nobody wrote",
        "asuntos.yaml",
        "[vecinos-vigilantes]",
        "[vecinos-vigilante]",
        [
            "asuntos.yaml, línea 15: asuntos › 1 › consejos › 1: no conozco «vecinos-vigilante»; no "
            "está en los consejos; ¿quiso decir «vecinos-vigilantes»?",
        ],
    ),
    (
        "a list that does not exist",
        "asuntos.yaml",
        "lista: asuntos_internos",
        "lista: asuntos_interno",
        [
            "asuntos.yaml, línea 38: asuntos › 3 › lista: no conozco «asuntos_interno»; no está en "
            "listas.yaml; ¿quiso decir «asuntos_internos»?",
        ],
    ),
    (
        "a confidential kind without list",
        "asuntos.yaml",
        "    lista: asuntos_internos\n",
        "",
        [
            "asuntos.yaml, línea 37: asuntos › 3 › confidencialidad: falta «lista»: quién recibe este "
            "asunto confidencial",
        ],
    ),
    (
        "a kind that must be confidential",
        "asuntos.yaml",
        "confidencialidad: lista\n    lista: asuntos_internos",
        "confidencialidad: reservado",
        [
            "asuntos.yaml, línea 37: asuntos › 3 › confidencialidad: «queja_policia» siempre es "
            "«confidencialidad: lista»: quien avisa corre peligro",
        ],
    ),
    (
        "a list on an open kind",
        "asuntos.yaml",
        "grupo: calle",
        "grupo: calle\n    lista: mando",
        [
            "asuntos.yaml, línea 30: asuntos › 2 › lista: solo se usa con «confidencialidad: lista»",
        ],
    ),
    (
        "a deadline without unit",
        "asuntos.yaml",
        "tomar_en: 48 h",
        "tomar_en: 48",
        [
            "asuntos.yaml, línea 14: asuntos › 1 › plazos › tomar_en: «48» no es un plazo; escríbalo "
            "como «30 min», «4 h» o «15 días»",
        ],
    ),
    (
        "closing before claiming",
        "asuntos.yaml",
        "cerrar_en: 15 días",
        "cerrar_en: 15 h",
        [
            "asuntos.yaml, línea 14: asuntos › 1 › plazos › cerrar_en: no puede ser antes que «tomar_en»",
        ],
    ),
    (
        "a condition on no earlier question",
        "asuntos.yaml",
        "si: {golpes: [no]}",
        "si: {golpe: [no]}",
        [
            "asuntos.yaml, línea 24: asuntos › 1 › preguntas › 2 › si › golpe: «golpe» no es una "
            "pregunta anterior; ¿quiso decir «golpes»?",
        ],
    ),
    (
        "a condition on no answer",
        "asuntos.yaml",
        "si: {golpes: [no]}",
        "si: {golpes: [nunca]}",
        [
            "asuntos.yaml, línea 24: asuntos › 1 › preguntas › 2 › si › golpes: no conozco «nunca»",
        ],
    ),
    (
        "a priority for no answer",
        "asuntos.yaml",
        "prioridad_si: {si: P1}",
        "prioridad_si: {amenazas: P1}",
        [
            "asuntos.yaml, línea 20: asuntos › 1 › preguntas › 1 › prioridad_si › amenazas: no conozco "
            "«amenazas»; ¿quiso decir «amenaza»?",
        ],
    ),
    (
        "an answer that leads to no list",
        "asuntos.yaml",
        "{amenaza: mando}",
        "{amenaza: mandos}",
        [
            "asuntos.yaml, línea 21: asuntos › 1 › preguntas › 1 › lista_si › amenaza: no conozco "
            "«mandos»; no está en listas.yaml; ¿quiso decir «mando»?",
        ],
    ),
    (
        "an answer too long for a button",
        "asuntos.yaml",
        "amenaza: Amenazas",
        "amenaza: Amenazas o insultos fuertes",
        [
            "asuntos.yaml, línea 19: asuntos › 1 › preguntas › 1 › opciones › amenaza: mide 27 "
            "caracteres y caben 20",
        ],
    ),
    (
        "an own 911",
        "directorio.yaml",
        '"073"',
        '"911"',
        [
            "directorio.yaml, línea 4: contactos › 1 › numero: el 911 ya está incluido; quite este contacto",
        ],
    ),
    (
        "a number without quotes",
        "directorio.yaml",
        '"073"',
        "073",
        [
            "directorio.yaml, línea 4: contactos › 1 › numero: debe ser texto; escríbalo entre comillas",
        ],
    ),
    (
        "a number that is none",
        "directorio.yaml",
        '"073"',
        '"73"',
        [
            "directorio.yaml, línea 4: contactos › 1 › numero: «73» no es un teléfono mexicano de 10 dígitos",
        ],
    ),
    (
        "a contact beside no kind",
        "directorio.yaml",
        "[alumbrado]",
        "[alumbrados]",
        [
            "directorio.yaml, línea 6: contactos › 1 › mostrar › 1: no conozco «alumbrados»; no está en"
            " asuntos.yaml; ¿quiso decir «alumbrado»?",
        ],
    ),
    (
        "confirmed without a number",
        "directorio.yaml",
        "nombre: Juzgado cívico",
        "nombre: Juzgado cívico, confirmado_el: 2026-01-15",
        [
            "directorio.yaml, línea 7: contactos › 2 › confirmado_el: está confirmado pero falta el número",
        ],
    ),
    (
        "a ladder that does not climb",
        "servicio.yaml",
        "{a_los: 5 min, avisar: mando}",
        "{a_los: 2 min, avisar: mando}",
        [
            "servicio.yaml, línea 5: escaleras › 1 › pasos › 2 › a_los: debe ser más tarde que el paso "
            "anterior",
        ],
    ),
    (
        "a step for nobody",
        "servicio.yaml",
        "{a_los: 2 min, avisar: siguiente}",
        "{a_los: 2 min, avisar: sigiente}",
        [
            "servicio.yaml, línea 4: escaleras › 1 › pasos › 1 › avisar: «sigiente» no es ninguno de "
            "siguiente, mando, todos; ¿quiso decir «siguiente»?",
        ],
    ),
    (
        "a confidential ladder that leaves its list",
        "servicio.yaml",
        "{a_los: 1 h, avisar: siguiente}",
        "{a_los: 1 h, avisar: mando}",
        [
            "servicio.yaml, línea 26: escaleras_confidenciales › 2 › pasos › 1 › avisar: aquí no puede "
            "ir «mando»: el aviso saldría de su lista",
        ],
    ),
    (
        "a priority without ladder",
        "servicio.yaml",
        "[P3, P4]",
        "[P3]",
        [
            "servicio.yaml, línea 1: escaleras: P4 no está en ninguna escalera",
        ],
    ),
    (
        "a priority on two ladders",
        "servicio.yaml",
        "[P2]",
        "[P2, P3]",
        [
            "servicio.yaml, línea 1: escaleras: P3 está en más de una escalera",
        ],
    ),
    (
        "an hour no clock has",
        "servicio.yaml",
        '"08:00"',
        '"25:00"',
        [
            "servicio.yaml, línea 37: mesa_humana › horario › 1 › desde: «25:00» no es una hora; "
            'escríbala como "07:00"',
        ],
    ),
    (
        "a day no week has",
        "servicio.yaml",
        "lunes,",
        "lunez,",
        [
            "servicio.yaml, línea 37: mesa_humana › horario › 1 › dias › 1: «lunez» no es ninguno de "
            "lunes, martes, miércoles, jueves, viernes, sábado, domingo; ¿quiso decir «lunes»?",
        ],
    ),
    (
        "a limit of zero",
        "servicio.yaml",
        "reportes_al_dia: 10",
        "reportes_al_dia: -1",
        [
            "servicio.yaml, línea 55: limites › reportes_al_dia: debe ser 0 o más",
        ],
    ),
    (
        "a limit too far",
        "servicio.yaml",
        "reportes_al_dia: 10",
        "reportes_al_dia: 100000",
        [
            "servicio.yaml, línea 55: limites › reportes_al_dia: debe ser 1000 o menos",
        ],
    ),
    (
        "half a report",
        "servicio.yaml",
        "reportes_al_dia: 10",
        "reportes_al_dia: 1.5",
        [
            "servicio.yaml, línea 55: limites › reportes_al_dia: debe ser un número entero",
        ],
    ),
    (
        "a time zone nobody has",
        "municipio.yaml",
        "America/Cancun",
        "America/Chetumal",
        [
            "municipio.yaml, línea 3: zona_horaria: «America/Chetumal» no es una zona horaria, como "
            "America/Cancun",
        ],
    ),
    (
        "another word for a sector",
        "municipio.yaml",
        "palabra_sector: sector",
        "palabra_sector: zona",
        [
            "municipio.yaml, línea 4: palabra_sector: «zona» no es ninguno de sector o cuadrante",
        ],
    ),
    (
        "privacy without version",
        "municipio.yaml",
        '  version: "2026-01"\n',
        "",
        [
            "municipio.yaml, línea 6: privacidad › version: falta este dato",
        ],
    ),
    (
        "a variable nobody explained",
        "plantillas.yaml",
        "[folio]",
        "[]",
        [
            "plantillas.yaml, línea 3: plantillas › 1 › texto: el texto y «variables» no coinciden en {{1}}",
        ],
    ),
    (
        "a ContentSid that is none",
        "plantillas.yaml",
        "HX0123456789abcdef0123456789abcdef",
        "HX0123",
        [
            "plantillas.yaml, línea 5: plantillas › 1 › content_sid: «HX0123» no tiene la forma "
            "esperada (HX y 32 letras o números)",
        ],
    ),
    (
        "own words that lose the folio",
        "textos.yaml",
        "textos: {}",
        'textos:\n  "Su folio es {folio}": "Guarde su número"',
        [
            "textos.yaml, línea 2: textos › Su folio es {folio}: lo que va entre llaves no coincide: {folio}",
        ],
    ),
    (
        "a phone in letters",
        "sectores.yaml",
        "983 000 0001",
        "pendiente",
        [
            "sectores.yaml, línea 5: sectores › 1 › telefono: «pendiente» no es un teléfono "
            "mexicano de 10 dígitos",
        ],
    ),
    (
        "one question twice",
        "asuntos.yaml",
        "slug: acuerdo",
        "slug: golpes",
        [
            "asuntos.yaml, línea 22: asuntos › 1 › preguntas › 2 › slug: «golpes» ya es otra pregunta",
        ],
    ),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"), [case[1:] for case in SLIPS], ids=[case[0] for case in SLIPS]
)
def test_a_slip_is_told_with_file_and_line(
    town: Town, file: str, old: str, new: str, told: list[str]
) -> None:
    town.edit(file, old, new)

    assert town.problems() == told
