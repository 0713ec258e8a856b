import type { Shown } from "./panePlayer";

/**
 * Writes the phase on screen into a pane: its data attributes, the elements marked
 * `data-phase-number`, the tick of the strip that stands out and the strip's slider value.
 */
export function writePhase(pane: HTMLElement, shown: Shown, phaseCount: number): void {
  pane.dataset.phaseIndex = String(shown.phase);
  pane.dataset.sliceIndex = String(shown.slice);
  for (const number of pane.querySelectorAll("[data-phase-number]")) {
    number.textContent = String(shown.phase + 1);
  }
  const strip = pane.querySelector("[data-phase-strip]");
  if (!strip) return;
  strip.setAttribute("aria-valuenow", String(Math.min(shown.phase, phaseCount - 1) + 1));
  strip.querySelector("[data-on]")?.removeAttribute("data-on");
  strip.children[shown.phase]?.setAttribute("data-on", "");
}
