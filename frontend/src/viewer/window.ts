/** Window settings: centre and width of DICOM PS3.3 C.11.2.1.2, in stored values. */
export interface Window {
  center: number;
  width: number;
}

export type WindowPreset = "stored" | "bright" | "contrast" | "wide";

export const WINDOW_PRESETS: { id: WindowPreset; name: string }[] = [
  { id: "stored", name: "As stored" },
  { id: "bright", name: "Brighter" },
  { id: "contrast", name: "More contrast" },
  { id: "wide", name: "Less contrast" },
];

/**
 * MR signal has no absolute scale, so presets are relative to the window stored with the images.
 */
export function presetWindow(stored: Window, preset: WindowPreset): Window {
  const lower = stored.center - stored.width / 2;
  if (preset === "bright") {
    const width = stored.width * 0.65;
    return { center: lower + width / 2, width };
  }
  if (preset === "contrast") return { center: stored.center * 0.9, width: stored.width * 0.55 };
  if (preset === "wide") return { center: stored.center * 1.15, width: stored.width * 1.5 };
  return stored;
}

export function windowRange(window: Window): { lower: number; upper: number } {
  return { lower: window.center - window.width / 2, upper: window.center + window.width / 2 };
}
