// nf_tables, family ip: rule sets by nft(8), set and map elements in process.

/** `key` and `data` are raw bytes as the kernel keeps them: each part of a concatenation padded to 4 bytes, network order. */
export interface SetElement {
  set: string;
  key: Buffer;
  /** Of a map element. */
  data?: Buffer;
}

/** Acts in the network namespace that is current when a method is called (NetworkNamespaces.run), also where it then waits. */
export interface Firewall {
  /** `nft -f -`: all of it or nothing. 4 ms; once per network, not per container. Throws BerthError `system`. */
  apply(ruleset: string): Promise<void>;
  /**
   * Adds elements in ONE transaction (12 µs). The same element again is fine; a key that maps to something else is
   * SystemCallError EEXIST, a missing table or set ENOENT; then nothing has changed.
   */
  addElements(table: string, elements: SetElement[]): void;
  /** Removes elements in one transaction; missing elements, sets and tables are not an error. */
  removeElements(table: string, elements: { set: string; key: Buffer }[]): void;
  /** Empty when the set or the table is missing. */
  listElements(table: string, set: string): { key: Buffer; data?: Buffer }[];
  tables(): Promise<string[]>;
  /** A table that is gone is fine. */
  removeTable(name: string): Promise<void>;
}
