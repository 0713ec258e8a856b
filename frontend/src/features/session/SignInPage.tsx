import { Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Navigate, useLocation } from "react-router";
import { answer, client } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import mark from "../../app/mark.svg";
import { Failure } from "../../components/Failure";
import { Notice } from "../../components/Notice";
import { usePageTitle } from "../../components/PageHead";
import styles from "./signIn.module.css";
import { useSession } from "./useSession";

export function SignInPage() {
  usePageTitle("Sign in");
  const session = useSession();
  const location = useLocation();
  const queryClient = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => answer(client.POST("/api/session", { body: { email, password } })),
    onSuccess: (data) => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, data);
    },
  });

  if (session.data?.user) return <Navigate to={returnTo(location.state)} replace />;
  return (
    <div className={styles.page}>
      <div className={styles.halves}>
        <section className={styles.cover} aria-label="About CineRounds">
          <p className={styles.brand}>
            <img src={mark} alt="" width={34} height={34} />
            CineRounds
          </p>
          <p className={styles.claim}>Read the cine. Commit to what you see. Then compare.</p>
          <ol className={styles.steps}>
            <li>Play the heart: phases move, the slice holds.</li>
            <li>Write your read in your own words.</li>
            <li>See it beside the expert’s report, finding by finding.</li>
          </ol>
        </section>
        <main className={styles.form}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (!signIn.isPending) signIn.mutate();
            }}
          >
            <Stack gap="md">
              <Title size="h2">Sign in</Title>
              <TextInput
                label="Email"
                type="email"
                name="email"
                autoComplete="username"
                required
                withAsterisk={false}
                autoFocus
                value={email}
                onChange={(event) => setEmail(event.currentTarget.value)}
              />
              <PasswordInput
                label="Password"
                name="password"
                autoComplete="current-password"
                required
                withAsterisk={false}
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
              />
              <Failure error={signIn.error ?? session.error} />
              <Button type="submit" loading={signIn.isPending} data-testid="sign-in">
                Sign in
              </Button>
              <Text size="sm" c="ink.6">
                Accounts are made by your programme. A demo library prints its sign-ins where it was
                started.
              </Text>
            </Stack>
          </form>
        </main>
      </div>
      <Notice />
    </div>
  );
}

/** The page that asked for the sign-in, if it is one of ours. */
function returnTo(state: unknown): string {
  const from = (state as { from?: unknown } | null)?.from;
  return typeof from === "string" && /^\/(?!\/)/.test(from) ? from : "/";
}
