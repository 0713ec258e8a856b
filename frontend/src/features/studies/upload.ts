import { ApiError, csrfToken, errorFromBody, OfflineError } from "../../api/client";
import type { Import } from "../../api/types";

/** A file with the path it had in the chosen folder. */
export interface ChosenFile {
  path: string;
  file: File;
}

/** Files of a folder or file input. System litter such as .DS_Store is not sent. */
export function fromInput(files: FileList | null): ChosenFile[] {
  return keep(
    [...(files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file })),
  );
}

function keep(files: ChosenFile[]): ChosenFile[] {
  return files.filter(({ path }) => !/(^|\/)(\.[^/]*|Thumbs\.db|__MACOSX\/.*)$/i.test(path));
}

/** Every file of what was dropped, folders walked to their ends. */
export async function fromDrop(items: DataTransferItemList): Promise<ChosenFile[]> {
  // Entries must be taken before the first await: the list is emptied when the event is over.
  const entries = [...items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const files = await Promise.all(entries.map((entry) => walk(entry)));
  return keep(files.flat());
}

async function walk(entry: FileSystemEntry): Promise<ChosenFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    // A reader hands out at most about 100 entries at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) break;
    children.push(...some);
  }
  return (await Promise.all(children.map((child) => walk(child)))).flat();
}

export interface UploadOptions {
  files: ChosenFile[];
  reportText: string;
  signal: AbortSignal;
  onProgress: (sent: number, total: number) => void;
}

/** Sends files to be imported; XMLHttpRequest, because fetch does not tell how much it has sent. */
export function upload({ files, reportText, signal, onProgress }: UploadOptions): Promise<Import> {
  const form = new FormData();
  for (const { path, file } of files) form.append("files", file, path);
  if (reportText.trim()) form.append("report_text", reportText);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/imports");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body as Import);
      else reject(errorFromBody(request.status, body));
    };
    request.onerror = () => reject(new OfflineError());
    request.onabort = () =>
      reject(new ApiError(0, "stopped", "The upload was stopped; nothing was imported."));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** "12.4 MB": decimal megabytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}
