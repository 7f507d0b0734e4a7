// nf_tables in memory: knows tables and sets by the names in the rule sets it is given.
import type { Firewall, SetElement } from '../../firewall/firewall.ts';
import { systemCallError } from '../../libc/system-call-error.ts';

type FakeSet = Map<string, { key: Buffer; data?: Buffer }>;

export class FakeFirewall implements Firewall {
  readonly #tables = new Map<string, Map<string, FakeSet>>();
  readonly #rulesets: string[];

  constructor(rulesets: string[]) {
    this.#rulesets = rulesets;
  }

  async apply(ruleset: string): Promise<void> {
    this.#rulesets.push(ruleset);
    let current = '';
    const words = /(delete |destroy )?\btable (?:ip )?([\w.-]+)|\b(?:map|set) (?:ip ([\w.-]+) )?([\w.-]+)\s*\{/g;
    for (const [, removed, table, setTable, set] of ruleset.matchAll(words)) {
      if (table !== undefined && removed) this.#tables.delete(table);
      else if (table !== undefined) {
        current = table;
        if (!this.#tables.has(table)) this.#tables.set(table, new Map());
      } else if (set !== undefined) {
        const sets = this.#tables.get(setTable ?? current);
        if (sets && !sets.has(set)) sets.set(set, new Map());
      }
    }
  }

  addElements(table: string, elements: SetElement[]): void {
    for (const { set, key, data } of elements) {
      const members = this.#tables.get(table)?.get(set);
      if (!members) throw systemCallError('add elements', 'ENOENT', table);
      const other = members.get(key.toString('hex'));
      if (other && !same(other.data, data)) throw systemCallError('add elements', 'EEXIST', table);
    }
    for (const { set, key, data } of elements) {
      const copy = { key: Buffer.from(key), ...(data && { data: Buffer.from(data) }) };
      this.#tables.get(table)!.get(set)!.set(key.toString('hex'), copy);
    }
  }

  removeElements(table: string, elements: { set: string; key: Buffer }[]): void {
    for (const { set, key } of elements) this.#tables.get(table)?.get(set)?.delete(key.toString('hex'));
  }

  listElements(table: string, set: string): { key: Buffer; data?: Buffer }[] {
    return [...(this.#tables.get(table)?.get(set)?.values() ?? [])];
  }

  async tables(): Promise<string[]> {
    return [...this.#tables.keys()];
  }

  async removeTable(name: string): Promise<void> {
    this.#tables.delete(name);
  }
}

function same(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}
