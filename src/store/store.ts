// SQLite behind two small interfaces: collections of JSON values, and one transaction at a time.
import { Database } from 'bun:sqlite';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { migrate } from './migrations.ts';
import { Reserve } from './reserve.ts';

/** One kind of record, by id. Values are JSON: what does not survive JSON does not survive the store. */
export interface Collection<T> {
  /** A fresh copy each time; undefined when there is none. */
  get(id: string): T | undefined;
  /** Inserts or replaces. Durable when it returns, or when the surrounding transaction does; see `WriteOptions`. */
  put(id: string, value: T, options?: WriteOptions): void;
  /** False when there was none. Goes through on a full disk, outside of a transaction. */
  delete(id: string, options?: WriteOptions): boolean;
  /** All records, ordered by id. */
  list(): { id: string; value: T }[];
}

/**
 * `durable: false` does not wait for the disk: the write survives the end of the process, and a power cut only if
 * a durable one came after it. Without effect in a transaction, which is durable as a whole.
 */
export interface WriteOptions {
  durable?: boolean;
}

export interface Store {
  collection<T>(name: string): Collection<T>;
  /**
   * Runs `fn` as one durable step; a throw undoes it all. A transaction inside another joins it. Synchronous. One that
   * `frees` goes through on a full disk; `fn` may be run twice then.
   */
  transaction<T>(fn: () => T, options?: { frees?: boolean }): T;
  close(): void;
}

/**
 * Opens (or makes) the database at `path`, `:memory:` for none. WAL with synchronous FULL: a committed record is on
 * disk. Throws `system` when the file was written by a newer version.
 */
export function openStore(path: string): Store {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new Database(path, { create: true, strict: true });
  try {
    database.run('PRAGMA journal_mode = WAL');
    database.run('PRAGMA synchronous = FULL');
    database.run('PRAGMA busy_timeout = 5000');
    migrate(database);
  } catch (error) {
    database.close();
    throw error;
  }
  const reserve = path === ':memory:' ? undefined : new Reserve(path, database);
  const freeing: Freeing = run => (database.inTransaction || !reserve ? run() : reserve.run(run));
  return {
    collection: name => openCollection(database, name, freeing),
    transaction(fn, { frees = false } = {}) {
      if (database.inTransaction) return fn();
      const run = () => database.transaction(fn).immediate();
      return frees ? freeing(run) : run();
    },
    close() {
      reserve?.close();
      database.close();
    },
  };
}

/** Runs what gives room back, on a full disk too. */
type Freeing = <T>(run: () => T) => T;

function openCollection<T>(database: Database, name: string, freeing: Freeing): Collection<T> {
  type Row = { id: string; value: string };
  const key = { name };
  const get = database.query<Row, [{ name: string; id: string }]>(
    'SELECT id, value FROM records WHERE collection = $name AND id = $id',
  );
  const put = database.query<null, [{ name: string; id: string; value: string }]>(
    'INSERT INTO records (collection, id, value) VALUES ($name, $id, $value) ' +
      'ON CONFLICT (collection, id) DO UPDATE SET value = excluded.value',
  );
  const remove = database.query<null, [{ name: string; id: string }]>(
    'DELETE FROM records WHERE collection = $name AND id = $id',
  );
  const all = database.query<Row, [{ name: string }]>(
    'SELECT id, value FROM records WHERE collection = $name ORDER BY id',
  );
  return {
    get(id) {
      const row = get.get({ ...key, id });
      return row ? (JSON.parse(row.value) as T) : undefined;
    },
    put(id, value, options) {
      write(database, options, () => put.run({ ...key, id, value: JSON.stringify(value) }));
    },
    delete: (id, options) => freeing(() => write(database, options, () => remove.run({ ...key, id }).changes > 0)),
    list: () => all.all(key).map(row => ({ id: row.id, value: JSON.parse(row.value) as T })),
  };
}

/** SQLite takes the pragma between transactions only; it costs microseconds, the disk's answer milliseconds. */
function write<T>(database: Database, { durable = true }: WriteOptions = {}, run: () => T): T {
  if (durable || database.inTransaction) return run();
  database.run('PRAGMA synchronous = NORMAL');
  try {
    return run();
  } finally {
    database.run('PRAGMA synchronous = FULL');
  }
}
