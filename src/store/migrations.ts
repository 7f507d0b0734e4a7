// The schema, one step per version; `user_version` of the file says which steps it has seen.
import type { Database } from 'bun:sqlite';
import { systemError } from '../lib/errors.ts';

/** Step n brings a file of version n to n + 1. Never edit a step that was released: add one. */
const steps: readonly string[] = [
  `CREATE TABLE records (
     collection TEXT NOT NULL,
     id TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (collection, id)
   ) WITHOUT ROWID`,
];

/** Brings the file to the newest version in one transaction; throws `system` for a file from the future. */
export function migrate(database: Database): void {
  const version = database.query<{ user_version: number }, []>('PRAGMA user_version').get()?.user_version ?? 0;
  if (version > steps.length) {
    throw systemError(`the store has schema version ${version}, this program knows up to ${steps.length}`);
  }
  if (version === steps.length) return;
  database
    .transaction(() => {
      for (const step of steps.slice(version)) database.run(step);
      database.run(`PRAGMA user_version = ${steps.length}`);
    })
    .immediate();
}
