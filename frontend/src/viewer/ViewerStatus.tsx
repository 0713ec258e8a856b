import { useEffect, useState } from "react";
import type { StudyPlayer } from "./studyPlayer";
import styles from "./viewer.module.css";

/** What of the study is here: images loaded, shown and expected, and every gap said aloud. */
export function ViewerStatus({ player }: { player: StudyPlayer }) {
  const { study, queue } = player;
  const [loaded, setLoaded] = useState(queue.loaded.size);
  const [failed, setFailed] = useState(queue.failed.size);

  useEffect(() => {
    let request = 0;
    const stop = queue.onChange(() => {
      cancelAnimationFrame(request);
      request = requestAnimationFrame(() => {
        setLoaded(queue.loaded.size);
        setFailed(queue.failed.size);
      });
    });
    return () => {
      cancelAnimationFrame(request);
      stop();
    };
  }, [queue]);

  const total = study.shown_images;
  const rest = total - loaded - failed;
  return (
    <div className={styles.status} data-testid="viewer-status" data-loaded-images={loaded}>
      <span data-testid="images-shown">
        {study.expected_images === null
          ? `${total} images shown; the data does not say how many there should be`
          : `${total} of ${study.expected_images} images shown`}
      </span>
      {rest > 0 && (
        <>
          <div className={styles.progress} aria-hidden>
            <div style={{ width: `${(100 * loaded) / Math.max(1, total)}%` }} />
          </div>
          <span>loading, {rest} to come</span>
        </>
      )}
      {failed > 0 && (
        <span className={styles.statusWarn} role="alert">
          {failed} {failed === 1 ? "image" : "images"} could not be loaded.{" "}
          <button type="button" className={styles.button} onClick={() => queue.retry()}>
            Try again
          </button>
        </span>
      )}
      {study.gaps.length > 0 && (
        <ul data-testid="study-gaps" aria-label="What is missing from this study">
          {study.gaps.map((gap) => (
            <li key={gap}>{gap}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
