import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "../../api/queries";
import type { Role, Session } from "../../api/types";

export const EDUCATION_ROLES: Role[] = ["educator", "admin"];
export const PROGRAMME_ROLES: Role[] = ["educator", "director", "admin"];

export function useSession() {
  return useQuery(sessionQuery);
}

export function hasRole(session: Session | undefined, roles: Role[]): boolean {
  return session?.memberships.some((membership) => roles.includes(membership.role)) ?? false;
}
