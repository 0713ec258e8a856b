import { Menu } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, NavLink, Outlet, useMatch, useNavigate } from "react-router";
import { answer, client } from "../api/client";
import { questionsQuery } from "../api/queries";
import { forgetDrafts } from "../features/reading/draftBackup";
import {
  EDUCATION_ROLES,
  hasRole,
  PROGRAMME_ROLES,
  useSession,
} from "../features/session/useSession";
import styles from "./frame.module.css";
import mark from "./mark.svg";

const ROLE_NAMES = {
  fellow: "Fellow",
  educator: "Educator",
  director: "Programme director",
  admin: "Administrator",
};

/** The bar at the top, with the pages that this person's roles open. */
export function Frame() {
  const { data: session } = useSession();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const dark = useMatch("/cases/:caseId") !== null;
  const signOut = useMutation({
    mutationFn: () => answer(client.DELETE("/api/session")),
    onSuccess: async () => {
      forgetDrafts();
      await navigate("/sign-in");
      queryClient.clear();
    },
  });
  const teaches = hasRole(session, PROGRAMME_ROLES);
  const waiting = useQuery({
    ...questionsQuery({ size: 1 }),
    enabled: teaches,
    refetchInterval: 60_000,
  }).data?.count;
  if (!session?.user) return null;
  const links: { to: string; name: string; waiting?: number | undefined }[] = [
    { to: "/", name: "Home" },
    { to: "/cases", name: "Cases" },
    { to: "/progress", name: "Progress" },
    ...(hasRole(session, EDUCATION_ROLES)
      ? [
          { to: "/studies", name: "Studies" },
          { to: "/case-sets", name: "Case sets" },
        ]
      : []),
    ...(teaches
      ? [
          { to: "/questions", name: "To review", waiting },
          { to: "/cohorts", name: "Cohorts" },
        ]
      : []),
  ];
  return (
    <div className={styles.frame} data-dark={dark}>
      <a className={styles.skip} href="#content">
        Go to the content
      </a>
      <header className={styles.bar}>
        <Link to="/" className={styles.brand}>
          <img src={mark} alt="" width={26} height={26} />
          CineRounds
        </Link>
        <nav className={styles.nav} aria-label="Main">
          {links.map((link) => (
            <NavLink key={link.to} to={link.to} end={link.to === "/"} className={styles.link ?? ""}>
              {link.name}
              {link.waiting ? <span className={styles.waiting}>{link.waiting}</span> : null}
            </NavLink>
          ))}
        </nav>
        <Menu position="bottom-end" width={260} withinPortal>
          <Menu.Target>
            <button type="button" className={styles.person} data-testid="person-menu">
              <span className={styles.initials} aria-hidden>
                {initials(session.user.name)}
              </span>
              <span className={styles.personName}>{session.user.name}</span>
            </button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{session.user.email}</Menu.Label>
            {session.memberships.map((membership) => (
              <Menu.Label key={`${membership.programme.id}-${membership.role}`}>
                {ROLE_NAMES[membership.role]}, {membership.programme.name}
              </Menu.Label>
            ))}
            <Menu.Divider />
            <Menu.Item
              closeMenuOnClick={false}
              onClick={() => signOut.mutate()}
              disabled={signOut.isPending}
            >
              Sign out
            </Menu.Item>
            {signOut.isError && <Menu.Label c="red.8">{signOut.error.message}</Menu.Label>}
          </Menu.Dropdown>
        </Menu>
      </header>
      <Outlet />
    </div>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words[words.length - 1] : undefined]
    .map((word) => (word ? [...word][0] : ""))
    .join("")
    .toUpperCase();
}
