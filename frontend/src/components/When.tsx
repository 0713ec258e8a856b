const FORMAT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** A moment in the reader's own time zone; the zone is in its tooltip. */
export function When({ at }: { at: string }) {
  const moment = new Date(at);
  return (
    <time dateTime={at} title={FULL.format(moment)} style={{ whiteSpace: "nowrap" }}>
      {FORMAT.format(moment)}
    </time>
  );
}
