// Users and their passwords: a file of `name:bcrypt` lines, as Apache's `htpasswd -B` makes it.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { errorMessage, systemError } from '../../lib/errors.ts';

/** A user whose password was right. */
export interface Account {
  readonly name: string;
  /** Changes with the password. */
  readonly fingerprint: string;
}

const bcryptHash = /^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$/;
// Bcrypt looks at so many bytes only.
const significantBytes = 72;
// Bcrypt is slow on purpose; a client that sends its password with every request pays for it once in this time.
const remembered = 300_000;
// What is compared when there is no such user, so that the time does not say so.
const nobody = '$2b$10$CwTycUXWue0Thq9StjUM0uJ8b0mGxJ1dlYzLmcj1iJZ5kjcPQFv1m';

export class Htpasswd {
  readonly #path: string;
  readonly #now: () => number;
  readonly #secret = randomBytes(32);
  readonly #verified = new Map<string, { account: Account; until: number }>();
  #users: ReadonlyMap<string, string> = new Map();
  #version = '';

  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** The account, or undefined when the name or the password is wrong. Throws `system` when the file cannot be read. */
  async verify(name: string, password: string): Promise<Account | undefined> {
    await this.#reload();
    const key = createHmac('sha256', this.#secret).update(`${name}\0${password}`).digest('base64');
    const known = this.#verified.get(key);
    if (known && known.until > this.#now()) return known.account;
    const hash = this.#users.get(name);
    const plain = Buffer.from(password, 'utf8').subarray(0, significantBytes);
    if (plain.length === 0) return undefined;
    const right = await Bun.password.verify(plain, (hash ?? nobody).replace(/^\$2[axy]\$/, '$2b$'), 'bcrypt');
    if (!right || hash === undefined) return undefined;
    const account = { name, fingerprint: fingerprintOf(hash) };
    this.#remember(key, account);
    return account;
  }

  /** Of the password a user has now; undefined for no such user. Throws `system` when the file cannot be read. */
  async fingerprint(name: string): Promise<string | undefined> {
    await this.#reload();
    const hash = this.#users.get(name);
    return hash === undefined ? undefined : fingerprintOf(hash);
  }

  #remember(key: string, account: Account): void {
    // Oldest first: enough for the users there are, bounded for those who try.
    const [oldest] = this.#verified.keys();
    if (this.#verified.size >= 10_000 && oldest !== undefined) this.#verified.delete(oldest);
    this.#verified.set(key, { account, until: this.#now() + remembered });
  }

  async #reload(): Promise<void> {
    try {
      const { mtimeMs, size, ino } = await stat(this.#path);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (version === this.#version) return;
      this.#users = parseHtpasswd(await readFile(this.#path, 'utf8'));
      this.#version = version;
      this.#verified.clear();
    } catch (error) {
      throw systemError(`cannot read users: ${errorMessage(error)}`, error);
    }
  }
}

/** Hashes by name; lines that are no bcrypt are passed over. */
export function parseHtpasswd(text: string): Map<string, string> {
  const users = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const hash = line.slice(colon + 1).trim();
    if (colon > 0 && bcryptHash.test(hash)) users.set(line.slice(0, colon), hash);
  }
  return users;
}

/**
 * The file's text with a line for `name`, which replaces the one it had; `password` undefined removes it. Throws
 * `RangeError`s of bcrypt for a cost that is none.
 */
export async function withPassword(
  text: string,
  { name, password, cost }: { name: string; password: string | undefined; cost: number },
): Promise<string> {
  const others = text.split(/\r?\n/).filter(line => line !== '' && !line.startsWith(`${name}:`));
  if (password !== undefined) {
    const plain = Buffer.from(password, 'utf8').subarray(0, significantBytes);
    const hash = await Bun.password.hash(plain, { algorithm: 'bcrypt', cost });
    others.push(`${name}:${hash.replace(/^\$2b\$/, '$2y$')}`);
  }
  return others.map(line => `${line}\n`).join('');
}

const fingerprintOf = (hash: string) => createHash('sha256').update(hash).digest('base64url').slice(0, 22);
