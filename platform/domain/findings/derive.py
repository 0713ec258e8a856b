"""What follows from what a text says, marked as derived."""

from dataclasses import replace

from domain.findings.claims import Claim, ParsedText

# LVEF in per cent -> severity; at or above the first bound function is normal.
_LVEF_NORMAL = 50.0
_LVEF_BANDS = ((41.0, "mild"), (30.0, "moderate"))
_CORE = ("lv_dilation", "lv_dysfunction", "lv_hypertrophy", "rv_dilation", "rv_dysfunction")
_LIKELY = {"present", "probable", "possible"}


def derive(parsed: ParsedText) -> ParsedText:
    """The text with what follows from it: LVEF grades LV function; normal means normal chambers;
    a report that finds the chambers normal and nothing else is a normal study."""
    claims = {claim.concept: claim for claim in parsed.claims}
    _from_lvef(parsed, claims)
    _from_normal(claims)
    return replace(parsed, claims=tuple(claims.values()))


def _from_lvef(parsed: ParsedText, claims: dict[str, Claim]) -> None:
    lvef = parsed.measures.get("lvef")
    if lvef is None or "lv_dysfunction" in claims:
        return
    if lvef.value >= _LVEF_NORMAL:
        claims["lv_dysfunction"] = Claim(
            "lv_dysfunction", "absent", spans=(lvef.span,), derived=True
        )
        return
    severity = next((name for bound, name in _LVEF_BANDS if lvef.value >= bound), "severe")
    claims["lv_dysfunction"] = Claim(
        "lv_dysfunction", "present", severity, spans=(lvef.span,), derived=True
    )


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
