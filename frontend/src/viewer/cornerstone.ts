import {
  cache,
  getRenderingCapabilities,
  init as initCore,
  metaData,
  setUseCPURendering,
} from "@cornerstonejs/core";
import { init as initLoader, wadors } from "@cornerstonejs/dicom-image-loader";
import {
  addTool,
  init as initTools,
  PanTool,
  WindowLevelTool,
  ZoomTool,
} from "@cornerstonejs/tools";
import type { StudyDetail } from "../api/types";
import { dicomwebRoot, imageIdAt } from "./stackIndex";
import type { Window } from "./window";

/** DICOM JSON of one instance (PS3.18 annex F): tag -> {vr, Value}. */
type DicomJson = Record<string, { vr: string; Value?: unknown[] }>;

const SOP_INSTANCE_UID = "00080018";
const WINDOW_CENTER = "00281050";
const WINDOW_WIDTH = "00281051";

let ready: Promise<void> | undefined;

/** Starts Cornerstone once for the page: core, tools and the WADO-RS loader with its decoders. */
export function startCornerstone(): Promise<void> {
  ready ??= (async () => {
    initCore();
    // WebGL without a graphics card costs more than drawing the image on a plain canvas.
    if (getRenderingCapabilities().softwareRasterizer) setUseCPURendering(true);
    initTools();
    initLoader({
      maxWebWorkers: Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1)),
    });
    for (const tool of [WindowLevelTool, PanTool, ZoomTool]) addTool(tool);
  })();
  return ready;
}

/** Fetches the metadata of all images of a study in one request and hands it to the loader. */
export async function loadMetadata(study: StudyDetail, signal: AbortSignal): Promise<void> {
  const address = `${dicomwebRoot(study)}/studies/${study.study_instance_uid}/metadata`;
  const response = await fetch(address, {
    headers: { Accept: "application/dicom+json" },
    credentials: "same-origin",
    signal,
  });
  if (!response.ok) {
    throw new Error(
      `The images of this study could not be opened (the server answered ${response.status}).`,
    );
  }
  const instances = (await response.json()) as DicomJson[];
  const byUid = new Map<unknown, DicomJson>();
  for (const instance of instances) byUid.set(instance[SOP_INSTANCE_UID]?.Value?.[0], instance);
  for (const stack of study.stacks) {
    stack.slices.forEach((slice, sliceIndex) => {
      slice.phases.forEach((phase, phaseIndex) => {
        const instance = phase && byUid.get(phase.sop_instance_uid);
        const imageId = imageIdAt(study, stack, { slice: sliceIndex, phase: phaseIndex });
        if (!instance || !imageId) return;
        const base = imageId.replace(/\/frames\/\d+$/, "/frames/1");
        // The loader's type asks for more than DICOM JSON needs; the shape is the standard's.
        wadors.metaDataManager.add(base, instance as never);
      });
    });
  }
}

/**
 * One window for a whole stack: the middle of the windows stored with its images, so that moving
 * through slices and phases does not change the brightness. Null if the images store none.
 */
export function storedWindow(imageIds: string[]): Window | null {
  const centers: number[] = [];
  const widths: number[] = [];
  for (const imageId of imageIds) {
    const instance = wadors.metaDataManager.get(imageId) as DicomJson | undefined;
    const center = Number(instance?.[WINDOW_CENTER]?.Value?.[0]);
    const width = Number(instance?.[WINDOW_WIDTH]?.Value?.[0]);
    if (Number.isFinite(center) && width > 0) {
      centers.push(center);
      widths.push(width);
    }
  }
  const center = median(centers);
  const width = median(widths);
  return center === undefined || width === undefined ? null : { center, width };
}

function median(values: number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** True when the loader knows the geometry of an image, without which it cannot be drawn. */
export function hasMetadata(imageId: string): boolean {
  return metaData.get("imagePixelModule", imageId) !== undefined;
}

/** Forgets images and their metadata, so that nothing of one case is left for the next. */
export function forgetImages(imageIds: string[]): void {
  for (const imageId of imageIds) {
    if (cache.getImageLoadObject(imageId)) cache.removeImageLoadObject(imageId, { force: true });
    wadors.metaDataManager.remove(imageId);
  }
}
