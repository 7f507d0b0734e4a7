// `login`: checks credentials with the daemon and keeps them.

import type { AuthConfig } from '../../../api/types/common.ts';
import type { SystemAuthResponse } from '../../../api/types/system.ts';
import { isFromDaemon } from '../../../client/index.ts';
import { errorKind } from '../../../lib/errors.ts';
import { command } from '../../command.ts';
import { type Context, describeFailure } from '../../context.ts';
import { promptCredentials } from '../../credentials/prompt-credentials.ts';
import { openCredentials } from '../../credentials/registry-auth.ts';
import { hubKey, toHostname } from '../../credentials/registry-key.ts';
import { atMost } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { noteText } from '../../output/note.ts';

export const login = command({
  usage: '[OPTIONS] [SERVER]',
  args: atMost(1),
  description: 'Authenticate to a registry.\nDefaults to Docker Hub if no server is specified.',
  flags: {
    password: string('Password or personal access token', { short: 'p' }),
    'password-stdin': bool('Take the password or token from standard input'),
    username: string('User name', { short: 'u' }),
  },
  async run(context, { flags, changed, args }) {
    const { username } = flags;
    if (changed('username') && username === '') throw new Error('username is empty');
    if (changed('password') && flags.password === '') throw new Error('password is empty');
    const password = await readPassword(context, { ...flags, stdin: flags['password-stdin'] });
    const [server = ''] = args;
    const address = server === '' || server === 'docker.io' ? hubKey : server;
    const key = address === hubKey ? hubKey : toHostname(address);
    const known = username === '' && password === '' ? await findKnown(context, key) : {};
    const answer =
      (known.username && known.password ? await tryKnown(context, { ...known, serveraddress: key }) : undefined) ??
      (await askAndLogIn(context, { username, password, defaultUsername: known.username ?? '', server: key }));
    if (answer.Status) await context.print(`${answer.Status}\n`);
    return 0;
  },
});

async function readPassword(
  context: Context,
  { username, password, stdin }: { username: string; password: string; stdin: boolean },
): Promise<string> {
  if (password !== '' && stdin) {
    throw new Error('conflicting options: cannot specify both --password and --password-stdin');
  }
  if (password !== '') context.warn('WARNING! Using --password via the CLI is insecure. Use --password-stdin.');
  if (!stdin) return password;
  if (username === '') throw new Error('the --password-stdin option requires --username to be set');
  const chunks: Buffer[] = [];
  for await (const chunk of context.io.stdin.read()) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8').replace(/\n$/, '').replace(/\r$/, '');
}

/** What is on record for the server; nothing where the record cannot be read: the user is asked then. */
async function findKnown(context: Context, key: string): Promise<AuthConfig> {
  return await openCredentials(context)
    .get(key)
    .catch(() => ({}));
}

/** Logs in with credentials on record; undefined when they no longer do. */
async function tryKnown(context: Context, auth: AuthConfig): Promise<SystemAuthResponse | undefined> {
  const { stderr, program } = context.io;
  const as = auth.username ? ` [Username: ${auth.username}]` : '';
  stderr.write(`Authenticating with existing credentials...${as}\n`);
  const advice = `To login with a different account, run '${program} logout' followed by '${program} login'`;
  stderr.write(`${noteText(stderr, advice)}\n\n`);
  try {
    return await logIn(context, auth);
  } catch (error) {
    context.warn(
      errorKind(error) === 'unauthorized'
        ? 'Stored credentials invalid or expired'
        : `Login did not succeed, error: ${describeFailure(error)}`,
    );
    return undefined;
  }
}

async function askAndLogIn(
  context: Context,
  known: Parameters<typeof promptCredentials>[1],
): Promise<SystemAuthResponse> {
  if ((known.username === '' || known.password === '') && !context.io.stdin.isTerminal) {
    throw new Error('Error: Cannot perform an interactive login from a non TTY device');
  }
  return await logIn(context, await promptCredentials(context, known));
}

async function logIn(context: Context, auth: AuthConfig): Promise<SystemAuthResponse> {
  const answer = await check(context, auth);
  // A token stands for the password, which then need not be kept.
  const kept = answer.IdentityToken ? { ...auth, password: '', identitytoken: answer.IdentityToken } : auth;
  await keep(context, kept);
  return answer;
}

/** Asks the daemon to try the credentials, or tries them itself where there is no daemon. */
async function check(context: Context, auth: AuthConfig): Promise<SystemAuthResponse> {
  try {
    return await context.client.call('SystemAuth', { body: auth });
  } catch (error) {
    if (errorKind(error) !== 'unavailable' || isFromDaemon(error)) throw error;
  }
  const { openRegistries } = await import('../../registries/open-registries.ts');
  const registries = openRegistries(context);
  try {
    const { serveraddress = '', username = '', password = '' } = auth;
    const { identityToken } = await registries.login(serveraddress, { username, password });
    return { Status: 'Login Succeeded', ...(identityToken && { IdentityToken: identityToken }) };
  } finally {
    registries.close();
  }
}

async function keep(context: Context, auth: AuthConfig): Promise<void> {
  let file: string | undefined;
  try {
    file = await openCredentials(context).store(auth);
  } catch (error) {
    throw new Error(`Error saving credentials: ${describeFailure(error)}`, { cause: error });
  }
  if (file === undefined || !auth.password) return;
  context.warn(`
WARNING! Your credentials are stored unencrypted in '${file}'.
Configure a credential helper to remove this warning. See
https://docs.docker.com/go/credential-store/
`);
}
