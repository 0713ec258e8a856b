"""What follows from what a text says, marked as derived."""

from dataclasses import replace

from domain.findings.claims import Claim, Measurement, ParsedText
from domain.findings.references import Person, Rule, is_beyond, references

_CORE = ("lv_dilation", "lv_dysfunction", "lv_hypertrophy", "rv_dilation", "rv_dysfunction")
_LIKELY = {"present", "probable", "possible"}


def derive(parsed: ParsedText, about: Person) -> ParsedText:
    """The text with what follows from it: LVEF grades LV function; volumes and mass beyond their
    limits make findings; normal means normal chambers; a report that finds the chambers normal and
    nothing else is a normal study."""
    claims = {claim.concept: claim for claim in parsed.claims}
    _from_lvef(parsed, claims)
    for rule in references().rules:
        _from_limit(parsed, claims, rule, about)
    _from_normal(claims)
    return replace(parsed, claims=tuple(claims.values()))


def _from_lvef(parsed: ParsedText, claims: dict[str, Claim]) -> None:
    lvef = parsed.measures.get("lvef")
    if lvef is None or "lv_dysfunction" in claims:
        return
    severity = next(name for bound, name in references().lvef_bands if lvef.value >= bound)
    claims["lv_dysfunction"] = Claim(
        "lv_dysfunction",
        "present" if severity else "absent",
        severity or None,
        spans=(lvef.span,),
        derived=True,
    )


def _from_limit(
    parsed: ParsedText, claims: dict[str, Claim], rule: Rule, about: Person
) -> None:
    if rule.concept in claims:
        return
    measure = _indexed(parsed, rule, about)
    if measure is None:
        return
    beyond = is_beyond(rule.measure, measure.value, about.sex)
    assertion = "present" if beyond else rule.within if beyond is False else ""
    if assertion:
        claims[rule.concept] = Claim(rule.concept, assertion, spans=(measure.span,), derived=True)


def _indexed(parsed: ParsedText, rule: Rule, about: Person) -> Measurement | None:
    """The measure by body surface area, as stated or from the absolute one."""
    stated, absolute = parsed.measures.get(rule.measure), parsed.measures.get(rule.absolute)
    if stated is not None or absolute is None or not about.body_surface_area_m2:
        return stated
    return replace(absolute, value=absolute.value / about.body_surface_area_m2)


def _from_normal(claims: dict[str, Claim]) -> None:
    normal = claims.get("dx_normal")
    something = any(
        claim.assertion in _LIKELY for code, claim in claims.items() if code != "dx_normal"
    )
    if normal is not None and normal.assertion == "present" and not something:
        for code in _CORE:
            claims.setdefault(code, Claim(code, "absent", spans=normal.spans, derived=True))
        return
    chambers = [claims.get(code) for code in ("lv_dilation", "lv_dysfunction")]
    if normal is None and not something and all(chambers):
        spans = tuple(span for claim in chambers if claim for span in claim.spans)
        claims["dx_normal"] = Claim("dx_normal", "present", spans=spans, derived=True)
