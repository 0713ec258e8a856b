import {
  Button,
  Card,
  FileButton,
  Group,
  Progress,
  Stack,
  Text,
  Textarea,
  Title,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { importQuery, importsQuery } from "../../api/queries";
import { Answer } from "../../components/Answer";
import { Failure } from "../../components/Failure";
import { PageHead } from "../../components/PageHead";
import { ImportResult } from "./ImportResult";
import styles from "./studies.module.css";
import { type ChosenFile, fromDrop, fromInput, megabytes, upload } from "./upload";

export function ImportPage() {
  const queryClient = useQueryClient();
  const [files, setFiles] = useState<ChosenFile[]>([]);
  const [report, setReport] = useState("");
  const [sent, setSent] = useState({ done: 0, total: 0 });
  const [importId, setImportId] = useState<string | null>(null);
  const stop = useRef<AbortController | null>(null);
  const send = useMutation({
    mutationFn: () => {
      stop.current = new AbortController();
      return upload({
        files,
        reportText: report,
        signal: stop.current.signal,
        onProgress: (done, total) => setSent({ done, total }),
      });
    },
    onSuccess: (data) => {
      queryClient.setQueryData(importQuery(data.id).queryKey, data);
      void queryClient.invalidateQueries({ queryKey: importsQuery.queryKey });
      setImportId(data.id);
      setFiles([]);
      setReport("");
    },
  });
  const choose = (chosen: ChosenFile[]) => {
    send.reset();
    setFiles(chosen);
  };

  return (
    <>
      <PageHead
        title="Import a study"
        lead="One study at a time: a folder or a .zip of DICOM files. Identifying data are removed before anything is stored."
      />
      <Stack gap="lg">
        {importId && <ImportResult importId={importId} />}
        <Card>
          <Stack gap="md">
            <DropZone files={files} busy={send.isPending} onChoose={choose} />
            <Textarea
              label="Report (optional)"
              description="The expert’s free text. It can also be added on the study’s page."
              value={report}
              onChange={(event) => setReport(event.currentTarget.value)}
              autosize
              minRows={4}
              maxRows={12}
              disabled={send.isPending}
            />
            <Failure error={send.error} />
            {send.isPending && (
              <div role="status">
                <Progress
                  value={sent.total ? (100 * sent.done) / sent.total : 0}
                  aria-label="Upload"
                  animated
                />
                <Text size="sm" c="ink.6" mt={4} className="numbers">
                  {sent.total && sent.done >= sent.total
                    ? "Sent; waiting for the server’s answer…"
                    : `Sending ${megabytes(sent.done)} of ${megabytes(sent.total)}`}
                </Text>
              </div>
            )}
            <Group>
              <Button
                onClick={() => send.mutate()}
                disabled={files.length === 0}
                loading={send.isPending}
                data-testid="start-import"
              >
                Import
              </Button>
              {send.isPending && (
                <Button variant="default" onClick={() => stop.current?.abort()}>
                  Stop
                </Button>
              )}
            </Group>
          </Stack>
        </Card>
        <Earlier except={importId} />
      </Stack>
    </>
  );
}

interface DropZoneProps {
  files: ChosenFile[];
  busy: boolean;
  onChoose: (files: ChosenFile[]) => void;
}

function DropZone({ files, busy, onChoose }: DropZoneProps) {
  const [over, setOver] = useState(false);
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way; the buttons inside are the other
    <div
      className={styles.drop}
      data-over={over}
      data-testid="drop-zone"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (!busy) void fromDrop(event.dataTransfer.items).then(onChoose);
      }}
    >
      {files.length === 0 ? (
        <Text fw={600}>Drop a folder or a .zip here</Text>
      ) : (
        <Text fw={600} className="numbers">
          {files.length} {files.length === 1 ? "file" : "files"}, {megabytes(size)}
        </Text>
      )}
      <Text size="sm" c="ink.6" className={styles.dropName ?? ""}>
        {files[0] ? nameOf(files, files[0]) : "or choose it:"}
      </Text>
      <Group gap="sm" mt={6}>
        <FileButton
          onChange={(chosen) =>
            onChoose(chosen.map((file) => ({ path: file.webkitRelativePath || file.name, file })))
          }
          multiple
          inputProps={{ webkitdirectory: "" } as Record<string, string>}
          disabled={busy}
        >
          {(props) => (
            <Button variant="default" {...props}>
              Choose a folder
            </Button>
          )}
        </FileButton>
        <ZipInput busy={busy} onChoose={onChoose} />
      </Group>
    </div>
  );
}

/** The folder that was chosen, or the file, or the first of the files. */
function nameOf(files: ChosenFile[], first: ChosenFile): string {
  const name = first.path.split("/")[0] ?? first.path;
  return first.path.includes("/") || files.length === 1 ? name : `${name} and others`;
}

function ZipInput({ busy, onChoose }: Pick<DropZoneProps, "busy" | "onChoose">) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid="file-input"
        aria-label="Files to import"
        onChange={(event) => {
          onChoose(fromInput(event.currentTarget.files));
          event.currentTarget.value = "";
        }}
      />
      <Button variant="default" disabled={busy} onClick={() => input.current?.click()}>
        Choose a .zip or files
      </Button>
    </>
  );
}

function Earlier({ except }: { except: string | null }) {
  const imports = useQuery(importsQuery);
  return (
    <section>
      <Title order={2} mb="sm">
        Earlier imports
      </Title>
      <Answer query={imports}>
        {(data) => {
          const rest = data.results.filter((one) => one.id !== except);
          if (rest.length === 0) return <Text c="ink.6">None yet.</Text>;
          return (
            <Stack gap="sm">
              {rest.map((one) => (
                <ImportResult key={one.id} importId={one.id} first={one} compact />
              ))}
            </Stack>
          );
        }}
      </Answer>
    </section>
  );
}
