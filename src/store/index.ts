// The records room: small JSON documents in named collections, in one SQLite file, with transactions that survive
// a power cut. It knows nothing of what the records mean; whoever owns a collection gives it a type and a name.
// Locking the data root against a second daemon is the daemon's business, not this room's.
export { type Collection, openStore, type Store, type WriteOptions } from './store.ts';
