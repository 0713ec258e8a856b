import styles from "./notice.module.css";

/** What the platform is for, at the foot of every page. */
export function Notice() {
  return (
    <footer className={styles.notice}>
      CineRounds is for formative teaching only. It is not a medical device and must not be used for
      the care of patients. Scores are estimates made by rules, not a judgement of competence.
    </footer>
  );
}
