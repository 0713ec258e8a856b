import { Container } from "@mantine/core";
import { Outlet } from "react-router";
import { Notice } from "../components/Notice";
import styles from "./frame.module.css";

/** Everything but the reading page: light, centred, with the notice at the foot. */
export function LightPage() {
  return (
    <>
      <Container component="main" id="content" size={1180} py={32} className={styles.main ?? ""}>
        <Outlet />
      </Container>
      <Notice />
    </>
  );
}
