// Programs that keep credentials: `docker-credential-NAME get|store|erase`, their input and output as
// docker-credential-helpers defines them.

import type { AuthConfig } from '../../api/types/common.ts';
import { errorCode, errorMessage } from '../../lib/errors.ts';

/** The user name that says that the secret is an identity token. */
const tokenUser = '<token>';

const notFound = 'credentials not found in native keychain';

/** A credential helper. Every method rejects with a plain Error in the words Docker has for it. */
export class CredentialHelper {
  readonly #program: string;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(name: string, environment: Readonly<Record<string, string | undefined>>) {
    this.#program = `docker-credential-${name}`;
    this.#environment = environment;
  }

  /** The credentials of a server; undefined when the helper has none. */
  async get(server: string): Promise<AuthConfig | undefined> {
    const { failure, output } = await this.#run('get', server);
    if (failure !== undefined) {
      if (output.trim() === notFound) return undefined;
      throw new Error(`error getting credentials - err: ${failure}, out: \`${output.trim()}\``);
    }
    const { Username = '', Secret = '' } = parseAnswer(output, this.#program) as { Username?: string; Secret?: string };
    return Username === tokenUser
      ? { identitytoken: Secret, serveraddress: server }
      : { username: Username, password: Secret, serveraddress: server };
  }

  async store({ serveraddress, username, password, identitytoken }: AuthConfig): Promise<void> {
    const secret = identitytoken
      ? { Username: tokenUser, Secret: identitytoken }
      : { Username: username ?? '', Secret: password ?? '' };
    // With the line end that Docker's tools send, for helpers that read a line.
    const input = `${JSON.stringify({ ServerURL: serveraddress, ...secret })}\n`;
    const { failure, output } = await this.#run('store', input);
    if (failure !== undefined)
      throw new Error(`error storing credentials - err: ${failure}, out: \`${output.trim()}\``);
  }

  async erase(server: string): Promise<void> {
    const { failure, output } = await this.#run('erase', server);
    if (failure !== undefined)
      throw new Error(`error erasing credentials - err: ${failure}, out: \`${output.trim()}\``);
  }

  /** Runs one verb with `input` on its standard input; `failure` is what Go would say of its end. */
  #run(verb: string, input: string): Promise<{ failure: string | undefined; output: string }> {
    // Loaded here: most users have no helper, and every push and pull comes through this file.
    const { spawn } = process.getBuiltinModule('node:child_process');
    return new Promise(resolve => {
      const child = spawn(this.#program, [verb], { env: this.#environment, stdio: ['pipe', 'pipe', 'inherit'] });
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      // A helper that does not read its input is its own business.
      child.stdin.on('error', () => {});
      child.stdin.end(input);
      child.on('error', error => resolve({ failure: describeSpawn(this.#program, error), output: '' }));
      child.on('close', (code, signal) => {
        const failure = code === 0 ? undefined : code === null ? `signal: ${signal}` : `exit status ${code}`;
        resolve({ failure, output: Buffer.concat(chunks).toString('utf8') });
      });
    });
  }
}

function describeSpawn(program: string, error: unknown): string {
  if (errorCode(error) === 'ENOENT') return `exec: "${program}": executable file not found in $PATH`;
  return errorMessage(error);
}

function parseAnswer(text: string, program: string): object {
  const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(`${program}: its answer is not a JSON object`);
  return value;
}
