import { Container, Loader } from "@mantine/core";
import type { ReactNode } from "react";
import { Navigate, Outlet, useLocation } from "react-router";
import type { Role } from "../../api/types";
import { NotFoundPage } from "../../app/ErrorPage";
import { Answer } from "../../components/Answer";
import { hasRole, useSession } from "./useSession";

/** Sends people who are not signed in to the sign-in page, and back again afterwards. */
export function NeedsSession({ children }: { children: ReactNode }) {
  const session = useSession();
  const location = useLocation();
  if (session.isPending) return <Loader m="xl" aria-label="Loading" />;
  if (session.data === undefined) {
    return (
      <Container size="sm" py={64}>
        <Answer query={session}>{() => null}</Answer>
      </Container>
    );
  }
  if (!session.data.user) {
    const from = location.pathname + location.search;
    return <Navigate to="/sign-in" state={{ from }} replace />;
  }
  return children;
}

/** Pages of a role look absent to everyone else; the server refuses their data in any case. */
export function NeedsRole({ roles }: { roles: Role[] }) {
  const { data } = useSession();
  return hasRole(data, roles) ? <Outlet /> : <NotFoundPage />;
}
