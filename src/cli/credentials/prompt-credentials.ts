// Asking for a user name and a password.

import type { AuthConfig } from '../../api/types/common.ts';
import type { Context } from '../context.ts';
import { noteText } from '../output/note.ts';
import { Prompt } from '../terminal/prompt.ts';
import { hubKey } from './registry-key.ts';

/** What is known already; what is '' is asked for. */
interface KnownCredentials {
  username: string;
  password: string;
  /** Offered where nothing is typed. */
  defaultUsername: string;
  server: string;
}

const hubAdvice =
  'Log in with your Docker ID or email address to push and pull images from Docker Hub. ' +
  "If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.\n" +
  'You can log in with your password or a Personal Access Token (PAT). Using a limited-scope PAT grants better ' +
  'security and is required for organizations using SSO. Learn more at https://docs.docker.com/go/access-tokens/\n\n';

/** Completes the credentials. Throws a plain Error with Docker's wording when the user leaves something empty. */
export async function promptCredentials(context: Context, known: KnownCredentials): Promise<AuthConfig> {
  const prompt = new Prompt(context);
  const { server } = known;
  let username = known.username.trim();
  if (username === '') {
    if (server === hubKey) await context.print(hubAdvice);
    const fallback = known.defaultUsername.trim();
    username = (await prompt.ask(fallback ? `Username (${fallback}): ` : 'Username: ')) || fallback;
    if (username === '') throw new Error('Error: Non-null Username Required');
  }
  let password = known.password.trim();
  if (password === '') {
    if (server === hubKey) context.io.stderr.write(patNote(context));
    password = await prompt.askSecret('Password: ');
    if (password === '') throw new Error('Error: Password Required');
  }
  return { username, password, serveraddress: server };
}

function patNote({ io }: Context): string {
  const address = 'https://app.docker.com/settings';
  const shown = io.stderr.isTerminal ? `\x1b[4m${address}\x1b[0m` : address;
  return noteText(io.stderr, `A Personal Access Token (PAT) can be used instead.\nTo create a PAT, visit ${shown}\n\n`);
}
