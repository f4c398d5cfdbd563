"""What the rules refuse, in the person's words, with the next step."""

from __future__ import annotations

from bot.domain import errors
from bot.texts import later
from handlers.speaker import Speaker

WORDS: dict[type[errors.DomainError], str] = {
    errors.UnknownFolio: later(
        "No encuentro ese folio entre sus reportes. Revise los ocho números, por favor."
    ),
    errors.NotOnDuty: later("Para esto hay que estar en turno. Toque «Iniciar turno» en el menú."),
    errors.NotPermitted: later("Eso no le corresponde a su puesto. Si cree que es un error, avise al mando."),
    errors.NotYours: later("Ese reporte no lo tiene usted."),
    errors.TooLate: later("Ya pasaron más de 30 días. Con gusto tomamos un reporte nuevo."),
    errors.Changed: later("Alguien lo acaba de cambiar. Vea cómo está e intente otra vez."),
    errors.PastMoment: later("Esa hora ya pasó. Diga una que venga."),
    errors.TooFarAhead: later("Es demasiado lejos para prometerlo. Diga una fecha más cercana."),
    errors.PromiseOver: later("Esa promesa ya no está pendiente. Si hace falta, haga una nueva."),
    errors.ReferralOver: later("De esa dependencia ya no se espera respuesta. Vea cómo está el caso."),
    errors.MediationBarred: later(
        "Aquí no se media: hay violencia, amenazas o peligro, es confidencial, o no es de los asuntos que se median. "
        "Atiéndalo por separado y canalícelo."
    ),
    errors.NeverInWriting: later(
        "Es un asunto confidencial: nada se manda por escrito fuera de su lista. Hágalo en persona o por teléfono."
    ),
    errors.NoPoint: later(
        "Ese reporte no tiene un punto en el mapa. Si lo sabe, póngalo en una nota del caso."
    ),
    errors.NoteOver: later("Ese aviso del lugar ya se decidió, se quitó o venció."),
    errors.OfferOver: later("Ese ofrecimiento ya no está vigente: se contestó, cambió o venció."),
    errors.AlreadySigned: later("Esa entrega ya la firmaron de recibido."),
    errors.BadCode: later(
        "Ese código no sirve: está mal escrito, ya se usó o venció. Pida uno nuevo a su mando."
    ),
    errors.ApprovalOver: later(
        "Nadie espera aprobación con ese número: ya se decidió o se usó otro código. Si hace falta, invite otra vez."
    ),
    errors.CheckOver: later("Esa palabra ya no sirve. Si tiene duda, pida otra o llame al 911."),
    errors.TooManyChecks: later(
        "Van varias comprobaciones en una hora. Si tiene duda, no abra ni acompañe a nadie y llame al 911."
    ),
    errors.AlreadyWalking: later("Ya lleva un recorrido. Termínelo antes de empezar otro."),
    errors.NotWalking: later("No lleva un recorrido. Escriba «recorrido» para empezar uno."),
    errors.WalkOver: later("Ese recorrido ya terminó. Escriba «recorrido» para empezar otro."),
    errors.AlreadyFollowed: later(
        "Ese reporte ya lo sigue la persona desde su chat: puede preguntarle por ahí."
    ),
    errors.UnknownCode: later(
        "No encuentro ese código. Revise los seis números, o pida otro a quien le atendió. También puede hacer su reporte aquí."
    ),
    errors.UsedCode: later(
        "Ese código ya se usó. Si no fue usted, pida otro a quien le atendió. También puede hacer su reporte aquí."
    ),
    errors.ExpiredCode: later(
        "Ese código ya venció: valía un día. Pida otro a quien le atendió, o haga su reporte aquí."
    ),
    errors.TooManyCodes: later(
        "Van varios códigos que no son. Espere una hora. Mientras, puede hacer su reporte aquí; en una emergencia, 911."
    ),
    errors.TooManyActs: later(
        "Van muchas acciones en una hora. Espere un rato; el mando ya lo sabe. «Tomar» sigue funcionando."
    ),
    errors.TooMany: later("Van varios intentos seguidos. Espere un rato y vuelva a probar."),
    errors.NotAllowedNow: later("Ese paso ya no se puede: el reporte cambió. Vea cómo está ahora."),
}


def in_words(who: Speaker, refusal: errors.DomainError) -> tuple[str, ...]:
    """The lines that tell the person."""
    if isinstance(refusal, errors.AlreadyClaimed):
        slot = who.tx.staff.officer(refusal.handler_id or "")
        name = slot.name if slot else who.t("otra persona")
        return (who.t("Ya lo tomó {name}.", name=name),)
    return (who.t(WORDS[type(refusal)]),)
